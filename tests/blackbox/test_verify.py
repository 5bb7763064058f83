"""verify finds what is wrong; --repair takes what it can from disk; afterwards git finds nothing either."""
import glob
import os
import random
import re
import shutil
import sqlite3

from harness import DONE, FAILED, INCOMPLETE, REFUSED, CsbTest, main, snapshot

FLIPS = 200
MB = 1024 * 1024


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


class Damage(CsbTest):
    """One kind of damage after another to copies of one store."""

    def setUp(self):
        super().setUp()
        self.tree.user_files()
        self.sessions = [self.tree.session(prompts=4) for _ in range(4)]
        self.sessions[0].footprint()
        self.sessions[3].fill(MB + 70_000)
        self.csb("backup")
        for session in self.sessions[:3]:
            session.turn("and more")
        self.csb("backup")
        self.kept = os.path.join(self.scratch, "kept")
        self.keep()

    def keep(self):
        """What renew() goes back to."""
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.csb_home, self.kept, symlinks=True)

    def renew(self):
        shutil.rmtree(self.csb_home)
        shutil.copytree(self.kept, self.csb_home, symlinks=True)

    def the(self, pattern):
        """The one file of the store that matches."""
        found = glob.glob(os.path.join(self.store, pattern))
        self.assertEqual(1, len(found), pattern)
        return found[0]

    def ref(self):
        return os.path.join(self.store, self.git.branch())

    def write(self, path, data, at=None):
        os.chmod(path, 0o600)
        with open(path, "wb" if at is None else "r+b") as f:
            f.seek(at or 0)
            f.write(data)

    def read(self, path):
        with open(path, "rb") as f:
            return f.read()

    def flip(self, path, chance):
        """Inverts one bit. -> where"""
        data = bytearray(self.read(path))
        at = chance.randrange(len(data))
        bit = chance.randrange(8)
        data[at] ^= 1 << bit
        self.write(path, bytes(data))
        return "%s: byte %d, bit %d" % (os.path.relpath(path, self.csb_home), at, bit)

    def git_is_content(self):
        try:
            self.git.fsck()
        except AssertionError:
            return False
        return True

    def run_safely(self, *args):
        """Any exit status csb has, but no crash."""
        result = self.csb(*args, status=None, timeout=60)
        self.assertIn(result.status, (DONE, FAILED, INCOMPLETE, REFUSED), result)
        return result

    def found(self, *names, quick=False):
        """verify ends with 3 and names each of `names`. -> what it printed"""
        result = self.csb("verify", *(["--quick"] if quick else []), status=INCOMPLETE)
        for name in names:
            self.assertIn(name, result.out)
        return result.out

    def repaired(self, everything=True):
        """--repair, then backup and verify go on as ever. -> what the repair said"""
        before = self.live()
        result = self.csb("verify", "--repair", "--json", status=(DONE, INCOMPLETE))
        self.assertEqual(before, self.live(), "the files on disk are not csb's to change")
        repair = result.json()["repair"]
        if everything:
            self.assertEqual([], repair["lost"])
            self.assertEqual(DONE, result.status, result)
        elif repair["lost"]:
            self.assertEqual(INCOMPLETE, result.status, result)
        self.csb("backup")
        self.assert_stored()
        self.csb("backup")
        if everything:
            self.assert_store_sound()
        return repair

    def live(self):
        return snapshot(self.claude)

    # ---- one damage each
    def test_a_pack_cut_short(self):
        for share in (0.0, 0.01, 0.5, 0.99):
            with self.subTest(share):
                self.renew()
                pack = self.the("objects/pack/*.pack")
                os.chmod(pack, 0o600)
                os.truncate(pack, int(os.path.getsize(pack) * share))
                self.found(os.path.basename(pack)[:-5])
                self.found(os.path.basename(pack)[:-5], quick=True)
                self.assertTrue(self.repaired(everything=False)["set_aside"])

    def test_no_index(self):
        index = self.the("objects/pack/*.idx")
        for damage in ("gone", "empty", "cut", "of another pack"):
            with self.subTest(damage):
                self.renew()
                data = self.read(index)
                os.chmod(index, 0o600)
                if damage == "gone":
                    os.unlink(index)
                else:
                    self.write(index, {"empty": b"", "cut": data[:len(data) // 2],
                                       "of another pack": data[:-40] + b"x" * 40}[damage])
                self.found(os.path.basename(index)[:-4])
                self.repaired()

    def test_no_pack(self):
        for endings in ((".pack",), (".pack", ".idx")):
            with self.subTest(endings):
                self.renew()
                name = self.the("objects/pack/*.pack")[:-5]
                for ending in endings:
                    os.unlink(name + ending)
                self.found()
                self.found(quick=True)
                self.repaired(everything=False)
                self.csb("verify")
                self.git.fsck()

    def test_an_older_pack_is_gone(self):
        """What was backed up since is kept, and what is on disk is stored anew."""
        self.tree.write("projects/-home-ada/noise.bin", os.urandom(6 * MB))
        self.csb("backup")
        packs = sorted(glob.glob(os.path.join(self.store, "objects/pack/*.pack")), key=os.path.getsize)
        self.assertLess(1, len(packs))
        os.unlink(packs[-1])
        os.unlink(packs[-1][:-5] + ".idx")
        self.found()
        self.repaired(everything=False)
        self.csb("verify")
        self.git.fsck()

    def test_loose_objects(self):
        self.git.run("repack", "-q", "-a", "-d")
        pack = self.the("objects/pack/*.pack")
        data = self.read(pack)
        for path in glob.glob(pack[:-5] + "*"):
            os.unlink(path)
        self.git.run("unpack-objects", "-q", input=data)
        self.csb("verify")
        self.csb("backup")
        self.keep()
        blob = self.git.text("rev-parse", "%s:CLAUDE.md" % self.git.branch())
        tree = self.git.text("rev-parse", "%s:skills" % self.git.branch())
        commit = self.git.tip()
        for oid in (blob, tree, commit):
            for damage in ("empty", "cut", "garbage", "gone", "another's content"):
                with self.subTest(damage, object=oid):
                    self.renew()
                    path = os.path.join(self.store, "objects", oid[:2], oid[2:])
                    good = self.read(path)
                    os.chmod(path, 0o600)
                    if damage == "gone":
                        os.unlink(path)
                    else:
                        other = self.git.text("rev-parse", self.git.branch() + ":.csb/format")
                        self.write(path, {"empty": b"", "cut": good[:len(good) // 2], "garbage": b"garbage",
                                          "another's content": self.read(os.path.join(
                                              self.store, "objects", other[:2], other[2:]))}[damage])
                    self.found(oid[:10])
                    repair = self.repaired(everything=oid == blob)
                    # A branch whose commit is gone is put back from what csb remembers; its file is kept.
                    self.assertEqual(damage != "gone" or oid == commit, bool(repair["set_aside"]))
                    self.git.fsck()
                    self.csb("verify")

    def test_a_version_that_is_no_more_on_disk_is_said_to_be_lost(self):
        content = self.sessions[3].read()
        self.sessions[3].delete()
        self.csb("backup")
        entry = [(oid, path) for path, (_, _, oid) in self.git.tree(self.git.branch() + "~1").items()
                 if path.startswith(os.fsencode(self.sessions[3].rel))][0]
        for line in self.git.text("verify-pack", "-v", self.the("objects/pack/*.pack")).splitlines():
            if line.startswith(entry[0]):
                self.write(self.the("objects/pack/*.pack"), b"\xff" * 64, int(line.split()[4]) + 20)
        self.found(entry[0][:10])
        result = self.csb("verify", "--repair", "--json", status=INCOMPLETE).json()
        self.assertEqual([entry[0]], result["repair"]["lost"])
        self.assertFalse(result["sound"])
        self.csb("backup")
        self.assert_stored()
        told = self.csb("verify", status=INCOMPLETE)   # nothing brings it back: it is said again
        self.assertIn(entry[0][:10], told.out)
        self.tree.write(self.sessions[3].rel, content)   # but for this
        self.repaired()

    def test_the_branch(self):
        tip = self.git.tip()
        ref = self.ref()
        for damage in (b"", b"\0" * 41, b"0" * 40 + b"\n", b"f" * 40 + b"\n", b"nonsense\n", tip[:39].encode(),
                       b"ref: refs/heads/nowhere\n", b"ref: " + self.git.branch().encode() + b"\n"):
            with self.subTest(damage):
                self.renew()
                self.write(ref, damage)
                self.found()
                self.found(quick=True)
                self.repaired(everything=False)
                self.git.fsck()
                self.csb("verify")

    def test_no_branch_any_more(self):
        os.unlink(self.ref())
        self.found()
        self.csb("backup")
        self.assert_stored()
        self.assert_store_sound()

    def test_two_damages_at_once(self):
        pack = self.the("objects/pack/*.pack")
        self.write(pack, b"\xff" * 8, os.path.getsize(pack) // 2)
        self.write(os.path.join(self.csb_home, "catalogue.db"), b"no database")
        self.write(os.path.join(self.store, "csb/state"), b"\xff" * 200)
        self.found()
        self.repaired(everything=False)
        self.git.fsck()

    def test_a_backup_beside_damage_goes_on(self):
        """Nobody ran verify: new turns are stored all the same."""
        pack = self.the("objects/pack/*.pack")
        self.write(pack, b"\xff" * 8, os.path.getsize(pack) // 2)
        self.sessions[0].turn("after the damage")
        result = self.run_safely("backup")
        if result.status == DONE:
            stored = self.git.run("show", "%s:%s" % (self.git.branch(), self.sessions[0].rel)).stdout
            self.assertEqual(self.sessions[0].read(), stored)
        self.repaired(everything=False)

    def test_a_catalogue_that_is_wrong_about_what_the_store_has(self):
        """Slices that are not read again must be there; else "backed up" is said of what nobody can restore."""
        session = self.sessions[3]
        database = sqlite3.connect(os.path.join(self.csb_home, "catalogue.db"))
        for file, slices in database.execute("SELECT file_id, slices FROM contents").fetchall():
            wrong = bytes([slices[0] ^ 4]) + slices[1:]
            database.execute("UPDATE contents SET slices = ? WHERE file_id = ?", (wrong, file))
        database.commit()
        database.close()
        for step in (lambda: session.turn("grown"), lambda: session.move("/home/ada/elsewhere")):
            step()
            self.csb("backup")
            self.assert_stored(session.rel)
            self.assert_store_sound()

    # ---- many at random
    def damaged_at_random(self, pattern, seed, count, check):
        chance = random.Random(seed)
        for n in range(count):
            self.renew()
            candidates = sorted(glob.glob(os.path.join(self.csb_home, pattern)))
            where = self.flip(chance.choice(candidates), chance)
            with self.subTest(where, seed=seed, n=n):
                check(n)

    def found_and_repaired(self, n):
        for quick in (False, True):
            told = self.found(quick=quick)
            self.assertRegex(told, r"[0-9a-f]{40}")
        if n % 5 == 0:
            self.repaired(everything=False)
            self.csb("verify", status=(DONE, INCOMPLETE))

    def test_flips_in_packs(self):
        self.damaged_at_random("store.git/objects/pack/*.pack", 1, FLIPS * 3 // 10, self.found_and_repaired)

    def test_flips_in_indexes(self):
        def check(n):
            self.found_and_repaired(n)
            if n % 5 == 0:   # a pack has everything its index has
                self.assert_store_sound()
        self.damaged_at_random("store.git/objects/pack/*.idx", 2, FLIPS * 2 // 10, check)

    def found_unless_git_is_content(self, n):
        tip = self.git.run("rev-parse", "-q", "--verify", self.branch + "^{commit}", status=None).stdout
        result = self.run_safely("verify")
        if tip.decode().strip() != self.tip or not self.git_is_content():
            self.assertNotEqual(DONE, result.status, result)
            self.assertTrue(re.search(r"(?i)refs|branch|repository|packed", result.out + result.err), result)
        quick = self.run_safely("verify", "--quick")
        self.assertEqual(result.status == DONE, quick.status == DONE, quick)
        self.run_safely("list")
        self.run_safely("verify", "--repair")
        backup = self.run_safely("backup")
        if backup.status == DONE and self.git.run("rev-parse", self.branch, status=None).returncode == 0:
            for ref in self.git.refs():   # a flip in its name makes a branch of another machine
                if ref != self.branch and ref.endswith("/claude-code"):
                    self.git.run("update-ref", "-d", ref)
            self.assert_stored()

    def test_flips_in_refs(self):
        self.branch, self.tip = self.git.branch(), self.git.tip()
        self.damaged_at_random("store.git/refs/heads/*/*", 3, FLIPS // 10, self.found_unless_git_is_content)
        self.renew()
        self.git.run("pack-refs", "--all")
        self.keep()
        self.damaged_at_random("store.git/packed-refs", 4, FLIPS // 20, self.found_unless_git_is_content)

    def test_flips_in_what_csb_can_do_without(self):
        """The state of the packs and the catalogue: a backup is right whatever is in them."""
        def check(n):
            for command in (["list"], ["status"], ["verify"], ["log", self.sessions[0].id]):
                self.run_safely(*command)
            self.sessions[3].turn("appended %d" % n)
            self.csb("backup")
            self.git.fsck()
            self.assert_stored()
        self.damaged_at_random("store.git/csb/state", 5, FLIPS // 10, check)
        self.damaged_at_random("catalogue.db", 6, FLIPS // 4, check)


if __name__ == "__main__":
    main()
