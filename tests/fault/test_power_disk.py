"""Power cuts on a real file system: ext4, stopped while csb works, its journal replayed, mounted again.

    CSB_BINARY=… python3 test_power_disk.py [--full]

test_power.py tries what POSIX allows a disk to forget; here the kernel forgets (disk_image.py). Cuts at a system call
are the same in each run of a seed; how far a run came by a moment is not. Skipped where images cannot be mounted.
"""
import os
import shutil
import subprocess
import tempfile
import time
import unittest

from after_cut import AfterCut
from disk_image import KINDS, MOUNTS, DiskImage, Unavailable
from scene import DONE, FULL, SEED, Figures, full_main, known_calls, need, trace

CALLS = ("openat", "write", "pwrite64", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat",
         "fsync", "fdatasync", "link", "linkat", "ftruncate")
# Of each scene: cuts at a call (at most), at a moment, right after exit 0. Cuts of one life.
AT_CALL, AT_MOMENT, AFTER_EXIT, IN_A_LIFE = (10_000, 100, 40, 200) if FULL else (14, 10, 4, 24)


class OnDisk(AfterCut):
    def setUp(self):
        directory = tempfile.mkdtemp(prefix="csb-disk.")
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        try:
            self.disk = DiskImage(directory)
        except Unavailable as why:
            raise unittest.SkipTest(str(why)) from None
        self.addCleanup(self.disk.close)
        usual, tempfile.tempdir = tempfile.tempdir, self.disk.place   # everything of the test lies on it
        try:
            super().setUp()
        finally:
            tempfile.tempdir = usual

    def cut(self, kind):
        places = [self.csb_home, self.claude, *([self.repository] if self.repository else [])]
        self.disk.cut(kind, self.rand, [os.path.join(base, name) for place in places
                                        for base, _, names in sorted(os.walk(place)) for name in sorted(names)])

    def power_is_back(self):
        self.disk.bring_back(self.rand.choice(MOUNTS))
        with open("/proc/stat", encoding="ascii") as f:
            started = next(int(line.split()[1]) for line in f if line.startswith("btime"))
        for base, _, names in os.walk(self.scratch):
            for name in names:
                if name.endswith(".lock"):   # the machine was started since
                    os.utime(os.path.join(base, name), (started - 60, started - 60))

    def run_and_cut(self, delay, kind, *command):
        """-> the exit status of csb; it is left to notice that its disk is gone."""
        run = self.start(*command, *self.options)
        try:
            run.wait(delay)
        except subprocess.TimeoutExpired:
            pass   # which is what is wanted
        ended = run.poll()
        self.cut(kind)
        run.communicate(timeout=120)
        return ended, run.returncode


class Cuts(OnDisk):
    """One backup of a scene, cut wherever it can be."""

    def point(self, figures, where, strike):
        """`strike` runs csb and cuts. -> its exit status; None when it was killed"""
        self.put_back()
        self.disk.sync()
        figures.points += 1
        kind = self.rand.choice(KINDS)
        status = strike(kind)
        self.power_is_back()
        where = "%s (%s), exit %s" % (where, kind, status)
        if status is not None and status < 0:
            figures.crashes.append(where)
        self.judge(figures, where, status == DONE)
        figures.hit += status != DONE

    def at_call(self, kind, call, n):
        """Killed there; nothing is written between that and the cut."""
        done = self.csb("backup", *self.options, status=None, timeout=120,
                        wrap=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
                              "-e", "inject=%s:signal=KILL:when=%d" % (call, n)))
        self.cut(kind)
        return done.status if done.status >= 0 else None

    def after_exit(self, kind):
        self.csb("backup", *self.options)
        self.cut(kind)
        return DONE

    def how_long(self):
        begun = time.monotonic()
        self.csb("backup", *self.options)
        return time.monotonic() - begun

    def campaign(self, name):
        need("strace")
        counted = trace(self, known_calls(CALLS))
        self.put_back()
        long = self.how_long()
        figures = Figures("power cut on ext4, " + name)
        calls = [(call, n) for call, threads in sorted(counted.items())
                 for n in sorted({n for rests in threads.values() for n, rest in enumerate(rests, 1)
                                  if call != "openat" or "O_CREAT" in rest})]
        for call, n in sorted(self.rand.sample(calls, min(AT_CALL, len(calls)))):
            self.point(figures, "at %s %d" % (call, n), lambda kind, c=call, i=n: self.at_call(kind, c, i))
        for _ in range(AT_MOMENT):
            delay = self.rand.random() * long * 1.1
            self.point(figures, "after %.4f s" % delay, lambda kind, d=delay: self.run_and_cut(d, kind, "backup")[1])
        for _ in range(AFTER_EXIT):
            self.point(figures, "after exit 0", self.after_exit)
        print(figures, flush=True)
        self.assertEqual(figures.broken(), [], "\n" + "\n".join(figures.broken()[:10]))

    def test_the_first_backup(self):
        self.scene_first()
        self.campaign("first backup")

    def test_an_append(self):
        self.scene_append()
        self.campaign("append")

    def test_an_adopted_repository(self):
        self.scene_adopted()
        self.campaign("adopted repository")

    def test_a_run_that_syncs_nothing_is_caught(self):
        need("strace")
        self.scene_append()
        self.disk.sync()
        self.csb("backup", wrap=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
                                 "-e", "inject=fsync,fdatasync:retval=0"))
        self.assertEqual(self.missing(), [])
        self.cut("nothing")
        self.power_is_back()
        self.assertNotEqual(self.missing(), [])


