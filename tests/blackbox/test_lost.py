"""csb lost: sessions of which no transcript was ever archived, and what is left of them."""
import hashlib
import json
import os
import subprocess
import time

import json_schema
from harness import DONE, NOT_FOUND, USAGE, CsbTest, main


class Lost(CsbTest):
    def lost_id(self, n):
        return self.tree.session_id(1000 + n)

    def check(self, name, result):
        document = result.json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load(name)))
        return document

    def lost(self):
        return {s["id"]: s for s in self.check("lost", self.csb("lost", "--json"))["sessions"]}

    def details(self, sid):
        return self.check("lost_session", self.csb("lost", sid, "--json"))

    def type_prompt(self, sid, text, **more):
        row = {"display": text, "pastedContents": {}, "timestamp": int(self.tree.tick() * 1000),
               "project": "/home/ada/engine", "sessionId": sid}
        row.update(more)
        line = json.dumps(row) + "\n"
        with open(self.tree.path("history.jsonl"), "a") as f:
            f.write(line)
        return row

    def copy_of(self, sid, original, version, text):
        name = hashlib.sha256(original.encode()).hexdigest()[:16]
        self.tree.write("file-history/%s/%s@v%d" % (sid, name, version), text, 0o644)

    def test_every_trace_is_one(self):
        kept = self.tree.session()
        ids = [self.lost_id(n) for n in range(7)]
        self.type_prompt(kept.id, "of a session that is here")
        self.type_prompt(ids[0], "first words")
        self.type_prompt(ids[0], "last words")
        self.copy_of(ids[1], "/home/ada/engine/a.c", 1, "int a;\n")
        self.tree.write("tasks/%s/1.json" % ids[2], "{}")
        self.tree.write("sessions/99999999.json", json.dumps(
            {"pid": 99999999, "sessionId": ids[3], "cwd": "/home/ada/killed", "procStart": "1"}))
        kept.add(kept.envelope("user", message={"role": "user", "content": "x"},
                               forkedFrom={"sessionId": ids[4], "messageUuid": self.lost_id(50)}))
        self.tree.write("projects/-x/%s/subagents/agent-1.jsonl" % ids[5], "{}\n")
        self.type_prompt(ids[6], "open now")
        running = subprocess.Popen(["sleep", "60"])
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        self.tree.write("sessions/%d.json" % running.pid, json.dumps(
            {"pid": running.pid, "sessionId": ids[6], "cwd": "/x"}))
        self.backup()
        found = self.lost()
        self.assertEqual(sorted(ids[:6]), sorted(found))
        self.assertEqual((2, "first words"), (found[ids[0]]["prompts"], found[ids[0]]["first_prompt"]))
        self.assertEqual(["file-history"], found[ids[1]]["kinds"])
        self.assertEqual(["tasks"], found[ids[2]]["kinds"])
        self.assertEqual("/home/ada/killed", found[ids[3]]["folder"])
        self.assertEqual([kept.id], found[ids[4]]["forks"])
        self.assertEqual(["projects"], found[ids[5]]["kinds"])
        text = self.csb("lost").out
        for sid in ids[:6]:
            self.assertIn(sid, text)

    def test_archived_and_waiting_ones_are_not_lost(self):
        archived = self.tree.session()
        self.type_prompt(archived.id, "hello")
        self.backup()
        os.remove(archived.path)
        waiting = self.tree.session()
        self.type_prompt(waiting.id, "hello")
        self.assertEqual({}, self.lost())
        self.assertIn("1 session on disk not archived yet", self.csb("lost").err)
        self.backup()
        os.remove(waiting.path)
        self.assertEqual({}, self.lost())
        self.assertIn("no session is known to be lost", self.csb("lost").err)

    def test_what_is_left_survives_its_deletion(self):
        sid = self.lost_id(1)
        other = self.tree.session()
        other.add(other.envelope("assistant", message={
            "id": "m1", "role": "assistant", "model": "claude-opus-5-5", "usage": {"input_tokens": 1, "output_tokens": 1},
            "content": [{"type": "tool_use", "id": "t1", "name": "Read", "input": {"file_path": "/home/ada/engine/a.c"}}]}))
        self.copy_of(sid, "/home/ada/engine/a.c", 1, "int a;\n")
        self.copy_of(sid, "/home/ada/engine/a.c", 2, "int a, b;\n")
        self.copy_of(sid, "/nobody/knows", 1, "secret of nobody\n")
        hashed = "0123456789abcdef"
        self.tree.write("paste-cache/%s.txt" % hashed, "a long paste\n" * 300)
        self.type_prompt(sid, "look at [Pasted text #1 +300 lines] and [Pasted text #2]",
                         pastedContents={"1": {"id": 1, "type": "text", "contentHash": hashed},
                                         "2": {"id": 2, "type": "text", "content": "a short paste"}})
        self.backup()
        for top in ("file-history", "paste-cache"):
            subprocess.run(["rm", "-r", self.tree.path(top)], check=True)
        os.remove(self.tree.path("history.jsonl"))
        self.backup()
        details = self.details(sid[:6])
        self.assertEqual(1, len(details["prompts"]))
        self.assertEqual(["a long paste\n" * 300, "a short paste"], [p["text"] for p in details["prompts"][0]["pastes"]])
        self.assertEqual([False] * 3, [f["on_disk"] for f in details["files"]])
        names = sorted(f["original"] for f in details["files"])
        target = os.path.join(self.scratch, "saved")
        done = self.check("lost_export", self.csb("lost", sid, "--export", target, "--json"))
        self.assertEqual(4, len(done["written"]))
        with open(os.path.join(target, "prompts.md")) as f:
            prompts = f.read()
        self.assertIn("a short paste", prompts)
        self.assertIn("a long paste\n" * 300, prompts)
        self.assertEqual(["", "/home/ada/engine/a.c", "/home/ada/engine/a.c"], names)
        with open(os.path.join(target, "edited/home/ada/engine/a.c@v2")) as f:
            self.assertEqual("int a, b;\n", f.read())
        self.assertEqual(0o600, os.stat(os.path.join(target, "prompts.md")).st_mode & 0o777)
        self.csb("lost", sid, "--export", target, status=USAGE)

    def test_hostile_history(self):
        sid = self.lost_id(1)
        self.type_prompt(sid, "before \x1b[31mred\x1b[0m")
        hostile = [b"\xff\xfe\n", b"[1,2]\n", b"{}\n", b"null\n", b'{"display":7,"sessionId":"' + sid.encode() + b'"}\n',
                   b'{"display":"x","sessionId":"../../etc/passwd","timestamp":1}\n',
                   b'{"display":"x","timestamp":1e300,"sessionId":"' + sid.encode() + b'"}\n',
                   b"[" * 100000 + b"\n", b'{"display":"' + b"y" * (5 << 20) + b'"}\n', b"\0" * 5000 + b"\n",
                   b'{"display":"p","sessionId":"%s","pastedContents":{"1":{"contentHash":"../../../etc/passwd"}}}\n'
                   % sid.encode(), b'{"display":"torn']
        with open(self.tree.path("history.jsonl"), "ab") as f:
            f.write(b"".join(hostile))
        self.backup()
        result = self.csb("lost")
        self.assertNotIn("\x1b", result.out)
        found = self.lost()
        self.assertEqual([sid], list(found))
        self.assertEqual(3, found[sid]["prompts"])
        self.assertNotIn("\x1b", self.csb("lost", sid).out)
        self.assertIn("9 lines", result.err)

    def test_names(self):
        self.type_prompt(self.lost_id(1), "a")
        self.csb("lost", "zzzz", status=NOT_FOUND)
        self.csb("lost", self.lost_id(1)[:3], status=NOT_FOUND)
        self.csb("lost", "--export", "x", status=USAGE)
        self.assertEqual([self.lost_id(1)], list(self.lost()))   # before the first backup, too


if __name__ == "__main__":
    main()
