"""`csb show`: what a session amounts to, good on any terminal, and as JSON."""
import os
import re

import json_schema
import terminal
from harness import USAGE, CsbTest, main


class Show(CsbTest):
    def setUp(self):
        super().setUp()
        self.cwd = os.path.join(self.scratch, "engine")
        os.makedirs(os.path.join(self.cwd, "src"))
        self.session = s = self.tree.session(prompts=1, cwd=self.cwd, title="Fix the login")
        for number in range(3):
            self.call("Edit", file_path=os.path.join(self.cwd, "src/auth.cpp"), old_string="a", new_string="b")
        self.call("Read", file_path="/not/there/now/x.txt")
        self.call("Bash", command="ls /usr/share/doc")
        self.tree.tick(3600)
        s.turn("and now?", "done")
        s.compact()
        s.footprint()

    def call(self, tool, **given):
        self.tree.tick()
        row = self.session.answer("")
        row["message"]["content"] = [{"type": "tool_use", "id": "t%d" % self.session.count, "name": tool, "input": given}]
        self.session.add(row)

    def document(self, *args):
        document = self.csb("show", self.session.id, "--json", *args).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("show")))
        return document

    def paths(self, *args):
        return [f["path"] for f in self.document(*args)["folders"]]

    def test_what_it_amounts_to(self):
        self.backup()
        shown = self.document()
        self.assertEqual([{"name": "Edit", "calls": 3}], [t for t in shown["tools"] if t["name"] == "Edit"])
        self.assertEqual(3, len(shown["tools"]))
        touched = {f["path"]: (f["writes"], f["reads"]) for f in shown["touched"]}
        self.assertEqual((3, 0), touched[os.path.join(self.cwd, "src/auth.cpp")])
        self.assertEqual((0, 1), touched["/not/there/now/x.txt"])
        self.assertEqual(2, len(shown["activity"]))
        tokens = shown["tokens"][0]
        self.assertEqual(("claude-opus-5-5", 70, 35), (tokens["model"], tokens["input"], tokens["output"]))
        self.assertEqual(7, shown["answers"])
        self.assertEqual(1, len(shown["subagents"]))
        self.assertEqual((1, 0), (shown["session"]["compactions"], shown["rewinds"]))
        self.assertIsNone(shown["parent"])

    def test_folders(self):
        self.backup()
        src = os.path.join(self.cwd, "src")
        usual = self.paths()
        self.assertEqual(src, usual[0], "most work first")
        self.assertIn(self.cwd, usual)
        self.assertEqual([self.cwd], self.paths("--paths", "cd"))
        self.assertIn("/not/there/now", self.paths("--paths", "all"))
        self.assertNotIn("/not/there/now", self.paths("--paths", "verified"))
        self.assertIn(src, self.paths("--paths", "verified"))
        self.assertEqual([src], self.paths("--filter", "min-work=2", "--filter", "min-work=3"))
        self.assertEqual([], self.paths("--filter", "min-work=99"))
        for wrong in ("min-work=", "min-work=x", "work=1", "min-work=-1"):
            self.csb("show", self.session.id, "--filter", wrong, status=USAGE)
        self.csb("show", self.session.id, "--paths", "junk", status=USAGE)

    def test_relatives(self):
        fork = self.tree.session(prompts=0, cwd=self.cwd, title="Another way")
        fork.add(fork.envelope("user", message={"role": "user", "content": "go"}, origin={"kind": "human"},
                               promptSource="typed",
                               forkedFrom={"sessionId": self.session.id, "messageUuid": "x"}))
        self.backup()
        self.assertEqual([(fork.id, "Another way", True)],
                         [(f["id"], f["title"], f["archived"]) for f in self.document()["forks"]])
        shown = self.csb("show", fork.id, "--json").json()
        self.assertEqual((self.session.id, True, False),
                         (shown["parent"]["id"], shown["parent"]["archived"], shown["parent"]["deleted"]))
        self.assertIn("Fix the login", self.csb("show", fork.id).out)

    def test_on_a_terminal(self):
        for number in range(12):
            self.call("Read", file_path=os.path.join(self.cwd, "deep/" * 12, "file-%d.txt" % number))
            self.call("Tool%d" % number)
        self.call("Read", file_path="/evil/\x1b[31m\u202e/x")
        self.backup()
        for columns in (40, 80, 200):
            for more in ((), ("--all",)):
                status, shown = terminal.run([self.binary, "show", self.session.id, *more], self.environment(), columns)
                self.assertEqual(0, status)
                text = shown.decode()
                self.assertNotIn("\u202e", text)
                if columns >= 80:
                    bare = re.sub("\x1b\\[[0-9;]*m", "", text)
                    self.assertEqual([], [line for line in bare.splitlines() if len(line) > columns and
                                          "claude --resume" not in line])
        few, whole = self.csb("show", self.session.id).out, self.csb("show", self.session.id, "--all").out
        self.assertIn("--all shows the other", few)
        self.assertIn("Tool11 1", whole)
        self.assertNotIn("--all shows", whole)


if __name__ == "__main__":
    main()
