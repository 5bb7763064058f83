"""What a backup stores, counts and says: changes of every kind, deletions, moves, roots that are missing."""
import glob
import json
import os
import shutil

from harness import DONE, FAILED, INCOMPLETE, NOT_FOUND, REFUSED, SANITIZER, CsbTest, main, need, snapshot


class Backup(CsbTest):
    def changes(self, rev):
        return [json.loads(line) for line in self.git.out("show", rev + ":.csb/changes.jsonl").splitlines()]

    def ops(self, report):
        return sorted((c["op"], c["path"]) for c in report["changes"])

    def state(self):
        """csb's home without what SQLite makes to read a database."""
        return {path: what for path, what in snapshot(self.csb_home).items() if not path.endswith((b"-shm", b"-wal"))}

    # ---- the ordinary life of files
    def test_first_backup_stores_everything_in_two_commits(self):
        session = self.tree.session()
        session.footprint()
        self.tree.user_files()
        report = self.backup()
        self.assertEqual(report["sessions_added"], 1)
        self.assertEqual(report["added"], report["files_seen"])
        self.assertTrue(report["store_created"])
        self.assertTrue(report["noise_commit"] and report["user_commit"])
        commits = self.git.commits()
        self.assertEqual(commits, [report["user_commit"], report["noise_commit"]])
        self.assert_stored()
        self.assert_stored("CLAUDE.md", "settings.json", "skills/x/SKILL.md")
        noise = {c["path"] for c in self.changes(report["noise_commit"])}
        user = {c["path"] for c in self.changes(report["user_commit"])}
        self.assertIn(session.rel, noise)
        self.assertIn("CLAUDE.md", user)
        self.assertFalse(noise & user)
        self.git.fsck()

    def test_second_backup_makes_no_commit_and_opens_nothing(self):
        self.tree.session().footprint()
        self.tree.user_files()
        self.backup()
        before, store = self.git.refs(), snapshot(self.store)
        report = self.backup()
        self.assertEqual(self.git.refs(), before)
        self.assert_same_tree(store, snapshot(self.store))
        self.assertEqual((report["files_opened"], report["bytes_read"], report["store_opened"]), (0, 0, False))

    def is_instrumented(self):
        """Built for a sanitizer or for coverage: then more of simdjson is linked in than is ever called."""
        with open(self.binary, "rb") as f:
            return SANITIZER != "" or b"__gcov_" in f.read()

    def test_no_change_touches_no_file_and_no_git(self):
        need("strace")
        session = self.tree.session()
        session.footprint()
        self.tree.user_files()
        self.backup()
        trace = os.path.join(self.scratch, "trace")
        self.csb("backup", wrap=("strace", "-qq", "-f", "-y", "-o", trace, "-e",
                                 "trace=open,openat,openat2,readlink,readlinkat,read,pread64"))
        with open(trace, errors="replace") as f:
            lines = f.read().splitlines()
        loaded = ("libgit2", "libisal", "libfmt") + (() if self.is_instrumented() else ("libsimdjson",))
        for name in loaded + ("store.git/objects", "CLAUDE.md", session.id + ".jsonl", "agent-", "@v1"):
            self.assertEqual([line for line in lines if name in line], [], name)
        self.assertTrue([line for line in lines if self.claude in line])   # it did look

    def test_appending_is_grow_and_reads_little(self):
        session = self.tree.session()
        session.fill(5 << 20)
        self.backup()
        session.turn()
        report = self.backup()
        self.assertEqual(self.ops(report), [("grow", session.rel)])
        self.assertEqual((report["changed"], report["sessions_changed"]), (1, 1))
        self.assertLess(report["bytes_read"], (2 << 20) + 6 * 4096)
        self.assertLess(report["bytes_parsed"], 4096)
        self.assert_stored()
        self.assertEqual(report["changes"][0]["messages"], 2 * 3 + 1)

    def test_every_kind_of_change_is_named(self):
        sessions = [self.tree.session() for _ in range(4)]
        grown, shrunk, rewritten, deleted = sessions
        self.tree.user_files()
        self.backup()
        grown.turn()
        shrunk.take_back()
        text = rewritten.read()
        self.tree.write(rewritten.rel, text.replace(b"question", b"QUESTION"))
        deleted.delete()
        added = self.tree.session()
        os.unlink(self.tree.path("agents/reviewer.md"))
        report = self.backup()
        self.assertEqual(self.ops(report), sorted([
            ("grow", grown.rel), ("shrink", shrunk.rel), ("rewrite", rewritten.rel), ("delete", deleted.rel),
            ("add", added.rel), ("delete", "agents/reviewer.md")]))
        self.assertEqual([report[k] for k in ("added", "changed", "shrunk", "deleted", "moved")], [1, 2, 1, 2, 0])
        self.assertEqual([report["sessions_" + k] for k in ("added", "changed", "shrunk", "deleted", "moved")],
                         [1, 2, 1, 1, 0])
        self.assert_stored()
        self.assertNotIn(os.fsencode(deleted.rel), self.git.files())
        self.assertIn(os.fsencode(deleted.rel), self.git.files(self.git.commits()[-2]))
        removal = [c for c in self.changes(report["noise_commit"]) if c["op"] == "delete"]
        self.assertEqual(removal, [{"path": deleted.rel, "op": "delete"}])

    def test_a_touched_file_is_no_change(self):
        session = self.tree.session()
        self.backup()
        session.tree.stamp(session.rel)
        before = self.git.refs()
        report = self.backup()
        self.assertEqual((report["changes"], report["files_opened"], report["store_opened"]), ([], 1, False))
        self.assertEqual(self.backup()["files_opened"], 0)
        self.assertEqual(self.git.refs(), before)

    def test_a_replaced_file_with_the_same_content_is_no_change(self):
        session = self.tree.session()
        self.backup()
        shutil.copy2(session.path, session.path + ".new")
        os.rename(session.path + ".new", session.path)
        self.assertEqual(self.backup()["changes"], [])

    def test_permissions_are_a_change(self):
        session = self.tree.session()
        self.backup()
        os.chmod(session.path, 0o640)
        report = self.backup()
        self.assertEqual(self.ops(report), [("rewrite", session.rel)])
        self.assertEqual(self.changes(report["noise_commit"])[0]["mode"], 0o100640)

    def test_a_file_that_comes_back_is_not_written_again(self):
        session = self.tree.session()
        session.fill(3 << 20)
        kept = session.read()
        self.backup()
        session.delete()
        self.backup()
        self.tree.write(session.rel, kept)
        report = self.backup()
        self.assertEqual(self.ops(report), [("add", session.rel)])
        self.assertLess(report["bytes_written"], 200000)
        self.assert_stored()
        self.git.fsck()

    # ---- moves
    def test_a_session_that_changes_folders_is_moved(self):
        session = self.tree.session(prompts=20)
        session.fill(3 << 20)
        session.footprint()
        self.backup()
        old = session.rel
        session.move("/home/ada/elsewhere")
        report = self.backup()
        self.assertEqual([report[k] for k in ("added", "deleted", "moved")], [0, 0, 4])
        self.assertEqual((report["sessions_moved"], report["sessions_added"], report["sessions_deleted"]), (1, 0, 0))
        self.assertLess(report["bytes_read"], 1 << 20 | 1 << 18)
        self.assert_stored()
        self.assertIn(("delete", old), self.ops(report))
        self.assertIn(("add", session.rel), self.ops(report))
        self.assertEqual(len(self.list()), 1)

    # ---- what must not be taken for a deletion
    def test_a_missing_root_is_an_error_and_leaves_no_trace(self):
        shutil.rmtree(self.claude)
        self.csb("backup", status=FAILED)
        self.assertFalse(os.path.exists(self.csb_home))

    def test_a_root_that_went_missing_deletes_nothing(self):
        self.tree.session()
        self.backup()
        before = self.git.refs()
        os.rename(self.claude, self.claude + ".away")
        self.csb("backup", status=FAILED)
        os.mkdir(self.claude)   # an empty mount point
        report = self.csb("backup", "--json", status=INCOMPLETE).json()
        self.assertEqual(report["deleted"], 0)
        self.assertEqual(self.git.refs(), before)
        os.rmdir(self.claude)
        os.rename(self.claude + ".away", self.claude)
        self.assertEqual(self.backup()["changes"], [])

    def test_missing_projects_delete_nothing(self):
        self.tree.session()
        self.tree.user_files()
        self.backup()
        os.rename(self.tree.path("projects"), self.scratch + "/projects")
        os.unlink(self.tree.path("CLAUDE.md"))
        report = self.csb("backup", "--json", status=INCOMPLETE).json()
        self.assertEqual(self.ops(report), [("delete", "CLAUDE.md")])
        os.mkdir(self.tree.path("projects"))   # the person means it
        report = self.backup()
        self.assertEqual(report["sessions_deleted"], 1)

    def test_another_directory_does_not_displace_the_first(self):
        self.tree.session()
        self.backup()
        other = os.path.join(self.home, "other")
        shutil.copytree(self.claude, other)
        first = self.git.refs()
        report = self.backup("--claude-dir", other)
        self.assertTrue(report["roots"][0]["branch"].endswith("/claude-code-other"), report["roots"])
        self.assertEqual(first, {name: oid for name, oid in self.git.refs().items() if name in first})
        os.rename(self.claude, self.claude + ".old")
        os.rename(other, os.path.join(self.home, "renamed"))
        self.backup("--claude-dir", os.path.join(self.home, "renamed"))   # the first is gone: it was renamed

    def test_what_is_excluded_was_not_deleted(self):
        session, kept = self.tree.session(), self.tree.session()
        self.tree.user_files()
        self.backup()
        content = session.read()
        config = os.path.join(self.home, ".config/csb")
        os.makedirs(config)
        with open(os.path.join(config, "config"), "w") as f:
            f.write("[csb]\n\texclude = %s\n\texclude = commands\n" % session.rel)
        before = self.git.refs()
        report = self.backup()
        self.assertEqual((0, False), (report["deleted"], report["store_opened"]))
        session.turn("not", "stored")
        self.assertEqual([], self.backup()["changes"])
        self.assertEqual(before, self.git.refs())
        self.assertEqual([], self.csb("status", "--json").json()["pending"])
        self.assertEqual({session.id, kept.id}, {s["id"] for s in self.list()})
        self.assertEqual(content, self.git.files()[session.rel.encode()])
        self.csb("verify")
        os.remove(os.path.join(config, "config"))
        self.assertEqual([(session.rel, "grow")], [(c["path"], c["op"]) for c in self.backup()["changes"]])

    # ---- file and directory, kinds
    def test_a_file_becomes_a_directory_and_back(self):
        self.tree.write("commands/x", "a file\n")
        self.tree.session()
        self.backup()
        os.unlink(self.tree.path("commands/x"))
        self.tree.write("commands/x/y.md", "in a directory\n")
        self.backup()
        self.assert_stored("commands/x/y.md")
        shutil.rmtree(self.tree.path("commands/x"))
        self.tree.write("commands/x", "a file again\n")
        self.backup()
        self.assert_stored("commands/x")
        self.git.fsck()

    def test_links_are_stored_as_links(self):
        self.tree.write("skills/real/SKILL.md", "real\n")
        os.symlink("real", self.tree.path("skills/alias"))
        self.tree.session()
        report = self.backup()
        mode, _, oid = self.git.tree()[b"skills/alias"]
        self.assertEqual((mode, self.git.blobs([oid])[oid]), ("120000", b"real"))
        self.assertEqual(report["problems"], [])
        os.unlink(self.tree.path("skills/alias"))
        os.symlink("real/SKILL.md", self.tree.path("skills/alias"))
        self.assertEqual(self.ops(self.backup()), [("rewrite", "skills/alias")])

    def test_fifos_and_sockets_are_passed_over_at_once(self):
        import socket
        session = self.tree.session()
        os.makedirs(self.tree.path(session.directory))
        os.mkfifo(self.tree.path(session.directory, "pipe"))
        with socket.socket(socket.AF_UNIX) as listener:
            here = os.getcwd()
            os.chdir(self.tree.path(session.directory))
            listener.bind("socket")
            os.chdir(here)
            report = self.csb("backup", "--json", status=(DONE, INCOMPLETE), timeout=20).json()
        self.assertEqual({c["path"] for c in report["changes"]}, {session.rel})
        self.assert_stored(session.rel)

    def test_a_deep_tree_needs_few_descriptors(self):
        session = self.tree.session()
        path = session.directory
        for level in range(400):
            for name in "abcd":   # beside each directory some that wait meanwhile
                self.tree.write("%s/%s/f" % (path, name), "%d%s" % (level, name))
            path += "/e"
        self.tree.write(path + "/f", "deep")
        few = ("sh", "-c", 'ulimit -n 100; exec "$@"', "sh")
        self.assertEqual(1602, len(self.backup(wrap=few)["changes"]))
        self.assertEqual([], self.backup(wrap=few)["changes"])
        self.assert_stored(path + "/f")

    def test_a_library_that_is_missing_is_named(self):
        need("strace")
        self.tree.session()
        # Where they are is for the system to know: every place it may look in has none.
        found = [path for place in ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/lib/*-linux-gnu", "/usr/lib/*-linux-gnu")
                 for path in glob.glob(place + "/lib*.so*")]
        hidden = 0
        for library in ("libisal.so", "libgit2.so") + (() if self.is_instrumented() else ("libsimdjson.so",)):
            places = [part for path in found if os.path.basename(path).startswith(library) for part in ("-P", path)]
            if not places:
                continue
            hidden += 1
            result = self.csb("backup", status=FAILED, wrap=("strace", "-qq", "-f", "-o", "/dev/null", *places, "-e",
                                                             "inject=openat:error=ENOENT"))
            self.assertIn("cannot load", result.err)
            self.assertIn(library, result.err)
        self.assertGreater(hidden, 0)
        self.backup()
        self.assert_stored()

    def test_a_reserved_name_is_a_problem(self):
        session = self.tree.session()
        self.tree.write(session.directory + "/tool-results/000000.csb", "x")
        self.tree.write(session.directory + "/tool-results/ok.txt", "x")
        report = self.csb("backup", "--json", status=INCOMPLETE).json()
        self.assertEqual([p["path"] for p in report["problems"]], [session.directory + "/tool-results/000000.csb"])
        self.assert_stored(session.rel, session.directory + "/tool-results/ok.txt")

    def test_a_file_with_a_disk_error_is_a_problem_and_the_rest_is_saved(self):
        need("strace")
        first, second = self.tree.session(), self.tree.session()
        wrap = ("strace", "-qq", "-f", "-o", "/dev/null", "-P", first.path, "-e", "inject=pread64:error=EIO")
        report = self.csb("backup", "--json", status=INCOMPLETE, wrap=wrap).json()
        self.assertEqual([p["path"] for p in report["problems"]], [first.rel])
        self.assertIn("Input/output error", report["problems"][0]["what"])
        self.assert_stored(second.rel)
        self.assertEqual(self.ops(self.backup()), [("add", first.rel)])

    # ---- options
    def test_dry_run_writes_nothing_and_says_what_would_be(self):
        session = self.tree.session()
        report = self.backup("--dry-run")
        self.assertEqual(self.ops(report), [("add", session.rel)])
        self.assertFalse(os.path.exists(self.csb_home))
        self.backup()
        session.turn()
        gone = self.tree.session()
        self.backup()
        gone.delete()
        session.take_back()
        before = self.state()
        report = self.backup("--dry-run")
        self.assertEqual(self.ops(report), [("delete", gone.rel), ("shrink", session.rel)])
        self.assert_same_tree(before, self.state())
        self.assertEqual(report["dry_run"], True)

    def test_no_commit_indexes_and_the_next_backup_stores_it_all(self):
        first = self.tree.session()
        self.backup()
        before = self.git.refs()
        first.turn()
        second = self.tree.session()
        report = self.backup("--no-commit")
        self.assertEqual(self.git.refs(), before)
        self.assertIsNone(report["noise_commit"])
        self.assertEqual({s["id"] for s in self.list()}, {first.id, second.id})
        report = self.backup()
        self.assertEqual(self.ops(report), [("add", second.rel), ("grow", first.rel)])
        self.assert_stored()
        self.git.fsck()

    def test_no_commit_before_the_first_backup(self):
        session = self.tree.session()
        self.backup("--no-commit")
        self.assertFalse(os.path.exists(self.store))
        self.assertEqual(self.ops(self.backup()), [("add", session.rel)])
        self.assert_stored()

    def test_no_commit_leaves_deletions_to_the_next_backup(self):
        session, other = self.tree.session(), self.tree.session()
        self.backup()
        unstored = self.tree.session()
        self.backup("--no-commit")
        session.delete()
        unstored.delete()
        self.backup("--no-commit")
        self.assertEqual(self.ops(self.backup()), [("delete", session.rel)])
        self.assert_stored(other.rel)
        self.git.fsck()

    def test_unknown_names_are_said_once(self):
        self.tree.session()
        self.tree.write("brand-new-thing/x", "x")
        report = self.backup()
        self.assertEqual([(p["path"], p["severity"]) for p in report["problems"]], [("brand-new-thing", "note")])
        self.assertEqual(self.backup()["problems"], [])

    def test_secrets_are_never_stored(self):
        self.tree.session()
        secrets = self.tree.secrets()
        report = self.backup()
        self.assertTrue({s["path"] for s in report["secrets"]} & set(secrets))
        for text in secrets.values():
            self.assertFalse(self.git.anywhere(text.encode()), text)

    def test_nested_repositories_are_recorded_not_stored(self):
        self.tree.session()
        clone = self.tree.path("skills/cloned")
        self.tree.write("skills/cloned/SKILL.md", "x")
        os.makedirs(clone + "/.git/objects")
        os.makedirs(clone + "/.git/refs/heads")
        self.tree.write("skills/cloned/.git/HEAD", "ref: refs/heads/main\n")
        self.tree.write("skills/cloned/.git/refs/heads/main", "ab" * 20 + "\n")
        self.tree.write("skills/cloned/.git/config", '[remote "origin"]\n\turl = https://u:p@example.invalid/x.git\n')
        self.backup()
        lines = self.git.out("show", self.git.branch() + ":.csb/foreign.jsonl").splitlines()
        self.assertEqual([json.loads(line) for line in lines], [
            {"path": "skills/cloned", "url": "https://example.invalid/x.git", "commit": "ab" * 20}])
        before = self.git.refs()
        self.assertEqual(self.backup()["store_opened"], False)
        os.unlink(os.path.join(self.csb_home, "catalogue.db"))   # what it remembered of the line is in the store
        self.backup()
        self.assertEqual(self.git.refs(), before)
        shutil.rmtree(clone)
        self.backup()
        self.git.run("show", self.git.branch() + ":.csb/foreign.jsonl", status=128)

    # ---- the store
    def test_a_store_that_does_not_exist_is_named_with_the_remedy(self):
        self.tree.session()
        result = self.csb("--store", self.scratch + "/none.git", "backup", status=(NOT_FOUND, REFUSED))
        self.assertIn("git init", result.err)
        self.assertFalse(os.path.exists(self.scratch + "/none.git"))

    def test_a_lost_catalogue_is_built_anew_without_a_commit(self):
        session, gone = self.tree.session(), self.tree.session()
        session.fill(2 << 20)
        self.backup()
        gone.delete()
        self.backup()
        before = self.git.refs()
        for name in os.listdir(self.csb_home):
            if name.startswith("catalogue.db"):
                os.unlink(os.path.join(self.csb_home, name))
        report = self.backup()
        self.assertEqual((report["changes"], report["incomplete"]), ([], False))
        self.assertEqual(self.git.refs(), before)
        self.assertEqual(len(self.list("--deleted", "all")), 2)
        self.assertEqual(self.backup()["files_opened"], 0)

    def test_a_lost_store_is_filled_anew(self):
        session = self.tree.session()
        self.backup()
        shutil.rmtree(self.store)
        report = self.backup()
        self.assertEqual(self.ops(report), [("add", session.rel)])
        self.assert_stored()
        self.git.fsck()

    def test_messages_carry_no_conversation(self):
        self.tree.session().turn("SECRET-QUESTION", "SECRET-ANSWER")
        self.backup()
        log = self.git.text("log", "--format=%B", self.git.branch())
        self.assertNotIn("SECRET", log)
        self.assertIn("1 session", log)

    def test_modes_do_not_depend_on_the_umask(self):
        self.tree.session()
        old = os.umask(0)
        try:
            self.backup()
        finally:
            os.umask(old)
        for base, dirs, names in os.walk(self.csb_home):
            for name in dirs + names + ["."]:
                mode = os.lstat(os.path.join(base, name)).st_mode & 0o077
                self.assertEqual(mode, 0, "%s is open to others: %o" % (os.path.join(base, name), mode))


if __name__ == "__main__":
    main()
