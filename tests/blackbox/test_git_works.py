"""Every git command works on the store after every scenario, and csb works on after every git command."""
import glob
import os
import shutil
import subprocess
import tarfile

from harness import CsbTest, Git, main

MB = 1024 * 1024


class GitWorks(CsbTest):
    def setUp(self):
        super().setUp()
        self.session = self.tree.session()
        self.rounds = 0

    # ---- what git has to say
    def git_is_content(self, packs_by_csb=True):
        said = self.git.run("fsck", "--strict", "--full", "--no-progress")
        self.assertEqual(b"", said.stdout + said.stderr)
        self.reads()
        self.archives()
        self.clones()
        self.bundles()
        self.packs(packs_by_csb)

    def reads(self):
        branch = self.git.branch()
        commits = self.git.commits()
        self.git.out("log", "-p", "--stat", "--no-color", branch)
        self.git.out("log", "--graph", "--name-status", "-M", "-C", "--follow", branch, "--", self.session.rel)
        self.git.out("show", branch)
        self.assertEqual(self.session.read(), self.git.files()[os.fsencode(self.session.rel)])
        if len(commits) > 1:
            self.git.out("diff", "--raw", commits[-1], commits[0])
            self.git.out("diff", "--binary", commits[1], commits[0])
        self.git.out("shortlog", "-s", branch)
        self.git.out("blame", branch, "--", ".csb/format")
        listed = self.git.out("cat-file", "--batch-check", "--batch-all-objects")
        self.assertNotIn(b"missing", listed)
        self.git.out("rev-list", "--objects", "--all", "--disk-usage")

    def archives(self):
        branch = self.git.branch()
        whole = os.path.join(self.scratch, "whole.tar")
        self.git.run("archive", "-o", whole, branch)
        with tarfile.open(whole) as tar:
            names = [m.name for m in tar if m.isfile()]
        os.unlink(whole)
        self.assertIn(".csb/format", names)
        self.assertEqual(self.session.read(), self.git.archived(self.session.rel))

    def clones(self):
        files, refs = self.git.files(), self.git.refs()
        for args in (["--mirror"], ["--mirror", "--no-local"], ["--bare", "--depth=1", "--no-local"]):
            copy = os.path.join(self.scratch, "copy.git")
            self.git.run("clone", "-q", *args, "file://" + self.store if "--depth=1" in args else self.store, copy)
            clone = Git(copy, self.home)
            clone.fsck()
            self.assertEqual(refs, clone.refs())
            self.assertEqual(files, clone.files())
            shutil.rmtree(copy)
        work = os.path.join(self.scratch, "work")
        self.git.run("clone", "-q", self.store, work)
        status = subprocess.run(["git", "-C", work, "status", "--porcelain"], env=self.git.env, check=True,
                                capture_output=True).stdout
        self.assertEqual(b"", status)
        path = os.path.join(work, self.session.rel)
        if os.path.isfile(path):   # else it is sliced
            with open(path, "rb") as f:
                self.assertEqual(self.session.read(), f.read())
        shutil.rmtree(work)

    def bundles(self):
        bundle = os.path.join(self.scratch, "all.bundle")
        self.git.run("bundle", "create", "-q", bundle, "--all")
        self.git.run("bundle", "verify", "-q", bundle)
        copy = os.path.join(self.scratch, "unbundled.git")
        self.git.run("clone", "-q", "--mirror", bundle, copy)
        self.assertEqual(self.git.refs(), Git(copy, self.home).refs())
        shutil.rmtree(copy)
        os.unlink(bundle)

    def packs(self, by_csb):
        """git makes of csb's pack the very index that csb made."""
        packs = glob.glob(os.path.join(self.store, "objects/pack/*.pack"))
        self.assertTrue(packs)
        for pack in packs:
            self.git.out("verify-pack", "-v", pack)
            copy = os.path.join(self.scratch, "copy.pack")
            shutil.copy(pack, copy)
            self.git.run("index-pack", "--strict", "-o", copy[:-4] + "idx", copy)
            with open(copy[:-4] + "idx", "rb") as theirs, open(pack[:-4] + "idx", "rb") as ours:
                self.assertEqual(theirs.read(), ours.read(), pack)
            for name in glob.glob(copy[:-4] + "*"):
                os.chmod(name, 0o600)
                os.unlink(name)
        if by_csb:   # and no more of them than it has to
            self.assertEqual([], glob.glob(os.path.join(self.store, "objects/??")))
            self.assertFalse([n for n in os.listdir(os.path.join(self.store, "objects/pack"))
                              if not n.endswith((".pack", ".idx"))])

    # ---- csb goes on
    def csb_works_on(self):
        self.rounds += 1
        self.session.turn("round %d" % self.rounds)
        self.assertEqual(1, self.backup()["changed"])
        tip = self.git.tip()
        self.csb("backup")
        self.assertEqual(tip, self.git.tip())
        self.assertEqual(self.session.read(), self.git.files()[os.fsencode(self.session.rel)])
        self.csb("log", self.session.id)
        self.assertEqual(self.session.read(), self.csb("cat", self.session.id).out_bytes)
        there = os.path.join(self.scratch, "restored")
        self.csb("restore", self.session.id, "--to", there)
        with open(os.path.join(there, self.session.rel), "rb") as f:
            self.assertEqual(self.session.read(), f.read())
        shutil.rmtree(there)
        self.csb("verify")

    def everything(self):
        """Git commands that only read, then those that rewrite the store, and csb after each of them."""
        self.git_is_content()
        self.csb_works_on()
        for command in ("gc -q --aggressive --prune=now", "repack -q -a -d -f", "prune --expire=now",
                        "repack -q -A -d --unpack-unreachable=now --write-bitmap-index", "pack-refs --all"):
            before = self.git.files()
            self.git.run(*command.split())
            self.assertEqual(before, self.git.files())
            self.csb_works_on()
            self.git.fsck()
        self.csb("maintain")
        self.git_is_content(packs_by_csb=False)

    # ---- scenarios
    def test_first_backup(self):
        self.session.footprint()
        self.tree.user_files()
        self.backup()
        self.assertEqual(2, len(self.git.commits()))
        self.everything()

    def test_appends(self):
        others = [self.tree.session() for _ in range(3)]
        for n in range(12):
            self.session.turn("question %d" % n)
            others[n % 3].turn("question %d" % n)
            self.backup()
        self.assertEqual(12, len(self.git.commits()))
        self.everything()

    def test_moves_deletions_take_backs_and_compactions(self):
        gone, moved = self.tree.session(), self.tree.session()
        gone.footprint()
        moved.footprint()
        self.backup()
        gone.delete()
        self.backup()
        moved.move("/home/ada/elsewhere")
        self.backup()
        self.session.take_back(2)
        self.backup()
        self.session.compact()
        self.backup()
        self.everything()

    def test_everything_deleted_and_back(self):
        self.tree.user_files()
        self.backup()
        content = self.session.read()
        shutil.rmtree(self.tree.path("skills"))
        os.unlink(self.session.path)
        self.backup()
        self.tree.write(self.session.rel, content)
        self.tree.user_files()
        self.backup()
        self.everything()

    def test_file_to_directory_and_back(self):
        for round_ in range(2):
            self.tree.write("skills/thing", "a file, round %d\n" % round_)
            self.backup()
            os.unlink(self.tree.path("skills/thing"))
            self.tree.write("skills/thing/SKILL.md", "in a directory, round %d\n" % round_)
            self.backup()
            shutil.rmtree(self.tree.path("skills/thing"))
            os.symlink("nowhere", self.tree.path("skills/thing"))
            self.backup()
            os.unlink(self.tree.path("skills/thing"))
        # names that git sorts unlike their bytes: "a" as a directory comes after "a.b"
        for name in ("skills/a.b", "skills/a-b", "skills/a0", "skills/a/x", "skills/a/y.md"):
            self.tree.write(name, name)
        self.backup()
        self.everything()

    def test_fifteen_hundred_sessions(self):
        for n in range(1500):
            self.tree.session(prompts=1, cwd="/home/ada/%s" % ("engine" if n % 3 else "notes-%d" % (n % 30)))
        self.backup()
        self.everything()

    def test_sliced_files(self):
        big = self.tree.session()
        big.fill(3 * MB + 5)
        exact = self.tree.session()
        exact.fill(MB - 1000)
        self.backup()
        for n in range(3):
            big.fill(os.path.getsize(big.path) + MB // 2)
            exact.turn("over the border" * 20)
            self.backup()
        big.take_back(2)
        self.backup()
        self.session = big
        self.everything()
        self.assert_stored()

    def test_packs_of_many_backups_with_gc_in_between(self):
        for n in range(6):
            self.session.fill(os.path.getsize(self.session.path) + 300_000)
            self.backup()
            if n == 2:
                self.git.run("gc", "-q", "--prune=now")
            if n == 4:
                self.git.run("repack", "-q", "-d")   # only what is loose or new
        self.git.fsck()
        self.git_is_content(packs_by_csb=False)
        self.csb_works_on()

    def test_hot_packs_that_were_sealed_split_and_merged(self):
        self.backup()
        for n in range(5):
            self.session.turn("question %d" % n)
            self.tree.write("%s/tool-results/%d.bin" % (self.session.directory, n), os.urandom(2 * MB))
            self.backup()
            self.git.fsck()
        self.assertLess(1, len(glob.glob(os.path.join(self.store, "objects/pack/*.pack"))))
        self.git_is_content()
        self.csb("maintain")
        self.git_is_content()
        self.csb_works_on()
        self.git_is_content()

    def test_a_users_own_commits_on_top(self):
        """Somebody commits to csb's branch with git; csb takes that for what the branch holds now."""
        self.backup()
        tree = self.git.text("rev-parse", self.git.branch() + "^{tree}")
        theirs = self.git.text("-c", "user.name=a", "-c", "user.email=b", "commit-tree", tree, "-p", self.git.tip(),
                               "-m", "mine")
        self.git.run("update-ref", self.git.branch(), theirs)
        self.csb_works_on()
        self.assertIn(theirs, self.git.commits())
        self.git.run("gc", "-q", "--prune=now")
        self.csb_works_on()

    def test_pushed_fetched_and_pushed_again(self):
        remote = os.path.join(self.scratch, "remote.git")
        self.git.run("init", "-q", "--bare", remote)
        self.backup()
        for n in range(3):
            self.git.run("push", "-q", remote, "refs/heads/*:refs/heads/*")
            copy = Git(remote, self.home)
            copy.fsck()
            self.assertEqual(self.git.refs(), copy.refs())
            self.assertEqual(self.git.files(), copy.files())
            self.csb_works_on()


if __name__ == "__main__":
    main()