class Life(OnDisk):
    """Cut after cut in one store: what any finished backup stored is there for ever."""

    def change(self):
        session = self.rand.choice(self.sessions)
        if not os.path.exists(session.path):
            return
        self.rand.choice([session.turn, session.turn, session.take_back, session.delete,
                          lambda: session.fill(3 << 18), lambda: session.turn("much", "x" * 50_000)])()

    def look(self):
        """Takes what is on the disk for what the next backup owes."""
        self.expected = self.what_there_is()
        self.deleted = {s.rel for s in self.sessions} - set(self.expected)

    def owe(self):
        """A backup ended with exit 0."""
        self.assertEqual(self.missing(), [], "exit 0, not stored")
        self.owed.update(oid for ids in self.expected.values() for oid in ids)
        self.last.update((s.rel, s.read()) for s in self.sessions if os.path.exists(s.path))

    def assert_owed(self):
        if os.path.exists(self.store):
            self.git.fsck()
            self.assertEqual(self.owed - self.git.objects(), set(), "stored by a finished backup, and lost")
        else:
            self.assertEqual(self.owed, set(), "the store is gone")

    def command(self):
        gone = [s for s in self.sessions if s.rel in self.last and not os.path.exists(s.path)]
        if gone and self.rand.random() < 0.5:
            return ("restore", self.rand.choice(gone).id)
        return self.rand.choice([("backup",), ("backup",), ("backup",), ("backup",), ("maintain",), ("rebuild-index",)])

    def round(self, figures):
        for _ in range(self.rand.randrange(1, 4)):
            self.change()
        self.sessions.append(self.tree.session())
        self.disk.sync()
        self.look()
        command, kind = self.command(), self.rand.choice(KINDS)
        delay = 60 if self.rand.random() < 0.3 else self.rand.random() / 20
        ended, status = self.run_and_cut(delay, kind, *command)
        self.power_is_back()
        where = "cut %d, %s after %.4f s (%s), exit %s" % (figures.points, " ".join(command), delay, kind, status)
        figures.points += 1
        figures.hit += ended is None
        if status < 0:
            figures.crashes.append(where)
        for found, check in ((figures.lost, self.assert_owed), (figures.lies, lambda: self.assert_true(command, status)),
                             (figures.manual, self.assert_goes_on)):
            try:
                check()
            except AssertionError as wrong:
                found.append("%s: %s" % (where, wrong))

    def assert_true(self, command, status):
        """What exit 0 said."""
        if status == DONE and command[0] == "backup":
            self.owe()
        if status == DONE and command[0] == "restore":
            session = next(s for s in self.sessions if s.id == command[1])
            self.assertTrue(os.path.exists(session.path), "restored, and not there")
            self.assertEqual(session.read(), self.last[session.rel])

    def assert_goes_on(self):
        self.csb("backup")
        self.look()
        self.owe()
        self.csb("verify")
        self.csb("list")

    def test_a_life(self):
        self.sessions, self.owed, self.last = [], set(), {}
        self.make_sessions()
        figures = Figures("power cuts on ext4, one life")
        for _ in range(IN_A_LIFE):
            self.round(figures)
        self.assert_owed()
        print(figures, flush=True)
        print("objects owed: %d" % len(self.owed), flush=True)
        self.assertEqual(figures.broken(), [], "seed %d\n%s" % (SEED, "\n".join(figures.broken()[:10])))


if __name__ == "__main__":
    full_main()
