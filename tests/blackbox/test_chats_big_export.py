"""csb chats import of an official export with 500 MB of conversations: little memory, and nothing the second time."""
import os
import subprocess
import sys

from chats_case import ChatsTest
from harness import main

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import big_export  # noqa: E402

IS_SANITIZED = any(name.endswith("SAN_OPTIONS") for name in os.environ)
MEGABYTES, LARGEST = (100, 20) if IS_SANITIZED else (500, 79)
MOST_KB = 100_000
MEASURE = ("import resource, subprocess, sys\n"
           "done = subprocess.run(sys.argv[1:], stdout=sys.stderr)\n"
           "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")


class BigExport(ChatsTest):
    needs_sync, needs_zip = False, True

    def run_measured(self, *args):
        """-> the report; its peak memory is checked"""
        done = subprocess.run([sys.executable, "-c", MEASURE, self.binary, *args], env=self.environment(),
                              capture_output=True, text=True)
        status, peak = done.stdout.split()
        self.assertEqual("0", status, done.stderr)
        if not IS_SANITIZED:
            self.assertLess(int(peak), MOST_KB)
        return done.stderr

    def files(self):
        """What would change if a file of the mirror (not its state) were written again."""
        found = set()
        for base, _, names in os.walk(self.mirror):
            for name in names:
                stat = os.lstat(os.path.join(base, name))
                if not name.startswith(("state.db", "lock")):
                    found.add((os.path.join(base, name), stat.st_ino, stat.st_size, stat.st_mtime_ns))
        return found

    def test_in_little_memory_and_once(self):
        archive = os.path.join(self.scratch, "data.zip")
        chats = big_export.write(archive, MEGABYTES, LARGEST)
        self.run_measured("chats", "import", "--json", archive)
        self.assertEqual(chats, len(self.chats()))
        sizes = sorted(os.path.getsize(path) for path in self.chats().values())
        self.assertGreater(sizes[-1], LARGEST * 1000 * 1000)
        self.assertGreater(sum(sizes), MEGABYTES * 990 * 1000)
        files, refs = self.files(), self.git.refs()
        self.assertTrue([ref for ref in refs if ref.endswith("/claude.ai")])

        again = self.run_measured("chats", "import", archive)
        self.assertIn("unchanged", again)
        self.assertEqual(set(), files ^ self.files(), "a file was written again")
        self.assertEqual(refs, self.git.refs(), "a commit was made")


if __name__ == "__main__":
    main()
