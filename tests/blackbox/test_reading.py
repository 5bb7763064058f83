"""Reading a session: `distill` and `export`, whatever is in it, from disk and from every stored version."""
import json
import os
import re
import stat
import subprocess

import hostile
import json_schema
from harness import NOT_FOUND, SANITIZER, USAGE, CsbTest, main

SECRET = "sk-" + "ant-api03-" + "aB3_" * 20   # put together, so that no scanner takes this file for a leak


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Reading(CsbTest):
    def setUp(self):
        super().setUp()
        self.session = self.tree.session(prompts=0, title="Fix the login")
        s = self.session
        self.tree.tick()
        first = s.answer("")
        first["message"]["content"] = [{"type": "thinking", "thinking": "let me think", "signature": "x"},
                                       {"type": "text", "text": "I look first."},
                                       {"type": "tool_use", "id": "t1", "name": "Bash",
                                        "input": {"command": "ls -la", "description": "List"}}]
        s.add(s.prompt("please fix it"), first,
              s.envelope("user", message={"role": "user", "content": [
                  {"type": "tool_result", "tool_use_id": "t1", "content": "auth.cpp\nmain.cpp\n"}]}))
        s.turn("and now?", "done, `List<int>` and all")
        s.footprint()
        self.backup()

    def document(self, *args, **kw):
        document = self.csb("export", self.session.id, "--json", *args, **kw).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("export")))
        return document

    def kinds(self, *args):
        return [e["kind"] for e in self.document(*args)["conversations"][0]["entries"]]

    def test_a_chat_log(self):
        text = self.csb("distill", "fix the login").out
        for part in ("# Fix the login\n", "## You \u00b7 20", "please fix it\n", "I look first.", "**Bash** `ls -la`",
                     "<summary>output, 2 lines</summary>\n\n```text\nauth.cpp\nmain.cpp\n```\n\n</details>",
                     "<summary>thinking, 12 B</summary>", "`List<int>`", "# Subagent a723b398f51f49da3", "look around"):
            self.assertIn(part, text)
        self.assertLess(text.index("please fix it"), text.index("I look first."))
        self.assertEqual(text.count("<details>"), text.count("</details>"))

    def test_filters(self):
        self.assertEqual(["prompt", "thinking", "answer", "tool", "prompt", "answer"], self.kinds())
        self.assertEqual(["prompt", "thinking", "answer", "prompt", "answer"], self.kinds("--filter", "convo"))
        self.assertEqual(["tool"], self.kinds("--filter", "tools"))
        self.assertEqual(["prompt", "answer", "tool", "prompt", "answer"], self.kinds("--no-thinking"))
        self.assertEqual(["prompt", "answer"], self.kinds("--last", "1"))
        self.assertEqual(6, len(self.kinds("--last", "99")))
        self.assertEqual([], self.kinds("--last", "0"))
        later = self.document()["conversations"][0]["entries"][4]["time"]
        self.assertEqual(["prompt", "answer"], self.kinds("--since", later))
        self.assertEqual(["prompt", "thinking", "answer", "tool"], self.kinds("--until", later))
        self.assertEqual(["prompt", "thinking", "answer", "tool"], self.kinds("--until", later, "--last", "1"))
        self.assertEqual(2, len(self.document()["conversations"]))
        self.assertEqual(1, len(self.document("--no-subagents")["conversations"]))
        tool = self.document("--filter", "tools")["conversations"][0]["entries"][0]
        self.assertEqual(({"command": "ls -la", "description": "List"}, "auth.cpp\nmain.cpp\n", False),
                         (tool["input"], tool["output"], tool["is_error"]))

    def test_versions_and_deletion(self):
        self.session.turn("a third", "of version two")
        self.assertTrue(self.document()["session"]["on_disk"])
        self.assertIn("a third", self.csb("distill", self.session.id).out, "what is on disk, archived or not")
        self.backup()
        first = self.document("--version", "1")
        self.assertEqual((False, 1), (first["session"]["on_disk"], first["session"]["version"]))
        self.assertEqual(2, first["summary"]["prompts"])
        self.session.delete()
        self.backup()
        gone = self.document()
        self.assertEqual((False, 2, 3, 1), (gone["session"]["on_disk"], gone["session"]["version"],
                                            gone["summary"]["prompts"], gone["summary"]["subagents"]))
        self.csb("distill", self.session.id, "--version", "9", status=NOT_FOUND)
        self.csb("distill", self.session.id, "--at", "2001-01-01", status=NOT_FOUND)
        self.csb("distill", "no such session", status=NOT_FOUND)
        self.csb("distill", self.session.id, "--version", "1", "--at", "now", status=USAGE)

    def test_a_new_subagent_and_a_moved_session(self):
        row = self.session.envelope("user", message={"role": "user", "content": "later orders"})
        row.update(isSidechain=True, agentId="b1")
        self.tree.write("%s/subagents/agent-b1.jsonl" % self.session.directory, json.dumps(row) + "\n")
        self.session.move("/home/ada/elsewhere")
        self.backup()
        agents = [c["agent"] for c in self.document()["conversations"]]
        self.assertEqual([None, "a723b398f51f49da3", "b1"], agents)

    def test_files(self):
        out = os.path.join(self.scratch, "out.html")
        done = self.csb("export", self.session.id, "-o", out)
        self.assertEqual("", done.out)
        self.assertIn("2 prompts", done.err)
        self.assertEqual(0o600, stat.S_IMODE(os.stat(out).st_mode))
        before = read(out)
        self.assertIn(b"<!doctype html>", before[:20])
        folder = os.path.join(self.scratch, "notes")
        os.mkdir(folder)
        other = self.tree.session(title="../../etc/x <b>")
        self.backup()
        self.csb("export", "--md", self.session.id, other.id, "-o", folder)
        self.assertEqual(sorted(["fix-the-login-%s.md" % self.session.id[:8], "etc-x-b-%s.md" % other.id[:8]]),
                         sorted(os.listdir(folder)))
        self.csb("export", self.session.id, other.id, "-o", out, status=USAGE)
        self.csb("export", "--html", "--md", self.session.id, status=USAGE)
        self.csb("export", self.session.id, "-o", "/no/such/folder/x.html", status=1)
        self.csb("export", self.session.id, "--version", "9", "-o", out, status=NOT_FOUND)
        self.assertEqual(before, read(out), "a failed export leaves what was there")
        self.assertEqual([], [n for n in os.listdir(self.scratch) if n.endswith(".tmp")])
        self.csb("distill", self.session.id, "-o", "/dev/full", status=1)

    def test_redaction(self):
        home = self.home
        self.session.turn("my key is %s" % SECRET, "it is in %s/notes/x" % home)
        plain = self.csb("export", self.session.id).out
        self.assertIn(SECRET, plain)
        for format in ("--html", "--md", "--json"):
            done = self.csb("export", self.session.id, format, "--redact", "--redact-paths")
            self.assertNotIn(SECRET, done.out)
            self.assertNotIn(home, done.out)
            self.assertIn("[redacted: anthropic-key]", done.out)
            self.assertIn("best effort", done.err)
        document = self.document("--redact")
        self.assertEqual([{"kind": "anthropic-key", "count": 1}], document["summary"]["redacted"])

    def test_a_rewind_is_marked(self):
        self.session.turn("a question asked in <vain>", "an answer nobody wanted")
        self.session.turn("and more of it", "another")
        rows = [json.loads(line) for line in self.session.read().splitlines()]
        left = next(row for row in rows if "in <vain>" in json.dumps(row))
        self.session.parent = left["parentUuid"]
        self.session.turn("a better question", "a better answer")
        self.session.add(json.loads(self.session.read().splitlines()[-3]))   # a row once more is no rewind
        text = self.csb("distill", self.session.id).out
        said = "The conversation was taken back here: what stands above from “a question asked in &lt;vain>” on was left"
        self.assertEqual(1, text.count("was taken back here"))
        self.assertIn(said, text)
        self.assertLess(text.index("and more of it"), text.index(said))
        self.assertLess(text.index(said), text.index("a better question"))
        self.assertIn("“a question asked in &lt;vain&gt;” on was left</div>", self.csb("export", self.session.id).out)
        document = self.csb("export", self.session.id, "--json").json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("export")))
        entries = document["conversations"][0]["entries"]
        marks = [entry for entry in entries if entry["kind"] == "rewind"]
        self.assertEqual([[entry["offset"] for entry in entries if "in <vain>" in entry["text"] and
                           entry["kind"] == "prompt"][0]], [mark["offset"] for mark in marks])

    def peak_memory(self, *args):
        """KiB that a run had in use at most."""
        with open(os.devnull, "wb") as nothing:
            process = subprocess.Popen([self.binary, *args, self.session.id], env=self.environment(), stdout=nothing,
                                       stderr=nothing, cwd=self.scratch)
        _, process.returncode, used = os.wait4(process.pid, 0)
        self.assertEqual(0, process.returncode)
        return used.ru_maxrss

    def test_memory_does_not_grow_with_the_transcript(self):
        if SANITIZER:
            self.skipTest("a sanitizer's own memory is not csb's")
        commands = (("distill",), ("export",), ("export", "--json"))
        peaks = []
        for megabytes in (4, 20):
            while os.path.getsize(self.session.path) < megabytes << 20:
                self.session.fill(os.path.getsize(self.session.path) + (1 << 20))
                self.session.turn("next", "row")
            peaks.append([self.peak_memory(*args) for args in commands])
        for few, many in zip(*peaks):
            self.assertLess(many, few + (8 << 10), "KiB, of five times as much")

    def test_the_archive_is_only_read(self):
        before = self.git.refs()
        self.csb("distill", self.session.id)
        self.csb("export", self.session.id)
        self.assertEqual(before, self.git.refs())


