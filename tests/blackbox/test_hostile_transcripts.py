"""Three crafted transcripts for each way in which one can be bad: archived as they are, read as far as can be."""
import json
import os
import shutil
import sqlite3
import sys

import kept_answers
from harness import CsbTest, main
from hostile_transcripts import all_transcripts

MOST_MEMORY_KIB = 100 * 1024
# Runs a command and appends its peak memory to a file. A program of its own: a child begins with the peak of who
# started it.
MEASURE = ("import resource, subprocess, sys; status = subprocess.run(sys.argv[2:]).returncode; "
           "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open(sys.argv[1], 'a')); sys.exit(status)")


class Hostile(CsbTest):
    def put(self, session, content):
        rel = "projects/-home-ada-engine/%s.jsonl" % session
        full = self.tree.path(rel)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            for piece in [content] if isinstance(content, bytes) else content:
                f.write(piece)
        os.chmod(full, 0o600)
        self.tree.stamp(rel)
        return rel

    def facts(self):
        database = sqlite3.connect(os.path.join(self.csb_home, "catalogue.db"))
        database.row_factory = sqlite3.Row
        rows = database.execute(
            "SELECT s.id, t.* FROM sessions s JOIN transcripts t ON t.file_id = s.file_id").fetchall()
        answers = kept_answers.by_file(database)
        database.close()
        return {row["id"]: dict(row, answers=len({answer[0] for answer in answers.get(row["file_id"], ())}))
                for row in rows}

    def check_all(self, wanted):
        facts = self.facts()
        for name, session, expected in wanted:
            for field, value in expected.items():
                self.assertEqual(value, facts[session][field], "%s: %s" % (name, field))
            self.assertEqual("/home/ada/engine", facts[session]["cwd"], name)

    def test_all_of_them(self):
        wanted, rels = [], {}
        for name, session, content, expected in all_transcripts():
            rels[session] = self.put(session, content)
            wanted.append((name, session, expected))
        self.assertEqual(33, len(wanted))
        peaks = os.path.join(self.scratch, "peaks")
        measured = {"wrap": (sys.executable, "-c", MEASURE, peaks)}
        report = self.backup(**measured)
        self.assertEqual([], [p for p in report["problems"] if p["severity"] != "note"])
        self.check_all(wanted)
        self.assertEqual(33, len(self.list("-n0")))
        # Appended to, none of what was bad stands in the way of what is new.
        for session, rel in rels.items():
            with open(self.tree.path(rel), "rb") as f:
                f.seek(-1, os.SEEK_END)
                whole = f.read() == b"\n"
            self.tree.append(rel, (b"" if whole else b"\n") + b'{"type":"user","message":{"content":"later"}}\n')
        before = self.facts()
        again = self.backup(**measured)
        self.assertLess(again["bytes_parsed"], 16 << 20)   # no line is read twice
        after = self.facts()
        for session, row in after.items():
            self.assertGreater(row["messages"], before[session]["messages"], session)
        self.csb("rebuild-index", **measured)
        rebuilt = self.facts()
        for session, row in after.items():
            for field in ("title", "messages", "prompts", "tool_calls", "bad_rows", "answers", "first_uuid"):
                self.assertEqual(row[field], rebuilt[session][field], "%s: %s" % (session, field))
        self.assert_small(peaks)

    def assert_small(self, peaks, what=""):
        with open(peaks) as f:
            used = max(map(int, f))
        if not any(name.endswith("SAN_OPTIONS") for name in os.environ):   # a sanitizer keeps memory of its own
            self.assertLess(used, MOST_MEMORY_KIB, what)

    def test_long_lines_are_read_in_little_memory(self):
        """Each of them, and one transcript that holds rows of 12.8 million characters and of 100 MB."""
        long = []
        for name, session, content, _ in all_transcripts():
            if name.startswith(("long_lines", "huge_lines")):
                self.put(session, content)
                long.append(session)
        self.assertEqual(6, len(long))
        together = self.tree.session()
        for megabytes in range(5, 25, 5):
            together.fill(megabytes << 20)
        for session in (long[0], long[3]):
            with open(self.tree.path("projects/-home-ada-engine/%s.jsonl" % session), "rb") as source:
                with open(together.path, "ab") as target:
                    shutil.copyfileobj(source, target)
        together.turn("the last question", "the last answer")
        self.tree.stamp(together.rel)

        def measured(*args, **kw):
            peaks = os.path.join(self.scratch, "peaks")
            if os.path.exists(peaks):
                os.unlink(peaks)
            done = self.csb(*args, wrap=(sys.executable, "-c", MEASURE, peaks), **kw)
            self.assert_small(peaks, args)
            return done

        measured("backup", "-q")
        self.assertEqual(7, len(measured("list", "--json").json()["sessions"]))
        self.assertIn(together.id, measured("search", "--json", "the last question").out)   # makes the index
        self.assertIn(together.id, measured("search", "--json", "the last question").out)
        self.assertIn(together.id, measured("search", "--json", "-E", "the l[a]st question").out)
        measured("usage", "--json")
        for session in long + [together.id]:
            measured("show", session)
            for how in (("distill",), ("export", "--html"), ("export", "--md"), ("export", "--json")):
                target = os.path.join(self.scratch, "written")
                measured(*how, session, "-o", target)
        # Long texts are written in pieces: none of them may be missing, or be cut within a character.
        measured("export", long[0], "--json", "-o", target)
        with open(target, encoding="utf-8") as f:
            entries = json.load(f)["conversations"][0]["entries"]
        self.assertEqual("x" * 12_800_000, entries[0]["text"])


if __name__ == "__main__":
    main()
