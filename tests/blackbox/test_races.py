"""Files that change while they are read: what is stored really existed, or a problem is reported."""
import os
import random
import threading

from harness import DONE, INCOMPLETE, CsbTest, main, need

SLICE = 1 << 20


class Writer(threading.Thread):
    """Changes a file until told to stop and remembers every state it ever had."""

    def __init__(self, path, step, data=b""):
        super().__init__(daemon=True)
        self.path, self.step, self.data = path, step, bytearray(data)
        self.rand, self.stopped = random.Random(3), threading.Event()
        self.states = [bytes(data), b""]

    def became(self):
        """Called before the change is made: a reader may be faster than we are."""
        self.states.append(bytes(self.data))

    def was(self, data):
        """One of its states; or the beginning of one, which is all there is of a file that never rests."""
        return any(state.startswith(data) for state in self.states)

    def run(self):
        while not self.stopped.wait(0.002):
            self.step(self)

    def stop(self):
        self.stopped.set()
        self.join()


def append(w):
    more = w.rand.randbytes(w.rand.choice([10, 1000, 50_000]))
    w.data += more
    w.became()
    with open(w.path, "ab", buffering=0) as f:
        f.write(more)


def take_back(w):
    """As the client takes a message back: truncate in place, then write the tail anew."""
    if w.rand.random() < 0.5 or len(w.data) < 5000:
        return append(w)
    keep = len(w.data) - w.rand.randrange(4000)
    tail = w.rand.randbytes(2000)
    del w.data[keep:]
    w.became()
    with open(w.path, "r+b", buffering=0) as f:
        f.truncate(keep)
        w.data += tail
        w.became()
        f.seek(keep)
        f.write(tail)


def replace(w):
    w.data[:] = w.rand.randbytes(w.rand.choice([0, 5000, SLICE + 5]))
    w.became()
    with open(w.path + ".tmp", "wb") as f:
        f.write(w.data)
    os.rename(w.path + ".tmp", w.path)


def vanish(w):
    if os.path.exists(w.path):
        os.unlink(w.path)
    else:
        replace(w)


class Races(CsbTest):
    def assert_only_real_states(self, step, size, backups=8):
        session = self.tree.session()
        rel = "%s/tool-results/restless.txt" % session.directory
        start = random.Random(1).randbytes(size)
        path = self.tree.write(rel, start)
        writer = Writer(path, step, start)
        writer.start()
        try:
            rounds, caught = 0, False
            while rounds < backups or (not caught and rounds < 20 * backups):   # one that vanishes may do so each time
                report = self.csb("backup", "--json", status=(DONE, INCOMPLETE)).json()
                self.assertLessEqual({p["path"] for p in report["problems"]}, {rel})
                caught = caught or rel in [change["path"] for change in report["changes"]]
                rounds += 1
        finally:
            writer.stop()
        self.backup()   # it stands still now
        stored = 0
        for commit in self.git.commits():
            data = self.git.files(commit).get(rel.encode())
            if data is not None:
                stored += 1
                self.assertTrue(writer.was(data), "%d bytes that never were the file" % len(data))
        self.assertGreater(stored, 0)
        if os.path.exists(path):
            self.assert_stored(rel)
        self.assertEqual(self.backup()["changes"], [])
        self.git.fsck()

    def test_growing(self):
        self.assert_only_real_states(append, 3 * SLICE)

    def test_taken_back(self):
        self.assert_only_real_states(take_back, 2 * SLICE)

    def test_replaced(self):
        self.assert_only_real_states(replace, SLICE)

    def test_vanishing_and_coming_back(self):
        self.assert_only_real_states(vanish, SLICE)

    def slow_reads(self, path):
        """Holds every read of this file for a tenth of a second: time enough to change it in between."""
        need("strace")
        return ("strace", "-qq", "-f", "-o", "/dev/null", "-P", path, "-e", "inject=pread64:delay_exit=100000")

    def test_truncated_between_two_reads(self):
        session = self.tree.session()
        rel = session.directory + "/tool-results/x.txt"
        data = random.Random(1).randbytes(6 * SLICE)
        path = self.tree.write(rel, data)
        running = self.start("backup", "--json", wrap=self.slow_reads(path))
        threading.Event().wait(0.35)
        os.truncate(path, SLICE + 7)
        running.wait(60)
        stored = self.git.files()[rel.encode()]
        self.assertIn(len(stored), (6 * SLICE, SLICE + 7))
        self.assertEqual(stored, data[:len(stored)])

    def test_always_changing_is_a_problem_and_the_rest_is_saved(self):
        session = self.tree.session()
        rel = session.directory + "/tool-results/x.txt"
        rand = random.Random(1)
        path = self.tree.write(rel, rand.randbytes(2 * SLICE))
        running = self.start("backup", "--json", wrap=self.slow_reads(path))
        while running.poll() is None:   # from the first byte on, each time
            with open(path, "r+b") as f:
                f.write(rand.randbytes(2 * SLICE))
            threading.Event().wait(0.02)
        self.assertEqual(running.returncode, INCOMPLETE)
        files = self.git.files()
        self.assertNotIn(rel.encode(), files)
        self.assert_stored(session.rel)
        self.backup()
        self.assert_stored(rel)

    def test_became_a_fifo_under_the_reader(self):
        """Opening it must not wait for a writer that never comes."""
        session = self.tree.session()
        rel = session.directory + "/tool-results/x.txt"
        path = self.tree.write(rel, b"x" * 100)
        need("strace")
        running = self.start("backup", wrap=("strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=getdents64", "-e",
                                             "inject=getdents64:delay_exit=200000"))
        threading.Event().wait(0.3)
        os.unlink(path)
        os.mkfifo(path)
        self.assertIn(running.wait(60), (DONE, INCOMPLETE))
        self.assert_stored(session.rel)


if __name__ == "__main__":
    main()
