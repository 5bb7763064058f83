"""The repository of another tool as the store: ~/.claude/.git of the Python csb, a dotfiles repository, a fetched one.

Nothing of csb is in it. Sessions are found by comparing trees, listed and restored, and the repository is left as it is.
"""
import os
import shutil
import subprocess

from harness import CsbTest, Git, INCOMPLETE, NOT_FOUND, main, read_all, snapshot
from catalogue_rows import rows_of


class Adopted(CsbTest):
    def setUp(self):
        super().setUp()
        self.when = int(self.tree.clock)
        self.init(self.claude)

    def init(self, work):
        self.work = work
        self.git_dir = os.path.join(work, ".git")
        self.user_git("init", "-q", "-b", "main", ".")

    def user_git(self, *args, **env):
        """git as the person runs it, in the work tree."""
        return subprocess.run(["git", *args], cwd=self.work, check=True, capture_output=True,
                              env={**self.git.env, "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.invalid",
                                   "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.invalid", **env})

    def commit(self, message="backup"):
        self.when += 60
        when = "%d +0000" % self.when
        self.user_git("add", "-A")
        self.user_git("commit", "-q", "--allow-empty", "-m", message, GIT_AUTHOR_DATE=when, GIT_COMMITTER_DATE=when)

    def run_csb(self, *args, **kw):
        return self.csb(args[0], "--store", self.git_dir, *args[1:], **kw)

    def restore(self, *args, status=0):
        return self.run_csb("restore", "--json", *args, status=status).json()["sessions"][0]

    def history(self):
        """A session whose parts vanish in commits of their own. -> (session, {path: content} over all of history)"""
        session = self.tree.session(title="engine")
        made = session.footprint()
        made += ["sesslogs/na\xefve \"log\"\n__%s_ada/convo.md" % session.id, "session-states/%s.json" % session.id]
        for rel in made[-2:]:
            self.tree.write(rel, "logged\n", 0o644)
        self.tree.user_files()
        self.commit()
        session.turn("and then")
        self.commit()
        contents = {rel: open(self.tree.path(rel), "rb").read() for rel in [*made, session.rel]}
        for rel in made:
            os.unlink(self.tree.path(rel))
            self.commit("deleted " + os.path.dirname(rel))
        os.unlink(session.path)
        self.commit("deleted the transcript")
        return session, contents

    def assert_restored(self, contents):
        self.assertEqual(contents, {rel: open(self.tree.path(rel), "rb").read() for rel in contents})

    def test_a_deleted_session_comes_back_whole(self):
        session, contents = self.history()
        report = self.restore(session.id)
        self.assertEqual({"restored"}, {f["outcome"] for f in report["files"]})
        self.assertEqual(len(contents), len(report["files"]))
        self.assert_restored(contents)
        for rel in contents:    # git keeps no modes but one bit: what comes back is private
            self.assertEqual(0o600, os.lstat(self.tree.path(rel)).st_mode & 0o7777, rel)
        self.assertEqual((2, 2), (report["version"], report["versions"]))

    def test_the_repository_is_left_as_it_is(self):
        session, _ = self.history()
        with open(self.tree.path("CLAUDE.md"), "ab") as f:
            f.write(b"staged\n")
        self.user_git("add", "CLAUDE.md")
        before = snapshot(self.git_dir)
        self.restore(session.id)
        self.run_csb("list", "--deleted", "all")
        self.run_csb("log", session.id)
        self.assert_same_tree(before, snapshot(self.git_dir))

    def test_the_time_is_that_of_the_last_row(self):
        session = self.tree.session()
        last = int(self.tree.clock)
        self.when += 5000
        self.commit()
        os.unlink(session.path)
        self.commit()
        self.restore(session.id)
        self.assertAlmostEqual(last, os.lstat(session.path).st_mtime, delta=10)

    def test_stubs_take_backs_and_versions(self):
        session = self.tree.session(prompts=3)
        self.commit()
        full = session.read()
        session.take_back(3)
        self.commit()
        taken_back = session.read()
        self.tree.write(session.rel, '{"type":"summary"}\n')
        self.commit()
        os.unlink(session.path)
        self.commit()
        report = self.restore(session.id)
        self.assertEqual((2, 3), (report["version"], report["versions"]))
        self.assertEqual(taken_back, session.read())
        os.unlink(session.path)
        self.restore(session.id, "--version", "1")
        self.assertEqual(full, session.read())

    def test_a_loggers_link_is_made_again_and_nothing_written_through_it(self):
        session = self.tree.session()
        link = "sesslogs/log__%s_ada/transcript.jsonl" % session.id
        os.makedirs(os.path.dirname(self.tree.path(link)))
        os.symlink("/home/ada/.claude/" + session.rel, self.tree.path(link))
        content = session.read()
        self.commit()
        shutil.rmtree(self.tree.path("sesslogs"))
        os.unlink(session.path)
        self.commit()
        self.restore(session.id)
        self.assertEqual(session.path, os.readlink(self.tree.path(link)))
        self.assertEqual(content, session.read())

    def test_beneath_any_folder(self):
        for folder in (".claude", "dotfiles/home/claude"):
            work = os.path.join(self.scratch, "repository-" + folder.replace("/", "-"))
            os.makedirs(work)
            session = self.tree.session()
            shutil.copytree(self.claude, os.path.join(work, folder), ignore=shutil.ignore_patterns(".git"))
            content = session.read()
            self.init(work)
            self.commit()
            os.unlink(session.path)
            self.restore(session.id)
            self.assertEqual(content, session.read())

    def test_swept_from_the_newest_commit_and_its_folder_too(self):
        session = self.tree.session()
        content = session.read()
        self.commit()
        shutil.rmtree(self.tree.path("projects"))
        self.tree.write("CLAUDE.md", "# rules\n")
        self.commit()
        self.restore(session.id)
        self.assertEqual(content, session.read())

    def test_branches_merges_and_remotes(self):
        base = self.tree.session()
        self.commit()
        self.user_git("checkout", "-q", "-b", "side")
        side = self.tree.session()
        content = side.read()
        self.commit()
        self.user_git("checkout", "-q", "main")
        self.commit("on main")
        self.user_git("merge", "-q", "--no-ff", "-m", "merge", "side")
        self.user_git("branch", "-q", "-D", "side")
        other = os.path.join(self.scratch, "other")
        subprocess.run(["git", "clone", "-q", self.claude, other], check=True, env=self.git.env)
        shutil.rmtree(self.tree.path("projects"))
        self.git_dir = os.path.join(other, ".git")
        self.restore(side.id)
        self.assertEqual(content, side.read())
        report = self.restore(base.id)
        self.assertEqual(1, report["versions"])   # once, although a local and a remote branch have it

    def test_a_rewritten_branch_is_read_anew(self):
        first = self.tree.session()
        self.commit()
        self.run_csb("list", "--deleted", "all")
        second = self.tree.session()
        self.user_git("add", "-A")
        self.user_git("commit", "-q", "--amend", "-m", "amended")
        contents = read_all(self.tree.path("projects"))
        shutil.rmtree(self.tree.path("projects"))
        self.restore(first.id)
        self.restore(second.id)
        self.assertEqual(contents, read_all(self.tree.path("projects")))

    def test_a_repository_without_sessions(self):
        self.tree.write("CLAUDE.md", "# rules\n")
        self.commit()
        self.run_csb("restore", "anything", status=NOT_FOUND)

    def test_the_default_catalogue_keeps_its_own_store(self):
        mine = self.tree.session()
        self.backup()
        listed = self.list()
        shutil.rmtree(os.path.join(self.claude, ".git"))
        self.init(self.claude)
        session, contents = self.history()
        self.restore(session.id)
        self.assert_restored(contents)
        self.assertEqual([s["id"] for s in listed], [s["id"] for s in self.list()])
        self.assertEqual(mine.id, listed[0]["id"])

    def test_a_backup_into_it_and_both_histories(self):
        session, contents = self.history()
        refs = self.user_git("show-ref", "--heads").stdout
        self.run_csb("backup")
        self.assertIn(refs.split()[0], self.user_git("show-ref", "--heads").stdout)
        self.restore(session.id)
        self.assert_restored(contents)
        session.turn("back again")
        newer = session.read()
        self.run_csb("backup")
        os.unlink(session.path)
        self.run_csb("backup")
        report = self.restore(session.id)
        self.assertEqual(newer, session.read())
        self.assertEqual(3, report["versions"])
        self.restore(session.id, status=0)

    def judge_catalogue(self, note):
        """A backup catalogues what the person committed since; a catalogue built anew says the same. -> its files"""
        self.tree.write("settings.json", "{} %s\n" % note)
        self.run_csb("backup")
        catalogue = os.path.join(self.csb_home, "catalogue.db")
        grown = rows_of(catalogue)
        self.run_csb("rebuild-index")
        rebuilt = rows_of(catalogue)
        for table in grown:
            self.assertEqual(grown[table], rebuilt[table], "%s: %s" % (note, table))
        return [row for row in grown["files"] if "refs/heads/main" in row]

    def test_what_was_committed_before_the_first_session_is_catalogued_with_it(self):
        self.tree.write("CLAUDE.md", "# rules\n")
        self.commit()
        self.assertEqual([], self.judge_catalogue("no session"))
        session = self.tree.session()
        self.user_git("add", "projects")
        self.user_git("commit", "-q", "-m", "a session")
        found = self.judge_catalogue("a session")
        self.assertIn(b"CLAUDE.md".hex().upper(), str(found))
        self.assertIn(session.rel.encode().hex().upper(), str(found))

    def test_what_is_committed_after_the_last_session_is_catalogued_too(self):
        self.tree.session()
        self.commit()
        self.judge_catalogue("a session")
        self.user_git("rm", "-q", "-r", "--cached", "projects")
        self.user_git("commit", "-q", "-m", "no session")
        self.judge_catalogue("no session")
        self.tree.write("commands/late.md", "late\n")
        self.user_git("add", "commands")
        self.user_git("commit", "-q", "-m", "late")
        self.assertIn(b"commands/late.md".hex().upper(), str(self.judge_catalogue("late")))

    def test_a_folder_that_moves_within_the_repository(self):
        work = os.path.join(self.scratch, "dotfiles")
        session = self.tree.session(prompts=2)
        self.tree.write("CLAUDE.md", "# rules\n")
        copy = lambda: shutil.copytree(self.claude, os.path.join(work, "dot-claude"), dirs_exist_ok=True,
                                       ignore=shutil.ignore_patterns(".git"))
        copy()
        self.init(work)
        self.commit()
        self.judge_catalogue("dot-claude")
        session.take_back(2)
        copy()
        self.commit()
        self.user_git("mv", "dot-claude", ".claude")
        self.commit()
        self.judge_catalogue(".claude")
        for table in ("versions", "files"):
            paths = [row for row in rows_of(os.path.join(self.csb_home, "catalogue.db"))[table]
                     if "refs/heads/main" in row and session.rel.encode().hex().upper() in row]
            self.assertEqual({"versions": 3, "files": 1}[table], len(paths), paths)
        self.user_git("rm", "-q", "-r", ".claude/projects")
        self.commit()
        self.judge_catalogue("gone")

    def test_branches_that_go_their_ways_and_meet(self):
        """A commit is catalogued for the first branch that has it, whichever had it when."""
        def branches(**tips):
            for name, tip in tips.items():
                self.user_git("update-ref", *(["refs/heads/" + name, tip] if tip else ["-d", "refs/heads/" + name]))
        ids = set()
        for _ in range(2):
            ids.add(self.tree.session().id)
            self.commit()
        newer, older = self.user_git("rev-list", "main").stdout.decode().split()
        for note, tips in (("together", {"main": older, "side": older}), ("one ahead", {"side": newer}),
                           ("together again", {"main": newer}), ("one taken back", {"main": older}),
                           ("one gone", {"side": None})):
            branches(**tips)
            self.judge_catalogue(note)
        self.assertEqual(ids, {s["id"] for s in self.run_csb("list", "--json", "-n0").json()["sessions"]})

    def test_what_was_committed_in_the_second_of_a_backup(self):
        """The newest is what was written last: git does not tell which commit came first."""
        session = self.tree.session()
        older = session.read()
        session.turn("more", "of it")
        newest = session.read()
        self.run_csb("backup")
        own = Git(self.git_dir, self.home)
        self.when = int(own.text("log", "-1", "--format=%ct", own.branch())) - 60   # commit() adds them
        self.tree.write(session.rel, older)
        self.commit()
        os.unlink(session.path)
        self.restore(session.id)
        self.assertEqual(newest, session.read())

    def test_newer_on_disk_is_kept(self):
        session = self.tree.session()
        self.commit()
        session.turn("since")
        newer = session.read()
        self.restore(session.id, status=INCOMPLETE)
        self.assertEqual(newer, session.read())


class OtherMachines(CsbTest):
    """A branch that another machine's csb wrote, fetched into this store."""

    def test_its_sessions_are_restored_here(self):
        session = self.tree.session()
        session.footprint()
        self.backup(env={"HOSTNAME": "x"})
        contents = read_all(self.claude)
        branch = self.git.branch()
        laptop = os.path.join(self.home, "laptop.git")
        subprocess.run(["git", "clone", "-q", "--mirror", self.store, laptop], check=True, env=self.git.env)
        shutil.rmtree(self.csb_home)
        shutil.rmtree(self.claude)
        os.makedirs(self.tree.path("projects"))
        here = self.tree.session(cwd="/home/ada/here")
        self.backup()
        self.git.run("fetch", "-q", laptop, branch + ":refs/remotes/laptop/other/claude-code")
        own = here.read()
        self.csb("restore", session.id)
        self.assertEqual({**contents, os.fsencode(here.rel): own}, read_all(self.claude))


if __name__ == "__main__":
    main()
