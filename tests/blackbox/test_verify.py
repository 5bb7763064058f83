"""verify finds what is wrong; --repair takes what it can from disk; afterwards git finds nothing either."""
import glob
import os

from harness import INCOMPLETE, CsbTest, main


class Verify(CsbTest):
    def packs(self):
        return sorted(glob.glob(os.path.join(self.store, "objects/pack/*.pack")))

    def spoil(self, path, offset, data=b"\xff\xff\xff\xff"):
        os.chmod(path, 0o600)
        with open(path, "r+b") as f:
            f.seek(offset)
            f.write(data)

    def test_a_sound_store(self):
        for _ in range(5):
            self.tree.session()
        self.backup()
        text = self.csb("verify").out
        self.assertIn("sound", text)
        self.assertIn("5 files as stored", text)
        self.assertIn("3 sessions", text)
        self.csb("verify", "--quick")

    def test_a_damaged_pack_is_found_and_repaired_from_disk(self):
        sessions = [self.tree.session(prompts=20) for _ in range(4)]
        self.tree.user_files()
        self.backup()
        pack = self.packs()[0]
        self.spoil(pack, os.path.getsize(pack) // 2)
        found = self.csb("verify", status=INCOMPLETE)
        self.assertIn(os.path.basename(pack)[:-5], found.out)
        self.assertIn("--repair", found.err)
        repaired = self.csb("verify", "--repair", "--json", status=None).json()
        self.assertTrue(repaired["repair"]["set_aside"])
        if not repaired["repair"]["lost"]:
            self.assertTrue(repaired["sound"])
            self.assert_store_sound()
            self.assert_stored(*[s.rel for s in sessions])
        self.csb("backup")
        self.csb("backup")

    def test_a_file_that_only_looks_unchanged(self):
        session = self.tree.session()
        self.backup()
        before = os.stat(session.path)
        data = session.read().replace(b"answer 1", b"ANSWER 1")
        with open(session.path, "r+b") as f:
            f.write(data)
        os.utime(session.path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.backup()   # has no way to see it
        self.assertNotEqual(data, self.git.files()[os.fsencode(session.rel)])
        found = self.csb("verify", "--json", status=INCOMPLETE).json()
        self.assertEqual([session.rel], [f["where"] for f in found["live"]["faults"]])
        self.assertEqual(1, self.csb("verify", "--repair", "--json").json()["marked"])
        self.backup()
        self.assert_stored(session.rel)
        self.csb("verify")

    def test_without_a_catalogue(self):
        self.tree.session()
        self.backup()
        for name in glob.glob(os.path.join(self.csb_home, "catalogue.db*")):
            os.remove(name)
        self.csb("verify")

    def test_nothing_is_left_in_the_scratch_folder(self):
        self.tree.session()
        self.backup()
        scratch = os.path.join(self.scratch, "tmp")
        os.mkdir(scratch)
        self.csb("verify", env={"TMPDIR": scratch})
        self.assertEqual([], os.listdir(scratch))


if __name__ == "__main__":
    main()
