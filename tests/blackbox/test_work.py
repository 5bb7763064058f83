"""How much work a backup does, in files opened and bytes written: what the benchmark's times rest on.

Times depend on the machine and are never asserted; these counts do not.
"""
import os
import random

from harness import CsbTest, main, need

SLICE = 1 << 20      # docs/format.md
MB = 1000 * 1000


class Work(CsbTest):
    def grow(self, session, size=20_000):
        session.add(session.envelope("user", message={"role": "user", "content": random.Random(
            os.path.getsize(session.path)).randbytes(size // 2).hex()}))

    def assert_idle(self, report):
        for key in ("files_opened", "bytes_read", "bytes_parsed", "bytes_written", "objects_written"):
            self.assertEqual(0, report[key], key)
        self.assertFalse(report["store_opened"])
        self.assertIsNone(report["noise_commit"])
        self.assertIsNone(report["user_commit"])

    def test_no_change_opens_nothing(self):
        for _ in range(40):
            self.tree.session().footprint()
        self.tree.user_files()
        self.backup()
        report = self.backup()
        self.assert_idle(report)
        self.assertGreater(report["files_seen"], 280)

    def test_a_new_mtime_alone_is_read_once_and_stored_never(self):
        session = self.tree.session()
        self.backup()
        before = self.git.refs()
        self.tree.stamp(session.rel)
        report = self.backup()
        self.assertEqual(1, report["files_opened"])
        self.assertEqual(before, self.git.refs())
        self.assert_idle(self.backup())

    def test_a_first_backup_reads_every_byte_once(self):
        session = self.tree.session()
        session.fill(5 * MB)
        session.footprint()
        size = sum(os.path.getsize(os.path.join(base, name)) for base, _, names in os.walk(self.claude)
                   for name in names)
        report = self.backup()
        self.assertEqual(size, report["bytes_read"])

    def test_an_append_costs_what_was_appended(self):
        session = self.tree.session()
        session.fill(50 * MB)
        self.backup()
        for _ in range(5):
            self.grow(session)
            report = self.backup()
            self.assertEqual(1, report["files_opened"])
            # at most two slices, the checksummed tails of the closed ones, and the parser's overlap
            self.assertLessEqual(report["bytes_read"], 2 * SLICE + 4096 * (50 * MB // SLICE + 1))
            self.assertLessEqual(report["bytes_parsed"], 64_000)
            self.assertLessEqual(report["bytes_written"], 3 * MB)
        self.assert_stored(session.rel)
        self.git.fsck()

    def test_every_version_of_a_growing_transcript_costs_next_to_nothing(self):
        sessions = [self.tree.session() for _ in range(5)]
        for session in sessions:
            session.fill(4 * MB)
        self.backup()
        before = self.git.disk_bytes()
        backups, appended = 48, 0
        for _ in range(backups):
            for session in sessions:
                self.grow(session)
                appended += 20_000
            self.backup()
        growth = self.git.disk_bytes() - before
        self.assertLess(growth, appended, "less than what was appended, all %d versions included" % backups)
        self.assertEqual(backups + 1, len(self.git.commits()))
        self.git.fsck()

    def test_a_search_with_nothing_new_writes_nothing(self):
        session = self.tree.session()
        session.fill(1 * MB)
        self.backup()
        self.csb("search", "absent-everywhere", status=1)
        index = os.path.join(self.csb_home, "search.db")
        before = os.stat(index)
        self.csb("search", "absent-everywhere", status=1)
        self.assertEqual(before.st_mtime_ns, os.stat(index).st_mtime_ns)
        self.grow(session)
        self.backup()
        self.csb("search", "absent-everywhere", status=1)
        self.assertLess(before.st_mtime_ns, os.stat(index).st_mtime_ns)

    def test_no_backup_reads_the_certificates_of_the_system(self):
        need("strace")
        session = self.tree.session()
        self.backup()
        self.grow(session)
        trace = os.path.join(self.scratch, "trace")
        self.csb("backup", wrap=("strace", "-qq", "-f", "-o", trace, "-e", "trace=openat"))
        with open(trace, errors="replace") as f:
            opened = f.read()
        self.assertIn("libgit2", opened)
        self.assertNotIn("ca-certificates", opened)

    def test_a_move_stores_no_content_again(self):
        session = self.tree.session()
        session.fill(20 * MB)
        self.backup()
        session.move("/home/ada/other")
        report = self.backup()
        self.assertEqual(1, report["sessions_moved"])
        self.assertEqual(0, report["sessions_deleted"])
        self.assertLessEqual(report["bytes_written"], 3 * MB)
        self.assert_stored(session.rel)


if __name__ == "__main__":
    main()
