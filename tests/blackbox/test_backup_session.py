"""`csb backup --session ID`: one session, quickly, and nothing else touched."""
import os

from harness import NOT_FOUND, USAGE, CsbTest, main


class BackupSession(CsbTest):
    def ops(self, report):
        return sorted((c["op"], c["path"]) for c in report["changes"])

    def test_only_this_session_is_stored(self):
        first, second = self.tree.session(), self.tree.session()
        first.footprint()
        self.backup()
        first.turn()
        second.turn()
        self.tree.write("CLAUDE.md", "changed\n")
        report = self.backup("--session", first.id)
        self.assertEqual(self.ops(report), [("grow", first.rel)])
        self.assert_stored(first.rel)
        report = self.backup()
        self.assertEqual(self.ops(report), [("add", "CLAUDE.md"), ("grow", second.rel)])

    def test_one_never_seen_before(self):
        self.tree.session()
        new = self.tree.session(cwd="/somewhere/new")
        files = new.footprint()
        report = self.backup("--session", new.id)
        self.assertEqual(self.ops(report), sorted(("add", path) for path in files + [new.rel]))
        self.assert_stored(new.rel, *files)
        self.assertEqual([s["id"] for s in self.list()], [new.id])

    def test_new_and_gone_files_of_the_footprint(self):
        session, other = self.tree.session(), self.tree.session()
        files = session.footprint()
        self.backup()
        os.unlink(self.tree.path(files[0]))
        other.delete()
        self.tree.write("tasks/%s/2.json" % session.id, "{}")
        report = self.backup("--session", session.id)
        self.assertEqual(self.ops(report), [("add", "tasks/%s/2.json" % session.id), ("delete", files[0])])
        self.assertEqual(self.backup()["sessions_deleted"], 1)

    def test_a_moved_session(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        session.move("/home/ada/elsewhere")
        report = self.backup("--session", session.id)
        self.assertEqual((report["moved"], report["sessions_moved"]), (4, 1))
        self.assert_stored(session.rel)
        self.assertEqual(self.backup()["changes"], [])

    def test_a_deleted_session(self):
        session = self.tree.session()
        session.footprint()
        self.tree.session()
        self.backup()
        session.delete()
        report = self.backup("--session", session.id)
        self.assertEqual((report["sessions_deleted"], report["deleted"]), (1, 7))

    def test_a_plan_named_in_its_rows(self):
        session = self.tree.session()
        session.add(session.envelope("user", message={"role": "user", "content": "plan it"}, slug="brave-new-plan"))
        self.tree.write("plans/brave-new-plan.md", "first\n")
        self.backup()
        self.tree.write("plans/brave-new-plan.md", "first\nsecond\n")
        self.assertEqual(self.ops(self.backup("--session", session.id)), [("grow", "plans/brave-new-plan.md")])
        os.unlink(self.tree.path("plans/brave-new-plan.md"))
        self.assertEqual(self.ops(self.backup("--session", session.id)), [("delete", "plans/brave-new-plan.md")])

    def test_by_prefix_and_unknown_ones(self):
        session, _ = self.tree.session(), self.tree.session()
        self.backup()
        session.turn()
        self.assertEqual(self.ops(self.backup("--session", session.id[:8])), [("grow", session.rel)])
        self.csb("backup", "--session", "ffffffff", status=NOT_FOUND)
        self.csb("backup", "--session", "ffffffff-ffff-4fff-8fff-ffffffffffff", status=NOT_FOUND)
        self.csb("backup", "--session", "question", status=USAGE)   # several

    def test_no_change_opens_nothing(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        report = self.backup("--session", session.id)
        self.assertEqual((report["files_opened"], report["store_opened"], report["changes"]), (0, False, []))

    def test_missing_projects_delete_nothing(self):
        session = self.tree.session()
        self.backup()
        os.rename(self.tree.path("projects"), self.scratch + "/projects")
        self.csb("backup", "--session", session.id, status=3)
        os.rename(self.scratch + "/projects", self.tree.path("projects"))
        self.assertEqual(self.backup()["changes"], [])


if __name__ == "__main__":
    main()
