"""What must hold once the power is back, whoever cut it: test_power.py on paper, test_power_disk.py on a disk."""
import os

from scene import FaultTest


class AfterCut(FaultTest):
    def judge(self, figures, where, done):
        """`done`: the run had said so (exit 0) before the cut. -> is all well?"""
        for found, check in ((figures.lost, self.assert_nothing_lost),
                             (figures.lies, lambda: done and self.assertEqual(self.missing(), [], "exit 0, then gone")),
                             (figures.manual, self.assert_healed)):
            try:
                check()
            except AssertionError as wrong:
                found.append("%s: %s" % (where, wrong))
                return False
        return True

    def assert_healed(self, ignore=None):
        """What the cut left is cleared up by the next backup that has something to store."""
        super().assert_healed(ignore=".")
        more = self.tree.session()
        try:
            self.csb("backup", *self.options)
        finally:
            os.unlink(more.path)
        # Of a lost `.keep` only the name is left, and then nobody knows whose it is; it keeps a gc off one pack.
        left = [path for path in self.leavings() if not (path.endswith(".keep") and os.path.getsize(path) == 0)]
        self.assertEqual(left, [])
