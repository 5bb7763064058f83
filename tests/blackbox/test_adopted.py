"""A repository of the person's as the store: whatever state it is in, a backup adds to it and changes nothing else.

Compared to the byte: the repository without csb's own branch, packs and folder, and the whole work tree.
"""
import os
import shutil
import subprocess
import unittest

from harness import CsbTest, DONE, FAILED, REFUSED, Git, main, snapshot

BRANCH = "refs/heads/box/claude-code"
NOBODY = 65534


class Repository(CsbTest):
    """`self.work` is the person's work tree, `self.git_dir` its repository."""

    def setUp(self):
        super().setUp()
        self.tree.write("../.config/csb/config", "[csb]\n\tmachine = box\n")
        self.work = self.claude
        self.git_dir = os.path.join(self.work, ".git")
        self.session = self.tree.session()
        self.tree.user_files()

    def person(self, *args, status=0, cwd=None, env=None, input=b""):
        """git as the person runs it. -> what it printed"""
        names = {"GIT_%s_%s" % (who, what): value for who in ("AUTHOR", "COMMITTER")
                 for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.invalid"))}
        done = subprocess.run(["git", *args], cwd=cwd or self.work, capture_output=True, input=input,
                              env={**self.git.env, **names, **(env or {})})
        if status is not None and done.returncode != status:
            self.fail("git %s: exit %d\n%s" % (args, done.returncode, done.stderr.decode(errors="replace")))
        return done.stdout

    def init(self, *args, cwd=None):
        self.person("init", "-q", "-b", "main", *args, cwd=cwd)

    def commit(self, message="theirs"):
        self.person("add", "-A")
        self.person("commit", "-q", "--allow-empty", "-m", message)

    def write(self, rel, text):
        full = os.path.join(self.work, rel)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w") as f:
            f.write(text)

    def adopt(self):
        """A work tree with two commits, something staged, something not, and something untracked."""
        self.init()
        self.commit("one")
        self.write("CLAUDE.md", "# rules\nBe brief.\nBe kind.\n")
        self.commit("two")
        self.write("CLAUDE.md", "# rules, staged\n")
        self.write("agents/new.md", "staged and new\n")
        self.person("add", "CLAUDE.md", "agents/new.md")
        self.write("CLAUDE.md", "# rules, staged and edited again\n")
        self.write("commands/untracked.md", "untracked\n")

    def own_packs(self, git_dir):
        """Names of the packs that csb wrote."""
        state = os.path.join(git_dir, "csb/state")
        if not os.path.exists(state):
            return set()
        with open(state) as f:
            return {line.split()[1] for line in f}

    def theirs(self, git_dir=None):
        """The repository without what is csb's: its branch with lock and log, its packs, its folder."""
        git_dir = git_dir or self.git_dir
        own, kept = self.own_packs(git_dir), {}
        for path, what in snapshot(git_dir).items():
            text = os.fsdecode(path)
            if text == "csb" or text.startswith(("csb/", "refs/heads/box", "logs/refs/heads/box")):
                continue
            if text.startswith("objects/pack/") and os.path.basename(text).split(".")[0] in own:
                continue
            if text in ("objects/pack", "logs", "logs/refs", "logs/refs/heads") and what[0] == "dir":
                continue   # may have to be made
            kept[path] = what
        return kept

    def status(self):
        """What git says of index and work tree, without refreshing the index."""
        return self.person("--no-optional-locks", "status", "--porcelain=v2", status=None)

    def picture(self, trees):
        """Work trees without what lies in `.git` and csb's own home."""
        return [{path: what for path, what in snapshot(tree).items()
                 if not {b".git", b".local"} & set(path.split(b"/"))} for tree in trees]

    def backup_leaves_it(self, store=None, trees=()):
        said = self.status()
        before, pictures = self.theirs(), self.picture(trees)
        self.csb("--store", store or self.git_dir, "backup")
        self.assert_same_tree(before, self.theirs())
        for then, now in zip(pictures, self.picture(trees)):
            self.assert_same_tree(then, now)
        self.assertEqual(said, self.status())

    def back_up_and_compare(self, store=None, trees=()):
        """Two backups; nothing of the person's may change. The session's bytes must be in."""
        trees = [*([self.work] if self.work != self.git_dir else []), *trees]
        self.backup_leaves_it(store, trees)
        self.session.turn("more")
        self.backup_leaves_it(store, trees)
        git = Git(self.git_dir, self.home)
        self.assertEqual(self.session.read(), git.files(BRANCH)[os.fsencode(self.session.rel)])
        self.assertEqual(2, len(git.text("log", "--format=%H", BRANCH, "--", self.session.rel).split()))
        git.run("fsck", "--strict", "--connectivity-only", BRANCH)
        self.csb("--store", store or self.git_dir, "verify")
        return git


class Untouched(Repository):
    """In every state a person's repository may be in."""

    def test_the_work_tree_itself_staged_and_unstaged_changes(self):
        self.adopt()
        self.back_up_and_compare()

    def test_named_by_its_work_tree(self):
        self.adopt()
        self.back_up_and_compare(store=self.claude)

    def test_in_mid_merge(self):
        self.init()
        self.commit("base")
        for branch, text in (("side", "theirs\n"), ("main", "ours\n")):
            self.person("checkout", "-q", *(["-b"] if branch == "side" else []), branch)
            self.write("CLAUDE.md", text)
            self.commit(branch)
        self.person("merge", "side", status=1)
        self.assertTrue(os.path.exists(os.path.join(self.git_dir, "MERGE_HEAD")))
        self.back_up_and_compare()

    def test_in_mid_rebase_and_mid_cherry_pick(self):
        self.init()
        self.commit("base")
        for branch, text in (("side", "theirs\n"), ("main", "ours\n")):
            self.person("checkout", "-q", *(["-b"] if branch == "side" else []), branch)
            self.write("CLAUDE.md", text)
            self.commit(branch)
        self.person("checkout", "-q", "side")
        self.person("rebase", "main", status=1)
        self.assertTrue(os.path.isdir(os.path.join(self.git_dir, "rebase-merge")))
        self.back_up_and_compare()
        self.person("rebase", "--abort")
        self.person("checkout", "-q", "main")
        self.person("cherry-pick", "side", status=1)
        self.session.turn("in the middle of a cherry-pick")
        self.backup_leaves_it()

    def test_detached(self):
        self.adopt()
        self.person("checkout", "-q", "--detach")
        self.back_up_and_compare()

    def test_unborn_branch(self):
        self.init()
        self.person("add", "CLAUDE.md")
        self.back_up_and_compare()

    def test_bisecting_with_a_stash_notes_tags_and_a_remote(self):
        self.adopt()
        self.person("stash")
        self.person("notes", "add", "-m", "a note")
        self.person("tag", "-a", "v1", "-m", "v1")
        self.person("remote", "add", "origin", "https://example.invalid/x.git")
        self.person("update-ref", "refs/remotes/origin/main", "HEAD")
        self.person("bisect", "start", "HEAD", "HEAD~1", status=None)
        self.back_up_and_compare()

    def test_sparse_index(self):
        self.adopt()
        self.person("commit", "-q", "-a", "-m", "three")
        self.person("sparse-checkout", "init", "--cone", "--sparse-index")
        self.person("sparse-checkout", "set", "projects", "skills")
        with open(os.path.join(self.git_dir, "index"), "rb") as f:
            self.assertIn(b"sdir", f.read())
        self.back_up_and_compare()

    def test_split_index(self):
        self.adopt()
        self.person("update-index", "--split-index")
        self.assertTrue([n for n in os.listdir(self.git_dir) if n.startswith("sharedindex.")])
        self.back_up_and_compare()

    def test_index_version_4_with_untracked_cache(self):
        self.adopt()
        self.person("update-index", "--index-version", "4", "--untracked-cache")
        self.back_up_and_compare()

    def test_a_corrupt_index(self):
        self.adopt()
        with open(os.path.join(self.git_dir, "index"), "wb") as f:
            f.write(b"no index at all")
        self.back_up_and_compare()

    def test_locks_that_git_left(self):
        self.adopt()
        for lock in ("index.lock", "HEAD.lock", "refs/heads/main.lock", "config.lock", "packed-refs.lock",
                     "shallow.lock"):
            with open(os.path.join(self.git_dir, lock), "w"):
                pass
        self.back_up_and_compare()
        self.assertTrue(os.path.exists(os.path.join(self.git_dir, "refs/heads/main.lock")))

    def test_packed_refs_and_packs(self):
        self.adopt()
        self.person("gc", "-q")
        self.back_up_and_compare()

    def test_after_their_gc_csb_s_own_branch_is_a_packed_ref(self):
        self.adopt()
        self.csb("--store", self.git_dir, "backup")
        self.person("gc", "-q", "--prune=now")
        self.assertFalse(os.path.exists(os.path.join(self.git_dir, BRANCH)))
        self.assertEqual(1, len(self.person("for-each-ref", BRANCH).splitlines()))
        self.csb("--store", self.git_dir, "backup")
        self.session.turn("after")
        before = self.theirs()
        self.csb("--store", self.git_dir, "backup")
        self.assert_same_tree(before, self.theirs())
        self.assertEqual(self.session.read(),
                         Git(self.git_dir, self.home).files(BRANCH)[os.fsencode(self.session.rel)])

    def test_a_branch_of_csb_that_is_checked_out(self):
        self.adopt()
        self.person("stash", "-q")
        self.csb("--store", self.git_dir, "backup")
        self.person("symbolic-ref", "HEAD", BRANCH)
        self.session.turn("while HEAD is on it")
        before = {p: w for p, w in snapshot(self.git_dir).items() if p in (b"HEAD", b"index", b"config")}
        self.csb("--store", self.git_dir, "backup")
        self.assertEqual(before, {p: w for p, w in snapshot(self.git_dir).items()
                                  if p in (b"HEAD", b"index", b"config")})

    def test_a_shallow_clone_with_grafts_of_replaced_objects(self):
        self.adopt()
        self.person("stash", "-q")
        other = os.path.join(self.scratch, "shallow")
        self.person("clone", "-q", "--depth", "1", "file://" + self.claude, other)
        self.git_dir = os.path.join(other, ".git")
        self.work = other
        self.person("replace", "--edit", "HEAD", env={"GIT_EDITOR": "sed -i s/two/replaced/"})
        self.back_up_and_compare()

    def test_alternates(self):
        self.adopt()
        other = os.path.join(self.scratch, "shared.git")
        self.person("clone", "-q", "--bare", "--shared", self.claude, other)
        self.git_dir, self.work = other, other
        self.back_up_and_compare()

    def test_reflogs_configured_for_everything_in_a_bare_one(self):
        self.init("--bare", os.path.join(self.scratch, "bare.git"), cwd=self.scratch)
        self.git_dir = self.work = os.path.join(self.scratch, "bare.git")
        self.person("config", "core.logAllRefUpdates", "always")
        self.back_up_and_compare()


class Shapes(Repository):
    """Wherever the repository's own directory is."""

    def test_rooted_at_an_ancestor(self):
        self.work = self.home
        self.git_dir = os.path.join(self.home, ".git")
        self.init()
        self.write(".gitignore", "*\n!.claude\n!.claude/CLAUDE.md\n.local\n")
        self.commit()
        self.back_up_and_compare()

    def test_bare(self):
        self.git_dir = self.work = os.path.join(self.scratch, "bare.git")
        self.init("--bare", self.git_dir, cwd=self.scratch)
        self.person("symbolic-ref", "HEAD", "refs/heads/elsewhere")
        git = self.back_up_and_compare()
        self.assertEqual("refs/heads/elsewhere", git.text("symbolic-ref", "HEAD"))

    def test_linked_worktree(self):
        self.adopt()
        self.person("stash", "-q")
        linked = os.path.join(self.scratch, "linked")
        self.person("worktree", "add", "-q", linked)
        self.back_up_and_compare(store=linked, trees=[linked])

    def test_the_private_directory_of_a_linked_worktree(self):
        self.adopt()
        self.person("stash", "-q")
        linked = os.path.join(self.scratch, "linked")
        self.person("worktree", "add", "-q", linked)
        self.back_up_and_compare(store=os.path.join(self.git_dir, "worktrees/linked"), trees=[linked])

    def test_separate_git_dir(self):
        self.git_dir = os.path.join(self.scratch, "separate")
        self.init("--separate-git-dir", self.git_dir)
        self.commit()
        self.back_up_and_compare(store=self.claude)

    def test_submodule(self):
        inner = os.path.join(self.scratch, "inner")
        os.mkdir(inner)
        self.init(cwd=inner)
        self.person("commit", "-q", "--allow-empty", "-m", "inner", cwd=inner)
        outer = os.path.join(self.scratch, "outer")
        os.mkdir(outer)
        self.work = outer
        self.init()
        self.person("-c", "protocol.file.allow=always", "submodule", "add", "-q", inner, "sub")
        self.person("commit", "-q", "-m", "outer")
        self.git_dir = os.path.join(outer, ".git/modules/sub")
        self.work = os.path.join(outer, "sub")
        self.back_up_and_compare(store=self.work, trees=[outer])

    def test_through_a_symlink_and_relative(self):
        self.adopt()
        os.symlink(self.claude, os.path.join(self.scratch, "link"))
        self.back_up_and_compare(store=os.path.join(self.scratch, "link"))
        self.session.turn("relative")
        before = self.theirs()
        self.csb("--store", "link/.git", "backup", cwd=self.scratch)
        self.assert_same_tree(before, self.theirs())

    def test_configured_instead_of_named(self):
        self.adopt()
        self.tree.write("../.config/csb/config", "[csb]\n\tmachine = box\n\tstore = ~/.claude/.git\n")
        before = self.theirs()
        self.csb("backup")
        self.assert_same_tree(before, self.theirs())
        self.assertFalse(os.path.exists(self.store))
        self.assertIn(BRANCH.encode(), self.person("for-each-ref"))

    def test_an_extension_csb_knows(self):
        self.adopt()
        self.person("config", "core.repositoryformatversion", "1")
        self.person("config", "extensions.worktreeConfig", "true")
        self.back_up_and_compare()

    def test_a_directory_that_is_no_repository(self):
        plain = os.path.join(self.scratch, "plain")
        os.mkdir(plain)
        refused = self.csb("--store", plain, "backup", status=None)
        self.assertNotEqual(DONE, refused.status)
        self.assertIn("no git repository", refused.err)
        self.assertEqual([], os.listdir(plain))


class Locked(Repository):
    """A lock on csb's own branch."""

    def lock(self):
        path = os.path.join(self.git_dir, BRANCH + ".lock")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w"):
            pass
        return path

    def test_left_by_a_killed_csb(self):
        self.adopt()
        self.csb("--store", self.git_dir, "backup")
        lock = self.lock()
        with open(os.path.join(self.git_dir, "csb/state"), "a") as f:   # what a killed run leaves with it
            f.write("ref %s\n" % BRANCH)
        self.session.turn("after the kill")
        before = self.theirs()
        self.csb("--store", self.git_dir, "backup")
        self.assertFalse(os.path.exists(lock))
        self.assert_same_tree(before, self.theirs())

    def test_held_by_another_git(self):
        self.adopt()
        self.csb("--store", self.git_dir, "backup")
        tip = self.person("rev-parse", BRANCH)
        lock = self.lock()
        self.session.turn("while locked")
        before = self.theirs()
        failed = self.csb("--store", self.git_dir, "backup", status=FAILED)
        self.assertIn("claude-code.lock", failed.err)
        self.assertTrue(os.path.exists(lock))
        self.assertEqual(tip, self.person("rev-parse", BRANCH))
        self.assert_same_tree(before, self.theirs())
        os.unlink(lock)
        self.csb("--store", self.git_dir, "backup")
        self.assertNotEqual(tip, self.person("rev-parse", BRANCH))


class Collisions(Repository):
    """git cannot hold refs/heads/box and refs/heads/box/claude-code."""

    def refused_untouched(self):
        before = snapshot(self.git_dir)
        refused = self.csb("--store", self.git_dir, "backup", status=REFUSED)
        self.assertIn("refs/heads/box", refused.err)
        self.assertIn("csb.machine", refused.err)
        after = {p: w for p, w in snapshot(self.git_dir).items() if p != b"csb" and not p.startswith(b"csb/")}
        self.assert_same_tree(before, after)
        self.tree.write("../.config/csb/config", "[csb]\n\tmachine = otherbox\n")
        self.csb("--store", self.git_dir, "backup")

    def test_a_branch_by_the_name_of_the_machine(self):
        self.adopt()
        self.person("branch", "box")
        self.refused_untouched()

    def test_packed(self):
        self.adopt()
        self.person("branch", "box")
        self.person("pack-refs", "--all")
        self.refused_untouched()

    def test_branches_beneath_csb_s_name(self):
        self.adopt()
        self.person("branch", "box/claude-code/mine")
        self.refused_untouched()

    def test_a_branch_of_that_very_name_by_another_tool(self):
        """It holds this machine's history under csb's name: csb goes on from it, losing nothing."""
        self.adopt()
        self.person("stash", "-q")
        self.person("branch", "box/claude-code")
        theirs = self.person("rev-parse", BRANCH).strip().decode()
        self.csb("--store", self.git_dir, "backup")
        self.assertIn(theirs, Git(self.git_dir, self.home).commits(BRANCH))


class Refused(Repository):
    """What csb cannot use it leaves alone, and says why and what to do: exit 12."""

    def refused(self, *words, wrap=(), env=None, store=None, status=REFUSED):
        before = snapshot(self.git_dir)
        for command in (["backup"], ["verify"]):
            told = self.csb("--store", store or self.git_dir, *command, status=status, wrap=wrap, env=env)
            for word in words:
                self.assertIn(word, told.err)
            self.assert_same_tree(before, snapshot(self.git_dir))

    @unittest.skipIf(os.geteuid() != 0, "needs to give a repository to another user")
    def test_owned_by_another_user(self):
        self.adopt()
        for base, dirs, names in os.walk(self.claude):
            for name in [base, *(os.path.join(base, n) for n in dirs + names)]:
                os.lchown(name, NOBODY, NOBODY)
        self.refused("another user", "safe.directory")
        self.tree.write("../.gitconfig", "[user]\n\tname = Ada\n")
        self.refused("another user", "safe.directory")
        self.tree.write("../.gitconfig", "[safe]\n\tdirectory = /somewhere/else\n")
        self.refused("another user", "safe.directory")

    @unittest.skipIf(os.geteuid() != 0, "needs to give a repository to another user")
    def test_the_remedy_works(self):
        self.adopt()
        for base, dirs, names in os.walk(self.claude):
            for name in [base, *(os.path.join(base, n) for n in dirs + names)]:
                os.lchown(name, NOBODY, NOBODY)
        told = self.csb("--store", self.git_dir, "backup", status=REFUSED)
        command = [line for line in told.err.splitlines() if "git config" in line][0]
        command = command[command.index("git config"):].rstrip(")")
        env = {**self.git.env}
        del env["GIT_CONFIG_GLOBAL"]
        subprocess.run(command, shell=True, check=True, env=env, cwd=self.scratch)
        self.csb("--store", self.git_dir, "backup")

    @unittest.skipIf(os.geteuid() != 0, "needs another user")
    def test_run_as_another_user(self):
        self.adopt()
        above = self.scratch    # the test's own directories, which others may not enter
        while os.stat(above).st_mode & 0o777 == 0o700 and os.stat(above).st_uid == os.geteuid():
            os.chmod(above, 0o755)
            above = os.path.dirname(above)
        for base, dirs, names in os.walk(self.home):
            for name in [base, *(os.path.join(base, n) for n in dirs + names)]:
                if not os.path.islink(name):
                    os.chmod(name, os.stat(name).st_mode | 0o055)
        theirs = os.path.join(self.scratch, "nobody")
        os.mkdir(theirs)
        os.chown(theirs, NOBODY, NOBODY)
        binary = os.path.join(self.scratch, "csb")
        shutil.copy(self.binary, binary)   # where it is built another user may not reach it
        self.binary = binary
        wrap = [shutil.which("setpriv"), "--reuid=%d" % NOBODY, "--regid=%d" % NOBODY, "--clear-groups"]
        self.refused("another user", wrap=wrap, env={"HOME": theirs, "CLAUDE_CONFIG_DIR": self.claude})

    def test_sha256(self):
        self.init("--object-format=sha256")
        self.refused("SHA-1", "--store")

    def test_reftable(self):
        self.adopt()
        self.person("config", "core.repositoryformatversion", "1")
        self.person("config", "extensions.refStorage", "reftable")
        self.refused("reftable", "migrate")

    def test_unknown_and_unsupported_extensions(self):
        for extension in ("somethingNew", "partialClone"):
            with self.subTest(extension):
                self.adopt()
                self.person("config", "core.repositoryformatversion", "1")
                self.person("config", "extensions." + extension, "origin")
                self.refused(extension.lower(), "--store")
                shutil.rmtree(self.git_dir)

    def test_a_future_format(self):
        self.adopt()
        self.person("config", "core.repositoryformatversion", "99")
        self.refused("--store")

    def test_a_config_git_cannot_read(self):
        self.adopt()
        with open(os.path.join(self.git_dir, "config"), "a") as f:
            f.write("[broken\n")
        self.refused("config", "--store")

    def test_no_repository_any_more(self):
        self.adopt()
        os.unlink(os.path.join(self.git_dir, "HEAD"))
        self.refused(status=(REFUSED, 4, 1))

    def test_a_git_file_that_leads_nowhere(self):
        self.git_dir = os.path.join(self.scratch, "w")
        os.mkdir(self.git_dir)
        with open(os.path.join(self.git_dir, ".git"), "w") as f:
            f.write("gitdir: /nowhere/at/all\n")
        self.refused("--store", status=(REFUSED, 4, 1))


if __name__ == "__main__":
    main()
