"""Several Claude directories in one store: a branch each, and no way to mix them up."""
import json
import os
import shutil

from harness import FAILED, INCOMPLETE, NOT_FOUND, REFUSED, USAGE, ClaudeTree, CsbTest, main


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Roots(CsbTest):
    def setUp(self):
        super().setUp()
        self.work = os.path.join(self.home, ".claude-work")
        self.work_tree = ClaudeTree(self.work)
        self.work_tree.made = 100          # other session ids than the first directory's
        self.configure("~/.claude", "~/.claude-work")

    def configure(self, *directories, extra=""):
        folder = os.path.join(self.home, ".config/csb")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "config"), "w") as f:
            f.write("[csb]\n\tmachine = m\n" + "".join("\tclaudeDir = %s\n" % d for d in directories) + extra)

    def branches(self):
        """-> {last component: files} of every branch of this machine."""
        return {ref.rpartition("/")[2]: self.git.files(ref) for ref in self.git.refs()
                if ref.startswith("refs/heads/m/")}

    def ids(self, *args):
        return sorted(s["id"] for s in self.list("-n", "0", *args))

    def one_in_each(self):
        first, second = self.tree.session(), self.work_tree.session()
        self.backup()
        return first, second

    def assert_nothing_changes(self, *args):
        before = self.git.refs()
        report = self.backup(*args)
        self.assertEqual((0, 0, 0), (report["deleted"], report["added"], report["files_opened"]), report)
        self.assertFalse(report["store_opened"])
        self.assertEqual(before, self.git.refs())

    # ---- each its own
    def test_each_directory_has_a_branch_of_its_own(self):
        first, second = self.tree.session(), self.work_tree.session()
        self.assertEqual(first.slug, second.slug)
        report = self.backup()
        self.assertEqual([("refs/heads/m/claude-code", self.claude), ("refs/heads/m/claude-code-work", self.work)],
                         [(r["branch"], r["path"]) for r in report["roots"]])
        self.assertEqual({(self.claude, first.rel), (self.work, second.rel)},
                         {(c["root"], c["path"]) for c in report["changes"]})
        self.assertEqual({"claude-code": {first.rel.encode(): first.read()},
                          "claude-code-work": {second.rel.encode(): second.read()}}, self.branches())
        self.assertEqual(sorted([first.id, second.id]), self.ids())
        self.assertEqual({self.claude, self.work}, {s["root"] for s in self.list()})
        self.assert_nothing_changes()
        self.assert_store_sound()

    def test_only_the_one_that_changed_gets_a_commit(self):
        first, second = self.one_in_each()
        before = self.git.refs()
        second.turn("more", "of it")
        report = self.backup()
        after = self.git.refs()
        self.assertEqual(["refs/heads/m/claude-code-work"], [r for r in after if after[r] != before[r]])
        self.assertEqual([None], [r["noise_commit"] for r in report["roots"] if r["path"] == self.claude])
        self.assertEqual(1, report["files_opened"])

    def test_one_run_takes_a_session_wherever_it_is(self):
        first, second = self.one_in_each()
        first.turn("not", "this one")
        second.turn("but", "this one")
        report = self.backup("--session", second.id)
        self.assertEqual([second.rel], [c["path"] for c in report["changes"]])
        self.csb("backup", "--session", "12345678-1234-4123-8123-123456789012", status=NOT_FOUND)

    # ---- no mix-up
    def test_the_order_of_the_settings_does_not_matter(self):
        self.one_in_each()
        self.configure("~/.claude-work", "~/.claude")
        self.assert_nothing_changes()
        self.configure("~/.claude-work")
        self.assert_nothing_changes()
        self.assert_nothing_changes("--claude-dir", self.work, "--claude-dir", self.claude)

    def test_nor_does_it_when_the_catalogue_is_lost(self):
        self.one_in_each()
        before = self.git.refs()
        for name in os.listdir(self.csb_home):
            if name.startswith("catalogue.db"):
                os.remove(os.path.join(self.csb_home, name))
        self.configure("~/.claude-work", "~/.claude")
        report = self.backup()
        self.assertEqual((0, 0), (report["deleted"], report["added"]))
        self.assertEqual(before, self.git.refs())
        self.assert_nothing_changes()

    def test_a_renamed_directory_keeps_its_branch(self):
        self.one_in_each()
        renamed = os.path.join(self.home, ".claude-job")
        os.rename(self.claude, renamed)
        self.configure("~/.claude-job", "~/.claude-work")
        report = self.backup()
        self.assertEqual(["refs/heads/m/claude-code", "refs/heads/m/claude-code-work"],
                         [r["branch"] for r in report["roots"]])
        self.assertEqual((0, 0), (report["deleted"], report["added"]))

    def test_other_files_in_the_place_of_a_lost_directory_delete_nothing(self):
        for _ in range(3):
            self.tree.session()
        self.configure("~/.claude")
        self.backup()
        before = self.git.refs()
        shutil.rmtree(self.claude)
        self.work_tree.session()
        self.configure("~/.claude-work")
        said = self.csb("backup", status=REFUSED).err
        self.assertIn(self.claude, said)
        self.assertIn("csb.claudeDir", said)
        self.assertEqual(before, self.git.refs())
        self.configure("~/.claude", "~/.claude-work")       # as the hint says
        report = self.csb("backup", "--json", status=INCOMPLETE).json()
        self.assertEqual((0, 1), (report["deleted"], report["added"]))

    def test_directories_of_one_name_get_names_of_their_own(self):
        bob, eve = (ClaudeTree(os.path.join(self.home, d)) for d in ("a/.claude-x", "b/.claude-x"))
        for n, tree in enumerate((self.tree, bob, eve)):
            tree.made = n * 10
            tree.session()
        self.configure("~/.claude", "~/a/.claude-x", "~/b/.claude-x")
        names = [r["branch"].rpartition("/")[2] for r in self.backup()["roots"]]
        self.assertEqual(["claude-code", "claude-code-x"], names[:2])
        self.assertRegex(names[2], "^claude-code-x-[0-9a-f]{8}$")
        self.configure("~/b/.claude-x", "~/a/.claude-x", "~/.claude")
        self.assert_nothing_changes()

    # ---- missing, twice, nested
    def test_a_missing_directory_does_not_stop_the_others(self):
        first, second = self.one_in_each()
        os.rename(self.work, self.work + ".away")
        first.turn("still", "saved")
        done = self.csb("backup", "--json", status=INCOMPLETE)
        report = done.json()
        self.assertEqual([(self.claude, False), (self.work, True)],
                         [(r["path"], r["incomplete"]) for r in report["roots"]])
        self.assertEqual([self.work], [p["path"] for p in report["problems"]])
        self.assertEqual(0, report["deleted"])
        self.assertIn(b"still", self.git.files("refs/heads/m/claude-code")[first.rel.encode()])
        self.assertIn(second.rel.encode(), self.git.files("refs/heads/m/claude-code-work"))
        self.assertIn(self.work, self.csb("backup", status=INCOMPLETE).err)
        status = self.csb("status", "--json", status=INCOMPLETE).json()
        self.assertEqual({self.claude: 0, self.work: 1},
                         {r["path"]: r["last_look"]["exit_status"] for r in status["roots"]})
        os.rename(self.work + ".away", self.work)
        self.assert_nothing_changes()

    def test_all_missing_is_a_failure_that_leaves_no_trace(self):
        shutil.rmtree(self.claude)
        shutil.rmtree(self.work)
        self.csb("backup", status=FAILED)
        self.assertFalse(os.path.exists(self.csb_home))

    def test_one_directory_by_two_names_counts_once(self):
        session = self.tree.session()
        os.symlink(self.claude, os.path.join(self.home, "link"))
        self.configure("~/.claude", "~/link", "~/.claude/")
        self.assertEqual(1, len(self.backup()["roots"]))
        self.assertEqual({"claude-code": {session.rel.encode(): session.read()}}, self.branches())

    def test_nested_directories_are_refused(self):
        self.tree.session()
        ClaudeTree(os.path.join(self.claude, "projects/inner"))
        for pair in (("~/.claude", "~/.claude/projects/inner"), ("~/.claude/projects/inner", "~/.claude")):
            self.configure(*pair)
            self.assertIn("lies within", self.csb("backup", status=USAGE).err)

    # ---- who says which
    def test_precedence(self):
        made = {}
        for name in ("flag", "flag2", "claude_dir", "config_dir", "file", "file2"):
            made[name] = os.path.join(self.home, name)
            os.mkdir(made[name])
        claude_dir, config_dir = {"CLAUDE_DIR": made["claude_dir"]}, {"CLAUDE_CONFIG_DIR": made["config_dir"]}
        flags = ["--claude-dir", made["flag"], "--claude-dir=" + made["flag2"]]
        files = ("~/file", "~/file2")
        for arguments, environment, configured, expected in (
                (flags, {**claude_dir, **config_dir}, files, ["flag", "flag2"]),
                (flags[2:], {}, files, ["flag2"]),
                ([], {**claude_dir, **config_dir}, files, ["claude_dir"]),
                ([], config_dir, files, ["config_dir"]),
                ([], {"CLAUDE_CONFIG_DIR": ""}, files, ["file", "file2"]),
                ([], {}, files[1:], ["file2"]),
                ([], {}, (), None)):
            self.configure(*configured)
            report = self.backup("--dry-run", *arguments, env=environment)
            wanted = [self.claude] if expected is None else [made[name] for name in expected]
            self.assertEqual(wanted, [r["path"] for r in report["roots"]], (arguments, environment, configured))

    # ---- sessions and roots
    def test_a_deleted_session_goes_back_where_it_was(self):
        first, second = self.one_in_each()
        content = second.read()
        shutil.rmtree(self.work_tree.path("projects", second.slug))
        self.backup()
        restored = self.csb("restore", second.id, "--json").json()["sessions"][0]
        self.assertEqual(self.work, restored["directory"])
        self.assertEqual(content, second.read())
        self.assertFalse(os.path.exists(self.tree.path(second.rel)))

    def test_several_sessions_of_several_directories_come_back_in_one_run(self):
        first, second = self.one_in_each()
        contents = first.read(), second.read()
        os.remove(first.path)
        os.remove(second.path)
        self.backup()
        self.csb("restore", first.id, second.id)
        self.assertEqual(contents, (first.read(), second.read()))

    def test_a_session_that_moved_to_the_other_directory(self):
        first, _ = self.one_in_each()
        moved = self.work_tree.path(first.rel)
        os.makedirs(os.path.dirname(moved), exist_ok=True)
        os.rename(first.path, moved)
        self.backup()
        listed = [s for s in self.list("--deleted", "all") if s["id"] == first.id]
        self.assertEqual([(self.work, "live")], [(s["root"], s["state"]) for s in listed])
        os.remove(moved)
        self.backup()
        self.assertEqual(self.work, self.csb("restore", first.id, "--json").json()["sessions"][0]["directory"])
        self.assertTrue(os.path.exists(moved))

    def test_of_a_session_in_both_the_newest_is_listed_and_each_can_be_restored(self):
        first, _ = self.one_in_each()
        copied = self.work_tree.path(first.rel)
        os.makedirs(os.path.dirname(copied), exist_ok=True)
        shutil.copy2(first.path, copied)
        old = first.read()
        first.tree.clock += 60
        row = first.prompt("went on in the other directory")
        self.work_tree.clock = first.tree.clock
        self.work_tree.append(first.rel, json.dumps(row) + "\n")
        new = read(copied)
        self.backup()
        listed = [s for s in self.list() if s["id"] == first.id]
        self.assertEqual([(self.work, 5)], [(s["root"], s["messages"]) for s in listed])
        versions = self.csb("log", first.id, "--json").json()["versions"]
        self.assertEqual(["refs/heads/m/claude-code", "refs/heads/m/claude-code-work"],
                         [v["branch"] for v in versions])
        os.remove(first.path)
        os.remove(copied)
        self.backup()
        self.csb("restore", first.id)
        self.assertEqual(new, read(copied))
        self.assertFalse(os.path.exists(first.path))
        self.csb("restore", first.id, "--version", "1")
        self.assertEqual(old, first.read())

    def test_in_two_directories_the_newest_row_counts_and_not_the_most_rows(self):
        first, _ = self.one_in_each()
        first.turn("much", "more")
        copied = first.rel
        self.work_tree.clock = self.tree.clock + 600
        short = self.work_tree.session(prompts=1, id=first.id)      # rewritten by a compaction, and gone on with
        self.assertEqual(copied, short.rel)
        self.backup()
        listed = [s for s in self.list() if s["id"] == first.id]
        self.assertEqual([(self.work, 2)], [(s["root"], s["messages"]) for s in listed])
        first.tree.clock = self.work_tree.clock + 600
        first.turn("gone on", "with here")
        self.backup()
        listed = [s for s in self.list() if s["id"] == first.id]
        self.assertEqual([self.claude], [s["root"] for s in listed])

    # ---- the other commands
    def test_status_verify_and_policy_know_all_directories(self):
        first, second = self.one_in_each()
        second.turn("waits", "for a backup")
        self.work_tree.write("CLAUDE.md", "rules\n")
        status = self.csb("status", "--json").json()
        self.assertEqual({(self.work, second.rel, "changed"), (self.work, "CLAUDE.md", "added")},
                         {(p["root"], p["path"], p["kind"]) for p in status["pending"]})
        self.assertIn("~/.claude-work/CLAUDE.md", self.csb("status").out)
        self.backup()
        self.assertEqual(3, self.csb("verify", "--json").json()["live"]["equal"])
        policy = self.csb("policy", "--json", self.work + "/CLAUDE.md").json()["paths"][0]
        self.assertEqual((self.work, "CLAUDE.md", "user"), (policy["root"], policy["path"], policy["class"]))
        self.csb("policy", "/etc/passwd", status=USAGE)

    def test_maintenance_does_what_was_wished_for_meanwhile(self):
        first, _ = self.one_in_each()
        first.turn("waits", "for the store")
        with open(os.path.join(self.csb_home, "pending"), "w"):
            pass
        self.csb("maintain")
        self.assertEqual(first.read(), self.git.files("refs/heads/m/claude-code")[first.rel.encode()])
        self.assertFalse(os.path.exists(os.path.join(self.csb_home, "pending")))

    def test_repair_takes_what_is_missing_from_either_directory(self):
        self.tree.session()
        second = self.work_tree.session()
        second.fill(300_000)
        self.backup()
        packs = os.path.join(self.store, "objects/pack")
        for name in os.listdir(packs):
            if name.endswith(".pack"):
                path = os.path.join(packs, name)
                os.chmod(path, 0o600)
                with open(path, "r+b") as f:
                    f.seek(os.path.getsize(path) // 2)
                    f.write(b"\xff" * 64)
        self.csb("verify", status=None)
        self.csb("verify", "--repair", status=None)
        self.backup()
        self.assert_store_sound()
        self.assertEqual(second.read(), self.git.files("refs/heads/m/claude-code-work")[second.rel.encode()])

    def test_an_adopted_repository_holds_several(self):
        self.git = type(self.git)(self.claude, self.home)
        self.git.run("init", "-q", self.claude)
        first, second = self.tree.session(), self.work_tree.session()
        self.configure("~/.claude", "~/.claude-work", extra="\tstore = ~/.claude\n")
        self.backup()
        self.assertEqual({"claude-code", "claude-code-work"}, set(self.branches()))
        self.assertEqual(second.read(), self.git.files("refs/heads/m/claude-code-work")[second.rel.encode()])
        self.assertEqual(sorted([first.id, second.id]), self.ids())
        shutil.rmtree(self.csb_home)
        self.configure("~/.claude-work", "~/.claude", extra="\tstore = ~/.claude\n")
        before = self.git.refs()
        self.backup()
        self.assertEqual(before, self.git.refs())
        self.assertEqual(sorted([first.id, second.id]), self.ids())


if __name__ == "__main__":
    main()
