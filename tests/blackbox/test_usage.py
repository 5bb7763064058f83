"""csb usage and csb stats: tokens, each answer once; when sessions were active."""
import json
import os

import json_schema
import terminal
from claude_tree import iso
from harness import USAGE, CsbTest, main

DAY = 86400
NOON = 1795262400   # Saturday, 2026-11-21 12:00 UTC
FIELDS = ("answers", "input", "output", "cache_write_5m", "cache_write_1h", "cache_read")


class Answers(CsbTest):
    def setUp(self):
        super().setUp()
        self.tree.clock = float(NOON)
        self.made = 0

    def answer(self, session, model="claude-opus-5-5", message=None, at=None, cwd=None, **usage):
        """One answer in two rows that repeat its usage, as the client writes them."""
        self.made += 1
        counts = {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 100,
                  "cache_creation_input_tokens": 30,
                  "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10}}
        counts.update(usage)
        content = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "yes"}]
        rows = []
        for block in content:
            row = session.envelope("assistant", message={
                "id": message or "msg_%s_%d" % (session.id[:8], self.made), "type": "message", "role": "assistant",
                "model": model, "content": [block], "usage": counts})
            row["timestamp"] = iso(at if at is not None else self.tree.clock)
            if cwd:
                row["cwd"] = cwd
            rows.append(row)
        session.add(*rows)
        return rows


class Usage(Answers):
    def usage(self, *args, **kw):
        document = self.csb("usage", "--json", *args, **kw).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("usage")))
        return document

    def rows(self, by, *args):
        keys = by.split(",")
        return {tuple(r[k] for k in keys): tuple(r[f] for f in FIELDS) for r in self.usage("--by", by, *args)["rows"]}

    def test_each_answer_once(self):
        session = self.tree.session(prompts=0)
        rows = self.answer(session)
        fork = self.tree.session(prompts=0)
        for row in rows:
            row["sessionId"] = fork.id
        fork.add(*rows)
        self.answer(fork, output_tokens=7)
        self.backup()
        self.assertEqual((2, 20, 12, 40, 20, 200), tuple(self.usage()["total"][f] for f in FIELDS))
        self.assertEqual({(session.id,): (1, 10, 5, 20, 10, 100), (fork.id,): (1, 10, 7, 20, 10, 100)},
                         self.rows("session"))

    def test_keys(self):
        session = self.tree.session(prompts=0, cwd="/home/ada/one")
        self.answer(session, at=NOON - 6 * DAY)                       # Sunday, 2026-11-15
        self.answer(session, at=NOON - 5 * DAY, model="claude-haiku-4-5")
        self.answer(session, at=NOON, cwd="/home/ada/two")
        self.answer(session, at=NOON - 30 * DAY)
        self.backup()
        one = (1, 10, 5, 20, 10, 100)
        self.assertEqual({("2026-10-22",): one, ("2026-11-15",): one, ("2026-11-16",): one, ("2026-11-21",): one},
                         self.rows("day"))
        self.assertEqual(["2026-10-22", "2026-11-15", "2026-11-16", "2026-11-21"],
                         [r["day"] for r in self.usage()["rows"]])
        two = tuple(2 * n for n in one)
        self.assertEqual({("2026-W43",): one, ("2026-W46",): one, ("2026-W47",): two}, self.rows("week"))
        self.assertEqual({("2026-10",): one, ("2026-11",): tuple(3 * n for n in one)}, self.rows("month"))
        self.assertEqual({("/home/ada/one",): tuple(3 * n for n in one), ("/home/ada/two",): one}, self.rows("project"))
        self.assertEqual({("2026-W47", "claude-haiku-4-5"): one, ("2026-W47", "claude-opus-5-5"): one},
                         self.rows("week,model", "--since", "2026-11-16"))
        self.assertEqual({("2026-11-15",): one}, self.rows("day", "--since", "2026-11-15", "--until", "2026-11-16"))
        self.csb("usage", "--by", "colour", status=USAGE)
        self.csb("usage", "--by", "", status=USAGE)

    def test_days_are_those_of_the_person(self):
        session = self.tree.session(prompts=0)
        self.answer(session, at=NOON - 11.5 * 3600)   # 00:30 UTC
        self.backup()
        days = lambda zone: [r["day"] for r in self.csb("usage", "--json", env={"TZ": zone}).json()["rows"]]
        self.assertEqual(["2026-11-21"], days("UTC"))
        self.assertEqual(["2026-11-20"], days("America/New_York"))

    def test_survives_deletion(self):
        session = self.tree.session(prompts=0, title="Gone")
        self.answer(session)
        self.backup()
        before = self.usage()
        session.delete()
        self.backup()
        self.assertEqual(before, self.usage())
        self.assertEqual("Gone", self.usage("--by", "session")["rows"][0]["title"])

    def test_costs(self):
        session = self.tree.session(prompts=0)
        self.answer(session, model="claude-opus-4-1-20250805")
        self.answer(session, model="nobody-knows-1")
        self.backup()
        document = self.usage("--by", "model")
        costs = {r["model"]: r["cost_usd"] for r in document["rows"]}
        self.assertEqual(["nobody-knows-1"], document["unpriced_models"])
        self.assertIsNone(costs["nobody-knows-1"])
        # 10 in, 5 out, 20 and 10 written to the cache, 100 read from it; dollars a million
        self.assertAlmostEqual((10 * 15 + 5 * 75 + 20 * 18.75 + 10 * 30 + 100 * 1.5) / 1e6,
                               costs["claude-opus-4-1-20250805"], places=9)
        self.assertEqual(1, document["total"]["unpriced_answers"])
        shown = self.csb("usage", "--by", "model")
        self.assertIn("nobody-knows-1", shown.err)
        self.assertRegex(shown.out, r"nobody-knows-1 .*\?")

    def test_prices_of_ones_own(self):
        session = self.tree.session(prompts=0)
        self.answer(session, model="nobody-knows-1")
        self.backup()
        own = os.path.join(self.home, ".config/csb/prices.json")
        os.makedirs(os.path.dirname(own), exist_ok=True)
        with open(own, "w") as f:
            json.dump({"version": 1, "models": [{"prefix": "nobody-knows-1", "input": 1, "output": 10, "cache_write_5m": 0,
                                                 "cache_write_1h": 0, "cache_read": 0}]}, f)
        document = self.usage()
        self.assertEqual([], document["unpriced_models"])
        self.assertAlmostEqual((10 * 1 + 5 * 10) / 1e6, document["total"]["cost_usd"], places=9)
        with open(own, "w") as f:
            f.write("{")
        self.assertIn("prices.json", self.csb("usage", status=1).err)

    def test_the_clients_own_messages_cost_nothing(self):
        session = self.tree.session(prompts=0)
        self.answer(session, model="<synthetic>", input_tokens=0, output_tokens=0, cache_read_input_tokens=0,
                    cache_creation_input_tokens=0, cache_creation={})
        self.backup()
        self.assertEqual([], self.usage()["unpriced_models"])

    def test_fits_a_terminal(self):
        session = self.tree.session(prompts=0, cwd="/home/ada/" + "a-long-name/" * 12, title="T\x1b[31m\u202e" + "t" * 200)
        self.answer(session, input_tokens=123456789, cache_read_input_tokens=10**12)
        self.backup()
        with open(self.tree.path("history.jsonl"), "w") as f:
            f.write(json.dumps({"display": "p\x1b[31m " + "long " * 100, "timestamp": NOON * 1000, "project": "/x" * 20,
                                "sessionId": self.tree.session_id(77)}) + "\n")
        for columns in (80, 200):
            for command in (("usage", "--by", "day,project"), ("usage", "--by", "session"), ("stats", "--since", "2026-11-01"),
                            ("list", "--top", "3"), ("tree", "--orphans", "-ff"), ("forecast",), ("scan", "/home"), ("lost",), ("lost", self.tree.session_id(77))):
                _, shown = terminal.run([self.binary, *command], self.environment(TERM="xterm", NO_COLOR="1"), columns)
                long = [line for line in shown.decode().splitlines()
                        if len(line) > columns and not line.startswith(("csb:", "  hint:"))]
                self.assertEqual([], long, command)
                self.assertNotIn(b"\x1b", shown, command)
                self.assertNotIn("\u202e", shown.decode(), command)

    def test_nothing(self):
        self.assertIn("nothing is stored yet", self.csb("usage").err)
        self.assertIn("nothing is stored yet", self.csb("stats").err)


