"""csb check: which sessions on disk the store lacks something of; 0, 10, or 1."""
import os
import shutil

import json_schema
from harness import FAILED, USAGE, CsbTest, main, snapshot

GAP = 10


class Check(CsbTest):
    def setUp(self):
        super().setUp()
        self.tree.user_files()
        self.sessions = [self.tree.session(title="Session %d" % n) for n in range(3)]

    def check(self, *args, status=None):
        """-> the document"""
        result = self.csb("check", "--json", *args, status=status)
        document = result.json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("check")))
        self.assertEqual(GAP if document["gap"] else 0, result.status)
        return document

    def unsaved(self, *args):
        """-> {id: why}"""
        return {s["id"]: s["why"] for s in self.check(*args)["sessions"]}

    def test_before_the_first_backup(self):
        self.assertEqual({s.id: "never" for s in self.sessions}, self.unsaved())
        self.assertFalse(os.path.exists(self.csb_home))

    def test_clean(self):
        self.backup()
        document = self.check(status=0)
        self.assertEqual((3, []), (document["sessions_seen"], document["sessions"]))
        self.assertIn("3 sessions on disk", self.csb("check").out)

    def test_what_counts(self):
        grown, shrunk, sidecar = self.sessions
        self.backup()
        grown.turn()
        shrunk.take_back()
        sidecar.footprint()
        fresh = self.tree.session()
        self.tree.write("settings.json", "{}")             # no session
        expected = {grown.id: "changed", shrunk.id: "shrunk", sidecar.id: "files", fresh.id: "never"}
        document = self.check()
        self.assertEqual(expected, {s["id"]: s["why"] for s in document["sessions"]})
        of = {s["id"]: s for s in document["sessions"]}
        self.assertEqual(os.path.getsize(grown.path), of[grown.id]["size"])
        self.assertLess(of[grown.id]["stored_size"], of[grown.id]["size"])
        self.assertEqual(6, of[sidecar.id]["files"])
        self.assertEqual(fresh.id, document["sessions"][0]["id"], "last changed first")
        shown = self.csb("check", status=GAP)
        for session in (grown, shrunk, sidecar, fresh):
            self.assertIn(session.id[:8], shown.out)
        self.assertIn("Session 0", shown.out)
        self.backup()
        self.check(status=0)

    def test_what_does_not_count(self):
        moved, gone, _ = self.sessions
        self.backup()
        target = self.tree.path("projects/-elsewhere")
        os.makedirs(target)
        os.rename(moved.path, os.path.join(target, moved.id + ".jsonl"))
        gone.delete()
        self.assertEqual({}, self.unsaved())

    def test_exclude(self):
        self.backup()
        for session in self.sessions[:2]:
            session.turn()
        first, second = (s.id for s in self.sessions[:2])
        self.assertEqual({second: "changed"}, self.unsaved("--exclude", first))
        document = self.check("--exclude", first.upper()[:8], "--exclude", second, status=0)
        self.assertEqual(2, document["excluded"])
        for wrong in ("", "abc", "../../x", "nonsense"):
            self.assertIn("--exclude", self.csb("check", "--exclude", wrong, status=USAGE).err)

    def test_quiet(self):
        self.backup()
        for status in (0, GAP):
            result = self.csb("check", "--quiet", status=status)
            self.assertEqual(("", ""), (result.out, result.err))
            self.sessions[0].turn()

    def test_nothing_is_written(self):
        self.backup()
        self.sessions[0].turn()
        # Beside a database that is read SQLite keeps two files of its own.
        everything = lambda: {name: entry for folder in (self.csb_home, self.claude)
                              for name, entry in snapshot(folder).items() if not name.startswith(b"catalogue.db-")}
        before = everything()
        self.check()
        self.assert_same_tree(before, everything())

    def test_errors(self):
        self.backup()
        os.rename(self.store, self.store + ".away")
        self.assertIn("is gone", self.csb("check", status=FAILED).err)
        os.rename(self.store + ".away", self.store)
        os.rename(self.claude, self.claude + ".away")
        self.assertIn("cannot look at", self.csb("check", status=FAILED).err)

    def test_a_store_that_is_not_where_the_catalogue_left_it(self):
        self.backup()
        shutil.copytree(self.store, self.store + ".old")
        self.sessions[0].turn()
        self.backup()
        self.check(status=0)
        shutil.rmtree(self.store)
        os.rename(self.store + ".old", self.store)
        document = self.check()
        self.assertTrue(document["gap"])
        self.assertIn("is not as the catalogue left it", document["problems"][0]["what"])
        self.backup()
        self.check(status=0)

    def test_titles_are_harmless(self):
        self.sessions[0].rename("evil \x1b]0;x\x07 title")
        self.backup()
        self.sessions[0].turn()
        self.assertNotIn("\x1b", self.csb("check", status=GAP).out)


if __name__ == "__main__":
    main()
