"""README, "Without csb": git alone gets a session back, and every git command keeps working on the store."""
import os
import subprocess

from harness import CsbTest, Git, main

MB = 1000 * 1000


class PlainGit(CsbTest):
    def shell(self, command):
        """A line of the README, in the store. -> what it printed"""
        done = subprocess.run(["bash", "-c", "set -o pipefail; " + command], cwd=self.store, env=self.git.env,
                              capture_output=True, timeout=120)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def setUp(self):
        super().setUp()
        self.small, self.large = self.tree.session(), self.tree.session()
        self.large.fill(3 * MB)
        self.csb("backup")
        self.branch = self.git.branch()[len("refs/heads/"):]

    def test_branch_log_and_listing(self):
        self.assertIn(self.branch.encode(), self.shell("git branch"))
        self.assertIn(self.small.rel.encode(), self.shell("git log --stat=500 %s" % self.branch))
        self.assertIn(self.small.rel.encode(), self.shell("git ls-tree -r --name-only %s" % self.branch))
        self.assertIn(b"commit", self.shell("git log"))   # HEAD of csb's own store points at the branch

    def test_show_and_archive(self):
        self.assertEqual(self.small.read(), self.shell("git show %s:%s" % (self.branch, self.small.rel)))
        for session in (self.small, self.large):
            self.assertEqual(session.read(), self.shell("git archive %s %s | tar -xO" % (self.branch, session.rel)))

    def test_a_deleted_session(self):
        content = self.large.read()
        self.large.delete()
        self.csb("backup")
        found = self.shell("git log --format=%%H --diff-filter=D %s -- 'projects/*/%s*'" % (
            self.branch, self.large.id[:8])).decode().split()
        self.assertEqual(1, len(found))
        self.assertEqual(content, self.shell("git archive %s~1 %s | tar -xO" % (found[0], self.large.rel)))

    def test_gc_clone_and_push_and_csb_goes_on(self):
        self.git.fsck()
        for n, command in enumerate(("gc -q --aggressive --prune=now", "repack -q -a -d -f", "prune-packed",
                                     "pack-refs --all", "count-objects -v", "commit-graph write --reachable",
                                     "gc -q --prune=now")):
            with self.subTest(command):
                self.git.run(*command.split())
                self.large.turn("question after %d" % n)
                self.assertEqual(1, self.backup()["changed"])
                self.assert_stored()
                self.git.fsck()
        clone = os.path.join(self.scratch, "clone.git")
        self.git.run("clone", "-q", "--mirror", self.store, clone)
        copy = Git(clone, self.home)
        copy.fsck()
        self.assertEqual(self.git.refs(), copy.refs())
        self.assertEqual(self.git.files(), copy.files())
        self.assert_store_sound()

    def test_a_multi_pack_index_does_not_name_packs_that_are_gone(self):
        """`git maintenance` makes one; a pack it names that csb replaces must not break `git fsck`."""
        self.git.run("multi-pack-index", "write")
        self.large.turn("after the index")
        self.csb("backup")
        self.git.fsck()
        self.git.run("multi-pack-index", "verify", status=None if not os.path.exists(
            os.path.join(self.store, "objects/pack/multi-pack-index")) else 0)
        self.assert_stored()


if __name__ == "__main__":
    main()