class Stats(Answers):
    def stats(self, *args, **kw):
        document = self.csb("stats", "--json", *args, **kw).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("stats")))
        return document

    def test_when(self):
        session = self.tree.session(prompts=0, cwd="/home/ada/one")
        for minute in (0, 5, 59, 61):
            self.answer(session, at=NOON + minute * 60, message="m%d" % minute)   # Saturday, 12:00 to 13:01
        other = self.tree.session(prompts=0, cwd="/home/ada/two")
        other.add(other.envelope("assistant", timestamp=iso(NOON - 5 * DAY + 3600), message={
            "id": "t", "role": "assistant", "model": "claude-haiku-4-5", "usage": {"input_tokens": 1, "output_tokens": 1},
            "content": [{"type": "tool_use", "id": "t1", "name": "Read", "input": {"file_path": "/x/y"}}]}))
        self.backup()
        span = ("--since", "2026-11-10", "--until", "2026-11-22")
        stats = self.stats(*span)
        self.assertEqual((2, 9), (stats["sessions"], stats["messages"]))
        self.assertEqual((6, 2), (stats["hours"][5][12], stats["hours"][5][13]))
        self.assertEqual(1, stats["hours"][0][13])
        self.assertEqual(9, sum(map(sum, stats["hours"])))
        self.assertEqual({"2026-11-16": 1, "2026-11-21": 8}, {d["date"]: d["messages"] for d in stats["days"] if d["messages"]})
        self.assertEqual(13, len(stats["days"]))
        self.assertEqual([("2026-11-09", 0, 0), ("2026-11-16", 2, 9)],
                         [(w["monday"], w["sessions"], w["messages"]) for w in stats["weeks"]])
        self.assertEqual(4 * 145 + 2, stats["weeks"][1]["tokens"])
        self.assertEqual([("/home/ada/one", 8, 1), ("/home/ada/two", 1, 1)],
                         [(p["name"], p["count"], p["sessions"]) for p in stats["projects"]])
        self.assertEqual([("Read", 1)], [(t["name"], t["count"]) for t in stats["tools"]])
        self.assertEqual([("claude-opus-5-5", 4), ("claude-haiku-4-5", 1)], [(m["name"], m["count"]) for m in stats["models"]])
        self.assertEqual(1, self.stats("--since", "2026-11-15", "--until", "2026-11-17")["messages"])
        session.delete()
        self.backup()
        self.assertEqual(stats, self.stats(*span))
        drawn = self.csb("stats", *span).out
        for part in ("By hour", "By day", "By week", "PROJECTS", "TOOLS", "MODELS", "█"):
            self.assertIn(part, drawn)
        self.csb("stats", "--ascii", *span).out.encode("ascii")
        self.csb("stats", "--since", "2026-11-22", "--until", "2026-11-20", status=USAGE)


if __name__ == "__main__":
    main()
