"""Several backups at once: who has to wait, whose wish is remembered, who heals what another run left."""
import os
import shutil
import subprocess
import time

from harness import BUSY, DONE, SANITIZER, CsbTest, main, need, snapshot
from waiting import Waiting


class Turns(Waiting, CsbTest):
    @property
    def mark(self):
        return os.path.join(self.csb_home, "pending")

    def test_busy_leaves_a_mark_and_the_next_run_clears_it(self):
        self.tree.session()
        lock = self.hold_lock()
        result = self.csb("backup", status=BUSY)
        self.assertIn("another run", result.err)
        self.assertTrue(os.path.exists(self.mark))
        lock.close()
        self.backup()
        self.assertFalse(os.path.exists(self.mark))
        self.assert_stored()

    def test_patience(self):
        self.tree.session()
        lock = self.hold_lock()
        waiting = self.start("backup", "--wait", "60")
        with self.assertRaises(subprocess.TimeoutExpired):
            waiting.wait(0.5)
        lock.close()
        self.assertEqual(waiting.wait(60), DONE)
        self.assert_stored()

    def test_a_wish_made_during_a_run_is_fulfilled_by_it(self):
        need("strace")
        session = self.tree.session()
        self.backup()
        session.turn()
        # The first run sleeps at its first fsync (of the pack), long after its walk.
        slow = self.start("backup", "--json", wrap=("strace", "-qq", "-f", "-o", "/dev/null", "-e",
                                                    "inject=fsync:delay_enter=3000000:when=1"))
        self.wait_until_locked()
        time.sleep(1)
        session.turn("late question", "late answer")
        self.csb("backup", status=BUSY)
        self.assertEqual(slow.wait(120), DONE)
        self.assertFalse(os.path.exists(self.mark))
        self.assert_stored()
        self.assertEqual(self.backup()["changes"], [])

    def test_ten_at_once(self):
        sessions = [self.tree.session() for _ in range(5)]
        self.backup()
        for round_number in range(3):
            for session in sessions:
                session.turn("round %d" % round_number, "done")
            running = [self.start("backup") for _ in range(10)]
            ends = {process.wait(120) for process in running}
            self.assertLessEqual(ends, {DONE, BUSY})
            self.assertIn(DONE, ends)
            self.assert_stored()
        self.assert_store_sound()

    def test_a_killed_holder_does_not_block(self):
        need("strace")
        session = self.tree.session()
        self.csb("backup", status=None, wrap=("strace", "-qq", "-f", "-o", "/dev/null", "-e",
                                              "inject=fsync:signal=KILL:when=1"))
        self.backup()
        self.assert_stored(session.rel)
        self.git.fsck()


class Faults(CsbTest):
    """What a full or read-only disk leaves: the old state, and a next run that needs no help."""

    def test_a_full_disk(self):
        need("strace")
        session = self.tree.session()
        self.backup()
        before = self.git.refs()
        session.fill(3 << 20)
        calls = ["write,pwrite64,writev", "fsync,fdatasync", "rename,renameat,renameat2,link,linkat"]
        for call in calls[1:] if SANITIZER else calls:   # whose own writes to a pipe would fail too
            wrap = ("strace", "-qq", "-f", "-o", "/dev/null", "-e", "inject=%s:error=ENOSPC:when=1+" % call)
            result = self.csb("backup", status=None, wrap=wrap)
            self.assertNotIn(result.status, (DONE,), "%s\n%s" % (call, result))
            self.assertEqual(self.git.refs(), before)
            self.git.fsck()
        self.backup()
        self.assert_stored()
        self.assert_store_sound()

    def test_a_catalogue_behind_the_branch_is_brought_up_to_it(self):
        session = self.tree.session()
        self.backup()
        session.turn()
        # A catalogue behind the branch: as if the run had died between the two.
        shutil.copytree(self.csb_home, self.scratch + "/before", symlinks=True)
        self.backup()
        for name in os.listdir(self.csb_home):
            if name.startswith("catalogue.db"):
                os.unlink(os.path.join(self.csb_home, name))
        for name in os.listdir(self.scratch + "/before"):
            if name.startswith("catalogue.db"):
                shutil.copy2(os.path.join(self.scratch, "before", name), self.csb_home)
        refs = self.git.refs()
        report = self.backup()
        self.assertEqual(report["changes"], [])
        self.assertEqual(self.git.refs(), refs)
        self.assertEqual(self.list()[0]["messages"], 6)

    def test_a_catalogue_that_cannot_be_written_does_not_fail_the_backup(self):
        need("strace")
        session = self.tree.session()
        self.backup()
        session.turn()
        wal = os.path.join(self.csb_home, "catalogue.db-wal")
        report = self.backup(wrap=("strace", "-qq", "-f", "-o", "/dev/null", "-P", wal, "-e",
                                   "inject=pwrite64,write:error=ENOSPC"))
        self.assertEqual([p["severity"] for p in report["problems"]], ["note"])
        self.assert_stored()
        report = self.backup()
        self.assertEqual((report["changes"], report["problems"]), ([], []))
        self.assertEqual(self.list()[0]["messages"], 6)

    def test_nothing_is_touched_in_the_config_directory(self):
        session = self.tree.session()
        session.footprint()
        self.tree.user_files()
        before = snapshot(self.claude)
        self.backup()
        session.turn()
        after = snapshot(self.claude)
        self.backup()
        self.backup("--session", session.id)
        self.assert_same_tree(after, snapshot(self.claude))
        self.assertNotEqual(before, after)


if __name__ == "__main__":
    main()
