"""csb scan: sessions by where they worked; and what list shares with it."""
import os
import pathlib

import json_schema
import terminal
from harness import DONE, INCOMPLETE, NOT_FOUND, USAGE, CsbTest, main


class Scan(CsbTest):
    def setUp(self):
        super().setUp()
        self.work = os.path.join(self.scratch, "my.proj ü")
        self.sub = os.path.join(self.work, "src")
        self.near = self.work + "2"
        for folder in (self.sub, self.near):
            os.makedirs(folder)
        self.top = self.tree.session(title="top", cwd=self.work)
        self.inner = self.tree.session(title="inner", cwd=self.sub)
        self.other = self.tree.session(title="other", cwd=self.near)

    def ids(self, *args, status=(DONE, NOT_FOUND), **kw):
        return {s["id"] for s in self.csb("scan", "--json", *args, status=status, **kw).json()["sessions"]}

    def test_where(self):
        self.backup()
        both, top, inner, other = {self.top.id, self.inner.id}, {self.top.id}, {self.inner.id}, {self.other.id}
        self.assertEqual(both, self.ids(cwd=self.work))
        self.assertEqual(both, self.ids(".", cwd=self.work))
        self.assertEqual(inner, self.ids("./src", cwd=self.work))
        self.assertEqual(both, self.ids("..", cwd=self.sub))
        self.assertEqual(both, self.ids("-d", self.work))
        self.assertEqual(both, self.ids(self.work + "/"))
        self.assertEqual(top, self.ids("-D", self.work))
        self.assertEqual(inner, self.ids("-s", self.sub))
        self.assertEqual(both | other, self.ids("-s", self.work + "*"))
        self.assertEqual(inner, self.ids("-s", self.work + "/s*"))
        self.assertEqual(both | other, self.ids(self.work + "*"))
        self.assertEqual(both | other, self.ids("my.pr*", cwd=self.scratch))
        self.assertEqual(inner, self.ids(".", "inn", cwd=self.work))
        self.assertEqual(inner, self.ids("-d", self.work, "INNER"))
        self.assertEqual(set(), self.ids(".", "other", cwd=self.work))
        self.assertEqual(other, self.ids("other"))
        link = os.path.join(self.scratch, "link")
        os.symlink(self.work, link)
        self.assertEqual(both, self.ids(link))
        self.assertEqual(both, self.ids("~/../" + os.path.basename(self.work)))
        self.csb("scan", "-d", ".", "-D", ".", status=USAGE)
        self.csb("scan", ".", "-d", ".", status=USAGE)
        self.csb("scan", "/no/such/place", status=NOT_FOUND)

    def test_words_find_folders_of_any_rank(self):
        self.top.add(self.top.envelope("assistant", message={
            "id": "m1", "role": "assistant", "model": "claude-opus-5-5", "usage": {"input_tokens": 1, "output_tokens": 1},
            "content": [{"type": "tool_use", "id": "t1", "name": "Read",
                         "input": {"file_path": "/srv/Elsewhere/deep/a.c"}}]}))
        self.backup()
        self.assertEqual([self.top.id], [s["id"] for s in self.list("elsewhere/DEEP")])
        self.assertEqual({self.top.id}, self.ids("-d", "/srv/Elsewhere"))
        self.assertEqual({self.top.id}, self.ids("-d", "/srv/Else*"))
        self.assertEqual(set(), self.ids("-s", "/srv/Else*"))     # it worked there, but started elsewhere
        self.assertEqual("started-prefix", self.csb("scan", "--json", "-s", "/srv/Else*",
                                                    status=NOT_FOUND).json()["folder"]["how"])
        self.assertEqual([self.top.id], [s["id"] for s in self.list("--file", "deep/a.c")])
        self.assertEqual([self.top.id], [s["id"] for s in self.list("--tool", "Read")])
        shown = self.csb("list", "--top", "1", "elsewhere").out
        self.assertIn("and 1 more", shown)
        self.assertIn("/srv/Elsewhere/deep", self.csb("list", "--all-folders", "elsewhere").out)
        listed = self.csb("list", "--json", "elsewhere").json()
        self.assertEqual([], json_schema.complaints(listed, json_schema.load("list")))
        folders = {f["path"]: f["work"] for f in listed["sessions"][0]["folders"]}
        self.assertEqual({self.work: 0, "/srv/Elsewhere/deep": 1}, folders)
        self.assertEqual(self.top.id[:8], self.csb("list", "-sid", "elsewhere").out.splitlines()[1].split()[0])

    def test_what_was_never_archived_is_said(self):
        self.backup()
        fresh = self.tree.session(cwd=self.work)
        document = self.csb("scan", "--json", self.work).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("scan")))
        self.assertEqual([fresh.rel], [w["path"] for w in document["waiting"]])
        self.assertIn(fresh.rel, self.csb("scan", self.work).err)
        self.assertEqual([], self.csb("scan", "--json", self.near).json()["waiting"])

    def test_the_disk_alone_can_be_asked(self):
        for _ in range(2):    # archived or not
            for how in ("--no-index", "-NI"):
                document = self.csb("scan", how, "--json", self.work).json()
                self.assertEqual([], json_schema.complaints(document, json_schema.load("scan")))
                self.assertEqual({self.top.rel, self.inner.rel}, {w["path"] for w in document["waiting"]})
            shown = self.csb("scan", "-NI", "-D", self.work)
            self.assertEqual([self.top.id], [line.split()[0] for line in shown.out.splitlines()])
            self.assertEqual("", shown.err)
            self.backup()
        self.assertEqual(self.top.id, self.csb("scan", "-NI", cwd=self.work).out.split()[0])
        self.csb("scan", "-NI", "/no/such/place", status=NOT_FOUND)
        for wrong in (("word",), (".", "word"), (".", "--restore")):
            self.csb("scan", "-NI", *wrong, status=USAGE)

    def test_restore_is_whole_and_asks(self):
        made = self.top.footprint()
        self.backup()
        contents = {rel: pathlib.Path(self.tree.path(rel)).read_bytes() for rel in made + [self.top.rel]}
        self.top.delete()
        dry = self.csb("scan", self.work, "--restore", "--dry-run")
        self.assertFalse(os.path.exists(self.top.path))
        self.assertIn("top", dry.out)
        self.csb("scan", self.work, "--restore")      # one: no question; deleted since the last backup
        for rel, content in contents.items():
            with open(self.tree.path(rel), "rb") as f:
                self.assertEqual(content, f.read(), rel)
        self.assertIn("none of the sessions that match is gone", self.csb("scan", self.work, "--restore").err)
        self.backup()
        for session in (self.top, self.inner, self.other):
            session.delete()
        self.backup()
        refused = self.csb("scan", self.work, "--restore", status=USAGE)
        self.assertIn("2 sessions would be restored", refused.err)
        self.assertFalse(os.path.exists(self.top.path))
        report = self.csb("scan", self.work, "--restore", "--yes", "--json").json()
        self.assertEqual({self.top.id, self.inner.id}, {s["id"] for s in report["sessions"]})
        self.assertTrue(os.path.exists(self.inner.path))
        self.assertFalse(os.path.exists(self.other.path))
        self.csb("scan", self.work, "--yes", status=USAGE)

    def test_a_terminal_is_asked(self):
        self.backup()
        for session in (self.top, self.inner):
            session.delete()
        for typed, status in ((b"n\n", USAGE), (b"\n", USAGE), (b"y\n", DONE)):
            self.assertFalse(os.path.exists(self.top.path))
            ended, shown = terminal.run([self.binary, "scan", self.work, "--restore"], self.environment(), 80,
                                        typed=typed)
            self.assertEqual(status, ended, shown)
            self.assertIn(b"restore 2 sessions? [y/N]", shown)
        self.assertTrue(os.path.exists(self.top.path))

    def test_restore_keeps_what_is_newer(self):
        self.tree.write("file-history/%s/0123456789abcdef@v1" % self.top.id, "old")
        self.backup()
        os.unlink(self.top.path)
        self.tree.write("file-history/%s/0123456789abcdef@v1" % self.top.id, "new")
        kept = self.csb("scan", self.work, "--restore", status=INCOMPLETE)
        self.assertIn("kept", kept.out)
        with open(self.tree.path("file-history/%s/0123456789abcdef@v1" % self.top.id)) as f:
            self.assertEqual("new", f.read())

    def test_deleted_ones_say_since_when(self):
        self.backup()
        self.top.delete()
        self.backup()
        self.assertEqual({self.inner.id}, self.ids(self.work))
        self.assertEqual({self.top.id}, self.ids(self.work, "--deleted", "only"))
        text = self.csb("list", "--deleted", "only").out
        self.assertIn("gone today", text)
        self.assertNotIn("left", text)

    def test_since_and_until(self):
        self.backup()
        ids = lambda *args: {s["id"] for s in self.list(*args)}
        self.assertEqual(3, len(ids("--since", "1d")))
        self.assertEqual([], self.list("--until", "2020-01-01", status=NOT_FOUND))
        self.csb("list", "--since", "whenever", status=USAGE)


if __name__ == "__main__":
    main()
