"""`csb resume` with the real client: it finds the session where csb sends it, deleted ones too."""
import os
import shlex

from real_client import SCRIPT, RealClientTest
from harness import main

SESSION = "00000000-0000-4000-8000-000000000001"


class RealResume(RealClientTest):
    def setUp(self):
        super().setUp()
        self.cwd = os.path.join(self.out, "cwd/p")
        # What csb takes for the client: the real one, offline, in the folder it was started in.
        self.wrapper = os.path.join(self.scratch, "claude")
        with open(self.wrapper, "w", encoding="utf-8") as f:
            f.write('#!/bin/sh\nHOME=%s CC_PREFIX=%s CC_VERSION=2.1.329 exec bash %s client --out %s --install '
                    '--cwd "$PWD" -- "$@"\n' % tuple(map(shlex.quote, (self.scratch, self.prefix, SCRIPT, self.out))))
        os.chmod(self.wrapper, 0o755)
        self.client(self.cwd, "-p", 'one MOCK:[{"text":"first answer"}]', "--session-id", SESSION)
        self.csb("backup")
        self.csb("config", "csb.claude", self.wrapper)

    def resumed(self, *args):
        before = len(self.requests())
        self.csb("resume", SESSION, *args, "--", "-p", 'two MOCK:[{"text":"second answer"}]',
                 env={"PATH": os.environ["PATH"], "TMPDIR": self.scratch})
        sent = [r for r in self.requests()[before:] if r.get("kind") == "script"]
        self.assertTrue(sent and sent[-1]["msgs"] > 2, "its past was sent along: %s" % sent)

    def transcripts(self):
        return [os.path.join(base, name) for base, _, names in os.walk(os.path.join(self.claude, "projects"))
                for name in names if name == SESSION + ".jsonl"]

    def test_a_session_goes_on(self):
        self.resumed()
        self.assertIn("second answer", self.csb("distill", SESSION).out)

    def test_a_deleted_session_comes_back_and_goes_on(self):
        os.remove(self.transcripts()[0])
        self.csb("backup")
        self.resumed("--restore")
        self.assertEqual(1, len(self.transcripts()))
        text = self.csb("distill", SESSION).out
        self.assertLess(text.index("first answer"), text.index("second answer"))


if __name__ == "__main__":
    main()