class Hostile(CsbTest):
    """Whatever a transcript holds stays text."""

    def setUp(self):
        super().setUp()
        self.session = self.tree.session(prompts=0)
        hostile.fill(self.session)
        self.backup()

    def test_markdown(self):
        text = self.csb("distill", self.session.id).out
        self.assertIn("is reached", text)
        bare = re.sub(r"^(`{3,})[^\n`]*\n.*?^\1$", "", text, flags=re.S | re.M)   # without the blocks of code
        bare = re.sub(r"(`+)(?!`)[^\n]*?(?<!`)\1(?!`)", "", bare)                  # and without code in lines
        self.assertEqual({"details", "/details", "summary", "/summary"},
                         set(re.findall(r"<(/?[a-zA-Z!?][a-zA-Z]*)", bare)), bare[:3000])
        depth = 0
        for fold in re.findall(r"<(/?)details>", bare):
            depth += -1 if fold else 1
            self.assertGreaterEqual(depth, 0)
        self.assertEqual(0, depth)
        ours = ("You", "Claude", "Client")
        self.assertEqual([], [h for h in re.findall(r"^##? (\S+)", bare, re.M) if h not in ours and "title" not in h])
        self.assert_no_control_characters(text)

    def test_page(self):
        page = self.csb("export", self.session.id).out
        body = page[page.index("</head>"):page.rindex("<script>")]
        tags = set(re.findall(r"<(/?[a-zA-Z!?][\w-]*)", body))
        allowed = {"a", "b", "blockquote", "body", "button", "code", "dd", "del", "details", "div", "dl", "dt", "em",
                   "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "input", "li", "main", "nav", "ol", "output",
                   "p", "pre", "section", "span", "strong", "summary", "table", "tbody", "td", "th", "thead", "time",
                   "tr", "ul", "hr", "br"}
        self.assertEqual(set(), {t.strip("/") for t in tags} - allowed - {"head"})
        attributes = set(re.findall(r"<[a-z0-9]+((?: [a-z-]+(?:=\"[^\"]*\")?)*)>", body))
        names = {n for a in attributes for n in re.findall(r" ([a-z-]+)(?==|$| )", a)}
        self.assertEqual(set(), names - {"class", "id", "href", "rel", "type", "placeholder", "hidden", "start",
                                         "aria-label", "aria-pressed"}, "no attribute came from the transcript")
        self.assertEqual(set(), {h for h in re.findall(r'href="([^"]*)"', body) if not re.match(r"#|https?://|mailto:", h)})
        self.assertEqual(body.count("<details"), body.count("</details>"))
        self.assertEqual(body.count("<section"), body.count("</section>"))
        self.assert_no_control_characters(page)

    def test_json(self):
        document = self.csb("export", self.session.id, "--json").json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("export")))
        entries = document["conversations"][0]["entries"]
        said = [e["text"] for e in entries if e["kind"] == "prompt"]
        for text in hostile.SCRIPTS + hostile.MARKDOWN:
            self.assertIn(text, said, "as it was written")
        deep = next(e for e in entries if e.get("tool") == "Deep")
        self.assertIsNone(deep["input"])
        steep = next(e for e in entries if e.get("tool") == "Steep")
        self.assertEqual((None, 406), (steep["input"], len(steep["input_text"])))
        self.assertGreater(document["summary"]["bad_rows"], 3)
        self.assertEqual("is reached", entries[-1]["text"])

    def assert_no_control_characters(self, text):
        self.assertEqual([], re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", text)[:5])


if __name__ == "__main__":
    main()
