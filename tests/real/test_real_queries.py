"""What csb says of sessions that the real client wrote: titles, forks, moves, and what its next sweep takes."""
import os

from real_client import RealClientTest
from harness import main

GAP = 10
PERIOD = 10   # days


class RealQueries(RealClientTest):
    def test_what_is_said_of_real_sessions(self):
        sessions = {s["id"]: s for s in self.build()}
        self.tree.root = self.claude
        self.tree.write("settings.json", '{"cleanupPeriodDays": %d}' % PERIOD, 0o644)
        self.csb("backup")
        by_kind = {s["kind"]: s["id"] for s in sessions.values()}
        listed = {s["id"]: s for s in self.list("-n", "0")}
        self.assertEqual(sorted(sessions), sorted(listed))

        for sid, session in sessions.items():   # titles that a person gave
            if session["title"]:
                self.assertEqual(session["title"], listed[sid]["title"], session["kind"])
        self.assertEqual("Release notes: v1 – ünïcode", listed[by_kind["named"]]["title"])
        # The client's own rewrite after a compaction leaves nothing to name it by; the client shows its id.
        self.assertEqual([by_kind["rewritten by the client"]], [sid for sid, s in listed.items() if not s["title"]])

        edges = self.edges()
        self.assertEqual(by_kind["compacted"], edges[by_kind["fork of 3"]], "--fork-session")
        self.assertEqual(by_kind["interactive"], edges[by_kind["branch"]], "/branch")
        alone = set(sessions) - {by_kind[k] for k in ("compacted", "fork of 3", "interactive", "branch")}
        self.assertEqual(set(), alone & set(edges), "nothing else was forked")

        moved = listed[by_kind["branch"]]   # /cd, after /branch had left the first one
        self.assertEqual({"live"}, {s["state"] for s in listed.values()})
        self.assertTrue(os.path.isdir(moved["folder"]), moved)
        self.forecasts_the_sweep(sessions, by_kind)

    def edges(self):
        """-> {session: parent} of the trees"""
        found, stack = {}, [(t, None) for t in self.csb("tree", "-n", "0", "--json").json()["trees"]]
        while stack:
            node, parent = stack.pop()
            found[node["id"]] = parent
            stack += [(child, node["id"]) for child in node["children"]]
        return found

    def forecasts_the_sweep(self, sessions, by_kind):
        self.script("age", "--days", "9", "--all")
        old = [by_kind[k] for k in ("tools+edits", "compacted", "named", "tasks", "tool-results+subagents")]
        for sid in old:
            self.script("age", "--days", "12", "--session", sid)
        marker = self.tree.path(".last-cleanup")
        if os.path.exists(marker):
            os.unlink(marker)   # as the script's sweep does: else there is none for a day
        self.csb("backup")
        forecast = self.csb("forecast", "--days", "0", "--json").json()
        self.assertFalse(forecast["at_risk"])
        self.assertEqual(sorted(old), sorted(i["id"] for i in forecast["items"] if i["kind"] == "session"))
        later = self.csb("forecast", "--days", "2", "--json").json()
        self.assertEqual(len(sessions), sum(i["kind"] == "session" for i in later["items"]))

        before = self.session_files()
        predicted = [i["path"] for i in forecast["items"]]
        predicted += [p[:-len(".jsonl")] for p in predicted if p.endswith(".jsonl") and p.startswith("projects/")]
        self.script("sweep", "--period", str(PERIOD))
        after = set(self.session_files())
        gone = [os.fsdecode(p) for p in before if p not in after]
        missed = [p for p in gone if not any(p == f or p.startswith(f + "/") for f in predicted)]
        self.assertEqual([], missed, "it took what was not forecast")
        wrong = [p for p in predicted if os.path.lexists(self.tree.path(p))]
        self.assertEqual([], wrong, "it left what was forecast")


if __name__ == "__main__":
    main()
