"""The whole life of real sessions, written, swept and resumed by the real client.

build -> back up twice -> age -> the client sweeps -> back up -> restore all -> byte for byte -> the client
continues, sweeps and resumes as if nothing had been lost.
"""
import hashlib
import os

from real_client import RealClientTest
from harness import main

LIVE = "00000000-0000-4000-8000-000000000099"   # a session that was never deleted
PERIOD = 10                                     # days; what the client's sweeps here use


class RealSessions(RealClientTest):
    def test_swept_sessions_come_back_and_stay(self):
        sessions = self.build()
        files = {f["path"]: f["sha256"] for s in sessions for f in s["files"] if os.path.basename(f["path"]) != ".lock"}
        self.assertGreater(len(sessions), 30)
        self.tree.root = self.claude
        self.tree.write("settings.json", '{"cleanupPeriodDays": %d}' % PERIOD, 0o644)

        self.back_up_twice(files)
        self.let_the_client_sweep(files)
        alpha = next(s["cwd"] for s in sessions if s["kind"] == "tools+edits")
        self.client(alpha, "-p", 'alive MOCK:[{"text":"still alive"}]', "--session-id", LIVE)

        report = self.backup()
        self.assertEqual(len(sessions), report["sessions_deleted"], report)
        self.csb("restore", "--deleted-since", "1h")
        self.assertEqual([], self.missing(files), "restored, byte for byte")

        self.continues_with_the_live_session(alpha, files)
        self.script("sweep", "--period", str(PERIOD))
        self.assertEqual([], self.missing(files), "the second sweep leaves the restored alone")
        self.resumes(sessions)
        self.csb("backup")
        self.assert_store_sound()

    def back_up_twice(self, files):
        self.script("age", "--days", "40", "--all")   # old before csb first sees them: so are the recorded times
        self.csb("backup")
        stored = self.git.files()
        wrong = [p for p, sha in files.items() if hashlib.sha256(stored.get(p.encode(), b"")).hexdigest() != sha]
        self.assertEqual([], wrong, "stored byte for byte")
        before = self.git.refs()
        self.csb("backup")
        self.assertEqual(before, self.git.refs(), "the second backup makes no commit")
        self.git.fsck()

    def let_the_client_sweep(self, files):
        self.script("age", "--days", "41", "--all")
        self.script("sweep", "--period", str(PERIOD))
        left = set(files) - {path for path, _ in self.missing(files)}
        self.assertEqual(set(), left, "the client swept them all")

    def missing(self, files):
        """-> [(path, what is wrong with it)] of the files that are not on disk as they were."""
        wrong = []
        for path, sha in files.items():
            full = os.path.join(self.claude, path)
            if not os.path.isfile(full):
                wrong.append((path, "is not there"))
                continue
            with open(full, "rb") as f:
                if hashlib.sha256(f.read()).hexdigest() != sha:
                    wrong.append((path, "differs"))
        return wrong

    def continues_with_the_live_session(self, cwd, files):
        """`claude --continue` picks the newest transcript of the folder: not one that was restored."""
        transcript = next(os.path.join(base, LIVE + ".jsonl") for base, _, names in os.walk(self.claude)
                          if LIVE + ".jsonl" in names)
        size = os.path.getsize(transcript)
        self.client(cwd, "-p", 'again MOCK:[{"text":"continued"}]', "--continue")
        self.assertGreater(os.path.getsize(transcript), size, "--continue went on with the live session")
        self.assertEqual([], self.missing(files), "and with no other")

    def resumes(self, sessions):
        """Every kind of session is resumed, and the client sends its past along (a new one sends 2 messages)."""
        for session in sessions:
            if session["kind"] == "bulk":
                continue
            with self.subTest(session["kind"]):
                before = len(self.requests())
                self.client(session["cwd"], "-p", 'x MOCK:[{"text":"resumed"}]', "--resume", session["id"])
                sent = [r for r in self.requests()[before:] if r.get("kind") == "script"]
                self.assertTrue(sent and sent[-1]["msgs"] > 2, sent)


if __name__ == "__main__":
    main()
