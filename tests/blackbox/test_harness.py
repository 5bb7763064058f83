"""The judges themselves: the git oracle and the snapshot notice what they are there to notice."""
import os
import subprocess

from harness import CsbTest, Git, differences, main, snapshot


class Judges(CsbTest):
    def setUp(self):
        super().setUp()
        self.repository = os.path.join(self.scratch, "r.git")
        self.git = Git(self.repository, self.home)
        subprocess.run(["git", "init", "-q", "--bare", self.repository], check=True)

    def commit(self, files):
        """Commits {path: bytes} on a branch like csb's. -> its id"""
        stream = b"commit refs/heads/m/claude-code\ncommitter c <c@example.invalid> 1 +0000\ndata 0\n"
        for path, data in files.items():
            stream += b"M 100644 inline %s\ndata %d\n%s\n" % (path, len(data), data)
        self.git.run("fast-import", "--quiet", input=stream)
        return self.git.tip()

    def test_files_joins_slices_and_leaves_out_csb(self):
        self.commit({b"a/000000.csb": b"one", b"a/000001.csb": b"two", b"b": b"x\0\xff", b".csb/format": b"1\n"})
        self.assertEqual({b"a": b"onetwo", b"b": b"x\0\xff"}, self.git.files())
        self.assertEqual(b"onetwo", self.git.archived("a"))
        self.assertEqual(b"x\0\xff", self.git.archived("b"))

    def test_anywhere_finds_what_a_later_commit_removed(self):
        self.commit({b"a": b"the needle is here"})
        self.assertTrue(self.git.anywhere(b"needle"))
        self.assertFalse(self.git.anywhere(b"haystack"))

    def test_fsck_fails_on_a_damaged_object(self):
        self.commit({b"a": b"content" * 100})
        self.git.fsck()
        objects = os.path.join(self.repository, "objects")
        victim = next(os.path.join(base, name) for base, _, names in os.walk(objects) for name in names
                      if len(os.path.basename(base)) == 2 or name.endswith(".pack"))
        os.chmod(victim, 0o600)
        with open(victim, "r+b") as f:
            f.seek(os.path.getsize(victim) // 2)
            f.write(b"\0\1\2\3\4\5\6\7")
        with self.assertRaises(AssertionError):
            self.git.fsck()

    def test_snapshot_notices_bytes_mode_and_time(self):
        path = self.tree.write("settings.json", "{}")
        before = snapshot(self.claude)
        for change in (lambda: os.chmod(path, 0o640), lambda: os.utime(path, (1, 1)),
                       lambda: self.tree.write("settings.json", "[]", mtime=1)):
            change()
            after = snapshot(self.claude)
            self.assertEqual(1, len(differences(before, after)), differences(before, after))
            before = after

    def test_a_deleted_session_is_gone_and_a_moved_one_elsewhere(self):
        session = self.tree.session()
        session.footprint()
        session.move("/home/ada/other")
        self.assertIn(b"projects/-home-ada-other/" + session.id.encode() + b".jsonl", snapshot(self.claude))
        session.delete()
        self.assertFalse([p for p, v in snapshot(self.claude).items() if v[0] == "file"])


if __name__ == "__main__":
    main()
