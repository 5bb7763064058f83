"""csb chats sync killed at random moments; and what ten thousand chats cost."""
import os
import random
import subprocess
import sys
import time

from chats_case import FAST, KEY, ChatsTest
from harness import main

MEASURE = ("import resource, subprocess, sys\n"
           "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
           "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")


class Kill(ChatsTest):
    def test_killed_thirty_times(self):
        mock = self.mock("--orgs", 2, "--chats", 60, "--latency-ms", 15)
        rnd = random.Random(5)
        for _ in range(30):
            have = set(self.chats())
            expected = mock.expected()
            done = {c for c, h in self.hashes().items() if expected.get(c) == h}
            mock.control("log_reset")
            process = self.start("chats", "sync", "--delay", "0", "--no-backup", "-c", "4", env={"CLAUDE_SESSION_KEY": KEY})
            time.sleep(rnd.uniform(0.02, 1.2))
            process.kill()
            process.wait()
            fetched = [e["path"].split("/")[-1][:36] for e in mock.log() if "tree=" in e["path"]]
            self.assertFalse(set(fetched) & done, "what was there is fetched again")
            self.assertTrue(have <= set(self.chats()))
            self.assertNotIn(None, self.hashes().values())
            if rnd.random() < 0.5:
                mock.control("update", org=rnd.randrange(2), index=rnd.randrange(60))
        self.sync()
        self.assert_is_oracle(mock)
        self.assert_contained()
        self.assertEqual(120, sum(len(n) for _, _, n in os.walk(self.mirror + "/by-name")))


class Size(ChatsTest):
    def peak(self, *args):
        """Peak resident memory of a run, in kB."""
        done = subprocess.run([sys.executable, "-c", MEASURE, self.binary, *args],
                              env=self.environment(CLAUDE_SESSION_KEY=KEY), capture_output=True, text=True)
        status, peak = done.stdout.split()
        self.assertEqual("0", status, done.stderr)
        return int(peak) if not any(n.endswith("SAN_OPTIONS") for n in os.environ) else 0

    def test_ten_thousand_chats(self):
        mock = self.mock("--chats", 10_000)
        self.assertLess(self.peak("chats", "sync", *FAST, "-c", "6"), 100_000)
        self.assertEqual(10_000, len(self.chats()))
        mock.control("log_reset")
        self.assertLess(self.peak("chats", "sync", *FAST), 100_000)
        self.assertNotIn("detail", mock.kinds())

    def test_a_chat_of_79_megabytes(self):
        mock = self.mock("--chats", 3, "--huge-chat-mb", 79)
        self.assertLess(self.peak("chats", "sync", *FAST, "--timeout", "100"), 100_000)
        chat = mock.uuid(2)
        self.assert_is_oracle(mock, besides=(chat,))   # the oracle leaves out what pads it
        self.assertGreater(os.path.getsize(self.chats()[chat]), 79 << 20)

    def test_bombs(self):
        mock = self.mock("--chats", 4)
        chat = mock.uuid(1)
        for rule in ({"do": "gzip_bomb", "mb": 600}, {"do": "infinite"}):
            mock.faults({"match": "chat_conversations/" + chat, **rule})
            done = subprocess.run([sys.executable, "-c", MEASURE, self.binary, "chats", "sync", *FAST, "--retries", "1"],
                                  env=self.environment(CLAUDE_SESSION_KEY=KEY), capture_output=True, text=True)
            status, peak = done.stdout.split()
            self.assertEqual("3", status, done.stderr)
            self.assertIn("larger than", done.stderr)
            self.assertLess(int(peak), 100_000)
            self.assertNotIn(chat, self.chats())
            self.assert_contained()


if __name__ == "__main__":
    main()
