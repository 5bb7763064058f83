"""A power cut at any moment of a backup: the store is readable, nothing older is lost, the next backup needs no help.

    CSB_BINARY=… python3 test_power.py [--full]

And what exit 0 said is stored is stored, however soon after it the power went. power.py makes the disks.
"""
import os
import shutil

from after_cut import AfterCut
from power import CALLS, KINDS, Disk, read_log
from scene import FULL, Figures, full_main, known_calls, need

SAMPLE = 8   # moments of each kind of disk


class Power(AfterCut):
    def watch(self):
        """Runs the scene's backup once. -> its calls"""
        log = os.path.join(os.path.dirname(self.scratch), os.path.basename(self.scratch) + ".strace")
        self.addCleanup(os.unlink, log)
        self.csb("backup", *self.options, wrap=("strace", "-f", "-qq", "-y", "-xx", "-s", "100000000", "-o", log,
                                                "-e", "trace=" + ",".join(known_calls(CALLS))))
        return read_log(log)

    def cut(self, calls, after, kind):
        """The home and the store as they may be when the power comes back."""
        self.put_back()
        disk = Disk(self.scratch)
        for call in calls[:after]:
            disk.play(call)
        for part in self.parts:
            shutil.rmtree(part, ignore_errors=True)
            disk.leave(part, kind, self.rand, part)

    def point(self, figures, calls, after, kind):
        figures.points += 1
        done = after == len(calls)
        where = "%s, after %d of %d calls (%s)" % (kind, after, len(calls), calls[after - 1][0])
        self.cut(calls, after, kind)
        self.judge(figures, where, done)
        figures.hit += not done

    def campaign(self, name):
        need("strace")
        calls = self.watch()
        figures = Figures("power cut, " + name)
        changing = [n for n, (call, _, result) in enumerate(calls, 1) if result >= 0 and call not in ("close", "lseek")]
        for kind in KINDS:
            points = changing if FULL else sorted(self.rand.sample(changing, min(SAMPLE, len(changing))))
            for after in [*points, len(calls)]:
                self.point(figures, calls, after, kind)
        print(figures, flush=True)
        self.assertEqual(figures.broken(), [], "\n" + "\n".join(figures.broken()[:10]))

    def test_the_disk_is_a_disk(self):
        """With everything synced, what is left is what was there."""
        need("strace")
        self.scene_append()
        calls = self.watch()
        stored = self.git.files()
        disk_calls = []
        for call in calls:
            disk_calls.append(call)
            if call[0] == "openat" and call[2] >= 0:
                continue
            if call[0] in ("write", "pwrite64", "ftruncate"):
                disk_calls.append(("fsync", [call[1][0]], 0))
        self.cut(disk_calls, len(disk_calls), "journal")
        self.assertEqual(self.missing(), [])
        self.assertEqual(stored, self.git.files())
        self.assert_listed()

    def test_what_was_never_synced_is_forgotten(self):
        need("strace")
        self.scene_append()
        calls = [call for call in self.watch() if "sync" not in call[0]]
        self.cut(calls, len(calls), "strict")
        self.assertNotEqual(self.missing(), [])
        self.assert_nothing_lost()

    def test_the_first_backup(self):
        self.scene_first()
        self.campaign("first backup")

    def test_an_append(self):
        self.scene_append()
        self.campaign("append")

    def test_an_adopted_repository(self):
        self.scene_adopted()
        self.campaign("adopted repository")


if __name__ == "__main__":
    full_main()
