"""kill -9 at every system call of a backup that writes: the next backup exits 0 by itself and nothing is lost.

    CSB_BINARY=… python3 test_kill.py [--full]

Without --full: every rename, fsync, unlink, mkdir…, and a sample of the calls that are many. strace counts the
calls of each thread, so point N is where the first thread makes its N-th call.
"""
import os

from scene import FAILED, FULL, Figures, FaultTest, full_main, known_calls, need, trace

CALLS = ("openat", "write", "pwrite64", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir",
         "mkdirat", "fsync", "fdatasync", "link", "linkat", "ftruncate", "chmod", "fchmod", "close", "flock")
MANY = ("openat", "write", "pwrite64", "close")
SAMPLE = 8   # of each of the many


class Kill(FaultTest):
    def strike(self, call, n):
        """-> True when the run was killed there."""
        result = self.csb("backup", *self.options, status=None, timeout=120,
                          wrap=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
                                "-e", "inject=%s:signal=KILL:when=%d" % (call, n)))
        if result.status == 0 and self.missing():
            raise AssertionError("exit 0, not stored: %s" % self.missing())
        return result.status != 0

    def point(self, figures, call, n):
        self.put_back()
        figures.points += 1
        where = "%s %d" % (call, n)
        killed = True
        for kept, check in ((figures.lies, lambda: self.strike(call, n)), (figures.lost, self.assert_nothing_lost),
                            (figures.manual, self.assert_healed)):
            try:
                ended = check()
                if kept is figures.lies:
                    killed = ended
                    figures.hit += killed
            except AssertionError as wrong:
                kept.append("%s: %s" % (where, wrong))
                break
        return killed

    def campaign(self, name):
        need("strace")
        calls = known_calls(CALLS)
        counted = trace(self, calls)
        figures = Figures("kill, " + name)
        for call in calls:
            threads = counted.get(call, {}).values()
            most = max(map(len, threads), default=0)
            if FULL:
                n = 1
                while self.point(figures, call, n) or n < most:
                    n += 1
                continue
            points = list(range(1, most + 1))
            if call in MANY:
                points = self.sampled(list(threads), most)
            for n in points:
                self.point(figures, call, n)
        print(figures, flush=True)
        self.assertEqual(figures.broken(), [], "\n" + "\n".join(figures.broken()[:10]))

    def sampled(self, threads, most):
        """Points of a frequent call, mostly those that concern what csb writes."""
        own = sorted({n for rests in threads for n, rest in enumerate(rests, 1) if self.scratch in rest})
        own = own or list(range(1, most + 1))
        chosen = set(self.rand.sample(own, min(SAMPLE, len(own))))
        return sorted(chosen | set(self.rand.sample(range(1, most + 1), min(2, most))))

    def test_the_first_backup(self):
        self.scene_first()
        self.campaign("first backup")
        self.assert_listed()

    def test_an_append(self):
        self.scene_append()
        self.campaign("append")
        self.assert_listed()

    def test_a_rename_cut_in_two(self):
        """libgit2 renames by link and unlink: between the two, the branch's lock file is the branch itself."""
        self.scene_append()
        ref = os.path.join(self.store, self.git.branch())
        os.link(ref, ref + ".lock")
        self.csb("backup")
        self.assertEqual(self.missing(), [])
        self.assertEqual(self.leavings(), [])

    def test_the_lock_of_another_git_is_respected(self):
        self.scene_append()
        before = self.git.tip()
        lock = os.path.join(self.store, self.git.branch()) + ".lock"
        open(lock, "w").close()
        for _ in range(2):
            packs = self.git.disk_bytes()
            result = self.csb("backup", status=FAILED)
            self.assertIn(".lock", result.err)
            self.assertEqual(self.git.tip(), before)
        self.assertLess(self.git.disk_bytes(), packs + 100_000, "each failed run leaves a pack")
        os.unlink(lock)
        self.assert_healed()

    def test_an_adopted_repository(self):
        self.scene_adopted()
        self.campaign("adopted repository")


if __name__ == "__main__":
    full_main()
