"""How much work a question costs, in system calls: what its time rests on. Times are never asserted."""
import os
import re

from harness import CsbTest, main, need


class QueryWork(CsbTest):
    def setUp(self):
        super().setUp()
        need("strace")
        for n in range(60):
            self.tree.session(prompts=1, title="session %d" % n)
        self.backup()

    def calls(self, *command):
        """-> [(name, rest of the line)] of every call that takes a path"""
        trace = os.path.join(self.scratch, "trace")
        self.csb(*command, wrap=("strace", "-f", "-e", "trace=%file", "-o", trace), status=None)
        with open(trace, errors="replace") as f:
            lines = f.read().splitlines()
        if not any("execve" in line for line in lines):
            self.skipTest("strace may not trace here")
        return [m.groups() for m in (re.match(r"\d+ +(\w+)\((.*)", line) for line in lines) if m]

    def touched(self, calls, part):
        return [rest for _, rest in calls if part in rest]

    def test_list_asks_the_catalogue_alone(self):
        for command in (("list", "-n", "7"), ("list", "-n", "7", "--sort", "expiration"), ("list", "-n", "7", "session"),
                        ("scan", "-d", "/home", "-n", "7"), ("tree", "--orphans", "-n", "7")):
            calls = self.calls(*command)
            transcripts = self.touched(calls, ".jsonl")
            self.assertEqual(7, len(transcripts), (command, transcripts))
            self.assertEqual([], self.touched(calls, "/objects/"), command)
            self.assertEqual([], [rest for name, rest in calls if name.startswith("open") and ".jsonl" in rest], command)
        for command in (("usage",), ("stats",)):
            calls = self.calls(*command)
            self.assertEqual([], self.touched(calls, ".jsonl"), command)
            self.assertEqual([], self.touched(calls, "/objects/"), command)

    def test_forecast_opens_no_transcript(self):
        calls = self.calls("forecast")
        self.assertEqual([], [rest for name, rest in calls if name.startswith("open") and ".jsonl" in rest])
        self.assertEqual([], self.touched(calls, "/objects/"))


if __name__ == "__main__":
    main()
