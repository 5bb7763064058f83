"""A system call that fails, once or from then on: the run says so or everything is stored, and the next heals.

    CSB_BINARY=… python3 test_errors.py [--full]

Errors that a call cannot give on a real machine are tried too: what matters is that none is swallowed.
"""
import os

from scene import DONE, FULL, Figures, FaultTest, full_main, known_calls, need, trace

WRITES = {"write": ("ENOSPC", "EIO", "EDQUOT", "EFBIG"), "pwrite64": ("ENOSPC", "EIO", "EDQUOT"),
          "openat": ("ENOSPC", "EMFILE", "EACCES", "EROFS", "EIO"), "rename": ("ENOSPC", "EIO", "EROFS", "EACCES"),
          "renameat": ("ENOSPC", "EIO"), "renameat2": ("ENOSPC", "EIO"), "mkdir": ("ENOSPC", "EROFS", "EACCES"),
          "mkdirat": ("ENOSPC", "EROFS", "EACCES"), "fsync": ("EIO", "ENOSPC", "EDQUOT"),
          "fdatasync": ("EIO", "ENOSPC"), "unlink": ("EIO", "EROFS", "EACCES"), "unlinkat": ("EIO", "EROFS"),
          "ftruncate": ("ENOSPC", "EIO"), "fchmod": ("EROFS", "EIO"), "flock": ("ENOLCK", "EIO"), "link": ("EIO",),
          "close": ("EIO", "ENOSPC")}
READS = {"read": ("EIO",), "pread64": ("EIO",), "getdents64": ("EIO", "ENOMEM"), "newfstatat": ("EIO", "EACCES"),
         "statx": ("EIO", "EACCES"), "mmap": ("ENOMEM",), "readlinkat": ("EIO",), "openat2": ("EMFILE", "EACCES")}
# 127: the loader could not load; the others are the README's.
REPORTED = (0, 1, 3, 4, 11, 12, 127)
SAMPLE = 4   # points of each pair of call and error


class Errors(FaultTest):
    only = ()   # strace's options that name the files whose calls fail; without them those of all

    def strike(self, figures, call, error, when):
        """Runs a backup into the fault. Fails when it lied or crashed."""
        result = self.csb("backup", *self.options, status=None, timeout=120,
                          wrap=("strace", "-f", "-qq", "-o", "/dev/null", *self.only, "-e", "trace=" + call,
                                "-e", "inject=%s:error=%s:when=%s" % (call, error, when)))
        figures.hit += result.status != DONE
        in_loader = call == "mmap" and str(when) in ("1", "1+")   # which has no way to report it
        if result.status not in REPORTED and not in_loader:
            figures.crashes.append("%s %s %s: %s" % (call, error, when, result))
        if result.status == DONE and self.missing():
            raise AssertionError("exit 0, not stored: %s" % self.missing())
        return result

    def point(self, figures, call, error, when):
        self.put_back()
        figures.points += 1
        # libgit2 renames by link and unlink; what cannot be unlinked stays (test_kill: it is in nobody's way).
        ignore = r"\.lock$" if call in ("unlink", "unlinkat") else r"$^"
        for kept, check in ((figures.lies, lambda: self.strike(figures, call, error, when)),
                            (figures.lost, self.assert_nothing_lost),
                            (figures.manual, lambda: self.assert_healed(ignore))):
            try:
                check()
            except AssertionError as wrong:
                kept.append("%s %s %s: %s" % (call, error, when, wrong))
                break

    def places(self, threads):
        """Which calls of a kind to fail: those on csb's own files, and a few of the rest."""
        most = max(map(len, threads))
        if FULL:
            return list(range(1, most + 1))
        own = sorted({n for rests in threads for n, rest in enumerate(rests, 1) if self.scratch in rest})
        own = own or list(range(1, most + 1))
        return sorted(self.rand.sample(own, min(SAMPLE, len(own))))

    def campaign(self, name, errors):
        need("strace")
        calls = known_calls(errors)
        counted = trace(self, calls)
        figures = Figures(name)
        for call in calls:
            for error in errors[call] if call in counted else ():
                for n in self.places(list(counted[call].values())):
                    self.point(figures, call, error, n)
                    if FULL or self.rand.random() < 0.5:
                        self.point(figures, call, error, "%d+" % n)
        print(figures, flush=True)
        self.assertEqual(figures.broken(), [], "\n" + "\n".join(figures.broken()[:10]))

    def test_writes_fail_in_the_first_backup(self):
        self.scene_first()
        self.campaign("errors, first backup", WRITES)
        self.assert_listed()

    def test_the_way_to_a_new_branch_fails(self):
        # The pack of a branch that was made, but whose directory could not be synced, was thrown away.
        self.scene_first()
        need("strace")
        heads = os.path.join(self.store, "refs", "heads")
        self.csb("backup", *self.options)
        own = os.path.dirname(os.path.join(self.store, self.git.branch()))
        self.put_back()
        self.only = ("-P", heads, "-P", own)
        figures = Figures("errors, a new branch's directories")
        for call, error in (("openat", "EACCES"), ("fsync", "EIO"), ("mkdir", "ENOSPC")):
            for n in range(1, 5):
                self.point(figures, call, error, n)
                self.point(figures, call, error, "%d+" % n)
        print(figures, flush=True)
        self.assertGreater(figures.hit, 4)
        self.assertEqual(figures.broken(), [], "\n" + "\n".join(figures.broken()[:10]))

    def test_writes_fail_in_an_append(self):
        self.scene_append()
        self.campaign("errors, append", WRITES)
        self.assert_listed()

    def test_writes_fail_in_an_adopted_repository(self):
        self.scene_adopted()
        self.campaign("errors, adopted repository", {c: e[:2] for c, e in WRITES.items()})

    def test_reads_fail_in_an_append(self):
        self.scene_append()
        self.campaign("errors while reading, append", READS)
        self.assert_listed()

    def test_a_killed_run_is_healed_by_a_run_with_errors(self):
        """What a killed run left must not be taken for rubbish because a look at it fails."""
        need("strace")
        self.scene_append()
        figures = Figures("errors while healing")
        renames = sum(map(len, trace(self, known_calls(["rename"])).get("rename", {}).values()))
        for kill, call, error in [(n, c, e) for n in range(3, renames + 1) for c, e in (
                ("newfstatat", "EIO"), ("unlink", "EIO"), ("rename", "ENOSPC"), ("openat", "EMFILE"))]:
            self.put_back()
            self.csb("backup", *self.options, status=None,
                     wrap=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename",
                           "-e", "inject=rename:signal=KILL:when=%d" % kill))
            cut = self.rand.sample(range(1, 40 if call in ("newfstatat", "openat") else 4), 3)
            for when in sorted(cut) + ["%d+" % min(cut)]:
                figures.points += 1
                try:
                    self.strike(figures, call, error, when)
                    self.assert_nothing_lost()
                except AssertionError as wrong:
                    figures.lost.append("rename %d, then %s %s %s: %s" % (kill, call, error, when, wrong))
            try:
                self.assert_healed()
            except AssertionError as wrong:
                figures.manual.append("rename %d, then %s %s: %s" % (kill, call, error, wrong))
        print(figures, flush=True)
        self.assertEqual(figures.broken(), [], "\n" + "\n".join(figures.broken()[:10]))


if __name__ == "__main__":
    full_main()
