"""The first backup drafts its catalogue beside the name it will have: what a kill or a full disk makes of it."""
import os
import shutil
import sqlite3

from harness import DONE, CsbTest, main, need


class Draft(CsbTest):
    def first_backup(self, calls, fault, nth):
        """A first backup with that fault at the nth of these calls. @return what it did"""
        if os.path.exists(self.csb_home):
            shutil.rmtree(self.csb_home)
        return self.csb("backup", "--json", status=None, wrap=(
            "strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=" + calls,
            "-e", "inject=%s:%s:when=%d%s" % (calls, fault, nth, "+" if "error" in fault else "")))

    def assert_nothing_is_missing_or_left(self):
        self.backup()
        self.assert_stored()
        self.assertEqual(1, len(self.list()))
        self.assertEqual([], [name for name in os.listdir(self.csb_home) if ".tmp." in name])

    def test_a_first_backup_that_is_killed_leaves_no_draft_of_the_catalogue(self):
        need("strace")
        self.tree.session().footprint()
        for calls in ("pwrite64", "fsync", "rename,renameat2"):
            for nth in range(1, 40, 1 if calls != "pwrite64" else 6):
                if self.first_backup(calls, "signal=KILL", nth).status == DONE:
                    break
                self.assert_nothing_is_missing_or_left()
            self.assertGreater(nth, 1, calls)

    def test_a_first_backup_whose_catalogue_cannot_be_written_is_a_backup(self):
        need("strace")
        self.tree.session().footprint()
        notes = 0
        for nth in range(1, 60, 7):   # none of the store's own files is written by this call but a pack's header
            result = self.first_backup("pwrite64", "error=ENOSPC", nth)
            if result.status == DONE:
                self.assert_stored()
                notes += len(result.json()["problems"])
            self.assert_nothing_is_missing_or_left()
        self.assertGreater(notes, 0)

    def schema(self):
        with sqlite3.connect("file:%s/catalogue.db?mode=ro" % self.csb_home, uri=True) as catalogue:
            rows = catalogue.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
        catalogue.close()
        return rows

    def test_the_catalogue_of_a_first_backup_has_every_index(self):
        self.tree.session().footprint()
        self.backup()
        drafted = self.schema()
        self.csb("rebuild-index")
        self.assertEqual(self.schema(), drafted)
        self.assertIn("touched_by_path", [name for _, name, _, _ in drafted])


if __name__ == "__main__":
    main()
