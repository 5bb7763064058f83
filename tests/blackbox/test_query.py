"""list, show, log, diff, cat, status and policy on sessions that lived."""
import json
import os
import time

from harness import INCOMPLETE, NOT_FOUND, USAGE, CsbTest, main

DAY = 86400


class List(CsbTest):
    def states(self, *args):
        return {s["id"]: s["state"] for s in self.list("-n", "0", *args)}

    def test_states(self):
        live, changed, shrunk, gone, moved = [self.tree.session(prompts=3) for _ in range(5)]
        self.backup()
        changed.turn("one more", "indeed")
        with open(shrunk.path, "r+b") as f:
            f.truncate(os.path.getsize(shrunk.path) // 2)
        os.remove(gone.path)
        self.assertEqual({live.id: "live", changed.id: "changed", shrunk.id: "shrunk", gone.id: "deleted",
                          moved.id: "live"}, self.states())
        os.makedirs(self.tree.path("projects/-elsewhere"))
        os.rename(moved.path, self.tree.path("projects/-elsewhere", moved.id + ".jsonl"))
        self.backup()
        self.assertEqual({live.id: "live", changed.id: "live", shrunk.id: "shrunk", moved.id: "moved"}, self.states())
        self.assertEqual({gone.id: "deleted"}, self.states("--deleted", "only"))
        self.assertEqual(5, len(self.states("--deleted")))
        self.assertIn("1 deleted session matches too", self.csb("list").err)

    def test_an_unmounted_root_deletes_nothing(self):
        session = self.tree.session()
        self.backup()
        os.rename(self.claude, self.claude + ".away")
        self.assertEqual({session.id: "unknown"}, self.states())

    def test_words_sort_and_limit(self):
        big = self.tree.session(prompts=9, title="Alpha engine", cwd="/home/ada/one")
        small = self.tree.session(prompts=1, title="beta Engine", cwd="/home/ada/two")
        self.tree.session(prompts=2, title="gamma", cwd="/home/ada/three")
        self.backup()
        ids = lambda *args: [s["id"] for s in self.list(*args)]
        self.assertEqual([small.id, big.id], ids("ENGINE"))
        self.assertEqual([big.id], ids("engine", "alpha"))
        self.assertEqual([small.id], ids("/home/ada/two"))
        self.assertEqual([big.id], ids("--sort", "size", "-n", "1"))
        self.assertEqual([big.id, small.id], ids("--sort", "title", "engine"))
        self.assertEqual(big.id, ids("--sort", "oldest")[0])
        self.assertEqual(3, len(ids("-n", "0")))

    def test_days_left_follow_the_settings(self):
        self.tree.write("settings.json", json.dumps({"cleanupPeriodDays": 10}))
        old, new = self.tree.session(), self.tree.session()
        self.tree.stamp(old.rel, time.time() - 12.5 * DAY)
        self.tree.stamp(new.rel, time.time() - 2.5 * DAY)
        self.backup()
        left = {s["id"]: s["days_left"] for s in self.list()}
        self.assertEqual({old.id: -3, new.id: 7}, left)
        listed = self.csb("list").out
        self.assertIn("overdue", listed)
        self.assertIn("7d left", listed)

    def test_format(self):
        session = self.tree.session(title="A\ttab")
        self.backup()
        self.assertEqual("%s\tA tab\tlive\n" % session.id, self.csb("list", "--format", r"{id}\t{title}\t{state}").out)


class Session(CsbTest):
    def lived(self):
        """A session with three versions: begun, grown, and with its last turn taken back."""
        session = self.tree.session(prompts=2, title="Engine trouble")
        self.versions = [session.read()]
        self.backup()
        session.turn("a third question", "a third answer")
        self.versions.append(session.read())
        self.backup()
        rows = session.read().splitlines(True)
        keep = [r for r in rows if b"third" not in r]
        self.tree.write(session.rel, b"".join(keep))
        self.versions.append(session.read())
        self.backup()
        return session

    def test_log_and_diff(self):
        session = self.lived()
        log = self.csb("log", session.id, "--json").json()
        self.assertEqual([1, 2, 3], [v["number"] for v in log["versions"]])
        self.assertEqual("grow", log["versions"][1]["what"])
        self.assertIn(log["versions"][2]["what"], ("shrink", "rewrite"))
        self.assertEqual([len(v) for v in self.versions], [v["size"] for v in log["versions"]])
        self.assertEqual(3, log["best_version"])
        text = self.csb("log", "Engine trouble").out
        self.assertIn("what restore takes", text)
        diff = self.csb("diff", session.id, "2", "3").out
        self.assertRegex(diff, r"(?m)^- user .* a third question$")
        self.assertRegex(diff, r"(?m)^- assistant .* a third answer$")
        self.assertRegex(self.csb("diff", session.id, "1", "2").out, r"(?m)^\+ user .* a third question$")
        self.assertIn("The same", self.csb("diff", session.id, "2", "2").out)
        self.csb("diff", session.id, "1", "4", status=NOT_FOUND)
        self.csb("diff", session.id, "0", "1", status=NOT_FOUND)

    def test_a_changed_row_is_one_change(self):
        session = self.tree.session(prompts=2)
        self.backup()
        self.tree.write(session.rel, session.read().replace(b"answer 1", b"ANSWER 1"))
        self.backup()
        summary = self.csb("diff", session.id, "1", "2", "--json").json()["summary"]
        self.assertEqual((0, 0, 1), (summary["lost"], summary["gained"], summary["changed"]))

    def test_cat_is_byte_for_byte(self):
        session = self.lived()
        for number, content in enumerate(self.versions, 1):
            self.assertEqual(content, self.csb("cat", session.id, "--version", str(number)).out_bytes)
        self.assertEqual(self.versions[2], self.csb("cat", "Engine trouble").out_bytes)
        self.csb("cat", session.id, "--version", "4", status=NOT_FOUND)

    def test_cat_of_other_files(self):
        session = self.tree.session()
        blob = bytes(range(256)) * 9000   # over a slice, and no text
        self.tree.write(session.directory + "/tool-results/abc.txt", blob)
        self.tree.write(session.directory + "/subagents/agent-1.meta.json", b"{}")
        self.tree.write("file-history/%s/agent-1.meta.json" % session.id, b"other")
        self.tree.write(session.directory + "/empty", b"")
        self.backup()
        os.remove(self.tree.path(session.directory + "/tool-results/abc.txt"))
        self.backup()
        self.assertEqual(blob, self.csb("cat", session.id + ":abc.txt").out_bytes)
        self.assertEqual(b"", self.csb("cat", session.id + ":empty").out_bytes)
        ambiguous = self.csb("cat", session.id + ":agent-1.meta.json", status=USAGE)
        self.assertIn("subagents/agent-1.meta.json", ambiguous.err)
        self.assertEqual(b"{}", self.csb("cat", session.id + ":subagents/agent-1.meta.json").out_bytes)
        self.csb("cat", session.id + ":gent-1.meta.json", status=NOT_FOUND)

    def test_show(self):
        session = self.tree.session(title="It's here", cwd="/home/ada/my engine")
        self.tree.write(session.directory + "/tool-results/abc.txt", b"x" * 5000)
        self.backup()
        os.remove(session.path)
        self.backup()
        text = self.csb("show", session.id[:8]).out
        self.assertIn("It's here", text)
        self.assertIn("cd '/home/ada/my engine' && claude --resume " + session.id, text)
        self.assertIn("csb restore " + session.id[:8], text)
        self.assertIn("tool-results/abc.txt", text)
        self.assertIn("gone from disk", text)


class Status(CsbTest):
    def pending(self):
        return [(p["kind"], p["path"]) for p in self.csb("status", "--json").json()["pending"]]

    def test_what_waits(self):
        grown, gone, moved, cut = [self.tree.session(prompts=2) for _ in range(4)]
        self.backup()
        self.assertEqual([], self.pending())
        grown.turn("more", "of it")
        os.remove(gone.path)
        os.makedirs(self.tree.path("projects/-elsewhere"))
        there = "projects/-elsewhere/%s.jsonl" % moved.id
        os.rename(moved.path, self.tree.path(there))
        with open(cut.path, "r+b") as f:
            f.truncate(100)
        self.tree.write("CLAUDE.md", "new")
        self.assertEqual(sorted([("changed", grown.rel), ("deleted", gone.rel), ("moved", there), ("shrunk", cut.rel),
                                 ("added", "CLAUDE.md")]), sorted(self.pending()))
        before = self.git.refs()
        self.csb("status")
        self.assertEqual(before, self.git.refs())

    def test_a_missing_root_is_wrong_but_deletes_nothing(self):
        self.tree.session()
        self.backup()
        os.rename(self.claude, self.claude + ".away")
        status = self.csb("status", "--json", status=INCOMPLETE).json()
        self.assertEqual([], status["pending"])
        self.assertTrue(status["problems"])

    def test_diminished_sessions_are_named(self):
        session = self.tree.session(prompts=4)
        self.backup()
        self.tree.write(session.rel, b"".join(session.read().splitlines(True)[:-4]))
        self.backup()
        self.assertEqual([session.id], [s["id"] for s in self.csb("status", "--json").json()["diminished"]])


class Policy(CsbTest):
    def judge(self, *paths, **kw):
        return [(p["path"], p["class"]) for p in self.csb("policy", "--json", *paths, **kw).json()["paths"]]

    def test_relative_absolute_and_missing(self):
        session = self.tree.session()
        self.tree.user_files()
        self.assertEqual([("settings.json", "user"), (session.rel, "noise"), (".credentials.json", "secret")],
                         self.judge("settings.json", session.path, ".credentials.json"))
        self.assertEqual([("commands/deploy.md", "user")], self.judge("deploy.md", cwd=self.tree.path("commands")))
        self.assertEqual([("settings.json", "user")], self.judge("projects/../settings.json"))
        self.csb("policy", "../outside", status=USAGE)

    def test_directories_decide_for_what_lies_in_them(self):
        self.tree.write("plugins/market/.git/HEAD", "ref: refs/heads/main\n")
        self.tree.write("skills/mine/.git/HEAD", "ref: refs/heads/main\n")
        self.tree.write("skills/mine/SKILL.md", "x")
        result = self.csb("policy", "--json", "skills/mine/SKILL.md", "skills/mine").json()["paths"]
        self.assertEqual(["foreign", "foreign"], [p["class"] for p in result])
        self.assertEqual("skills/mine", result[0]["decided_by"])

    def test_links_into_the_directory(self):
        self.tree.user_files()
        link = os.path.join(self.scratch, "link")
        os.symlink(self.claude, link)
        self.assertEqual([("settings.json", "user")], self.judge(link + "/settings.json"))

    def test_what_policy_says_is_what_backup_does(self):
        self.tree.session()
        self.tree.user_files()
        self.tree.secrets()
        self.tree.write("cache/x", "y")
        self.tree.write("unknown-thing", "y")
        self.tree.write("todos/x.json", "[]")
        self.backup()
        stored = {os.fsdecode(p) for p in self.git.files()}
        for base, _, names in os.walk(self.claude):
            for name in names:
                rel = os.path.relpath(os.path.join(base, name), self.claude)
                path = self.csb("policy", "--json", rel).json()["paths"][0]
                self.assertEqual(rel in stored, path["stored"], rel)


if __name__ == "__main__":
    main()
