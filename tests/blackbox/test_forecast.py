"""csb forecast: what the client's next sweeps take, when, and whether it is archived."""
import json
import os
import time

import json_schema
from harness import DONE, INCOMPLETE, CsbTest, main

DAY = 86400
GAP = 10


class Forecast(CsbTest):
    def setUp(self):
        super().setUp()
        self.now = time.time()
        self.keep(10)

    def keep(self, days, folder=None):
        rel = "settings.json" if folder is None else os.path.join(folder, ".claude/settings.json")
        path = self.tree.path(rel) if folder is None else rel
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            json.dump({"cleanupPeriodDays": days}, f)

    def aged(self, days, **kw):
        session = self.tree.session(**kw)
        self.tree.stamp(session.rel, self.now - days * DAY)
        return session

    def swept(self, hours_ago):
        self.tree.write(".last-cleanup", "x", mtime=self.now - hours_ago * 3600)

    def ask(self, *args, status=DONE):
        document = self.csb("forecast", "--json", *args, status=status).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("forecast")))
        return document

    def sessions(self, *args, **kw):
        return [i["id"] for i in self.ask(*args, **kw)["items"] if i["kind"] == "session"]

    def test_order_dates_and_reach(self):
        overdue, soon, later, never = [self.aged(d, title="t%d" % d) for d in (12, 8, 5, 1)]
        self.backup()
        self.assertEqual([overdue.id, soon.id, later.id], self.sessions())
        self.assertEqual([overdue.id, soon.id], self.sessions("--days", "3"))
        self.assertEqual([overdue.id, soon.id, later.id, never.id], self.sessions("--days", "30"))
        self.assertEqual([overdue.id], self.sessions("--days", "0"))
        items = {i["id"]: i for i in self.ask("--days", "30")["items"] if i["kind"] == "session"}
        self.assertEqual("t8", items[soon.id]["title"])
        self.assertEqual(2, self.days_ahead(items[soon.id]["goes"]))
        text = self.csb("forecast").out
        self.assertLess(text.index("next sweep"), text.index("t8"))
        self.assertIn("10 days", text)

    def days_ahead(self, text):
        when = time.strptime(text[:19] + "Z", "%Y-%m-%dT%H:%M:%SZ")
        import calendar
        return round((calendar.timegm(when) - self.now) / DAY)

    def test_at_most_one_sweep_a_day(self):
        session = self.aged(12)
        self.backup()
        self.swept(hours_ago=6)
        document = self.ask()
        self.assertEqual(document["roots"][0]["next_sweep"], document["items"][0]["goes"])
        self.assertEqual([], self.sessions("--days", "0"))
        self.swept(hours_ago=30)
        self.assertEqual([session.id], self.sessions("--days", "0"))

    def test_what_is_not_archived(self):
        saved, grown = self.aged(9), self.aged(8)
        self.backup()
        grown.turn("more", "of it")
        self.tree.stamp(grown.rel, self.now - 8 * DAY)
        fresh = self.aged(7)
        found = {i["id"]: i["archived"] for i in self.ask(status=GAP)["items"]}
        self.assertEqual({saved.id: "saved", grown.id: "behind", fresh.id: "missing"}, found)
        self.assertIn("NO", self.csb("forecast", status=GAP).out)
        quiet = self.csb("forecast", "-q", status=GAP)
        self.assertEqual("", quiet.out)
        self.assertIn("2 things", quiet.err)
        self.backup()
        self.ask()

    def test_before_the_first_backup(self):
        self.aged(12)
        self.assertEqual("missing", self.ask(status=GAP)["items"][0]["archived"])

    def test_a_session_takes_its_folder_along_and_outputs_go_alone(self):
        gone, stays = self.aged(12), self.aged(1)
        for session in (gone, stays):
            session.footprint()
            self.tree.stamp(session.directory + "/tool-results/b1x2c3d4e.txt", self.now - 12 * DAY)
        for top in ("file-history/", "tasks/"):
            self.tree.stamp(top + gone.id, self.now - 11 * DAY)
        self.tree.write("plans/old.md", "p", mtime=self.now - 20 * DAY)
        self.tree.write("projects/%s/memory/MEMORY.md" % gone.slug, "m", mtime=self.now - 90 * DAY)
        self.tree.stamp(gone.rel, self.now - 12 * DAY)
        self.tree.stamp(stays.rel, self.now - 1 * DAY)
        self.backup()
        items = self.ask()["items"]
        found = sorted((i["kind"], i["path"], i["files"]) for i in items)
        self.assertEqual(sorted([
            ("session", gone.rel, 4), ("plan", "plans/old.md", 1),
            ("tool_result", stays.directory + "/tool-results/b1x2c3d4e.txt", 1),
            ("file_history", "file-history/" + gone.id, 2), ("tasks", "tasks/" + gone.id, 1)]), found)
        self.assertIn("1 large output of sessions that stay", self.csb("forecast").out)
        self.assertIn("plans/old.md", self.csb("forecast", "--all").out)

    def test_a_project_may_ask_for_less(self):
        folder = os.path.join(self.scratch, "my project")
        session = self.aged(6, cwd=folder)
        self.backup()
        self.assertEqual([], self.sessions("--days", "1"))
        self.keep(5, folder)
        document = self.ask("--days", "1")
        self.assertEqual(5, document["roots"][0]["retention_days"])
        self.assertEqual([folder], [s["folder"] for s in document["roots"][0]["scopes"]])
        self.assertEqual([session.id], [i["id"] for i in document["items"]])
        self.keep(50, folder)
        self.assertEqual([], self.sessions("--days", "1"))

    def test_a_paused_cleanup_and_a_very_long_one(self):
        self.aged(400)
        self.backup()
        self.keep(99999)
        self.assertEqual([], self.ask("--days", "36500")["items"])
        self.assertGreater(self.list()[0]["days_left"], 80000)
        self.tree.write("settings.json", "{ broken")
        self.assertEqual([], self.ask("--days", "1000")["items"])
        self.assertIn("deletes nothing", self.csb("forecast").out)

    def test_a_missing_directory_is_an_error(self):
        os.rename(self.claude, self.claude + ".away")
        self.csb("forecast", status=(1, 4))


if __name__ == "__main__":
    main()
