"""csb search: what it finds, how it marks it, how it exits."""
import fcntl
import json
import os

from harness import CsbTest, main


class Search(CsbTest):
    def found(self, *args, status=0):
        return self.csb("search", "--json", *args, status=status).json_lines()

    def texts(self, *args, status=0):
        return [hit["text"] for hit in self.found(*args, status=status)]

    def rows(self, session):
        return [json.loads(line) for line in session.read().splitlines()]

    def replace(self, session, rows):
        """Rewrites the transcript as a compaction may: a new file in its place."""
        os.unlink(session.path)
        self.tree.write(session.rel, "".join(json.dumps(row) + "\n" for row in rows))


class Hits(Search):
    def test_exits_as_grep_does(self):
        self.tree.session().turn("Where is the zebra?")
        self.csb("backup")
        self.assertIn("zebra", self.csb("search", "ZEBRA", status=0).out)
        missing = self.csb("search", "giraffe", status=1)
        self.assertEqual("", missing.out)
        self.assertIn("nothing found", missing.err)
        for wrong in (["-E", "("], ["NOT", "zebra"], ["zebra", "AND"], ["(", "zebra"], ['"zebra'], [" "],
                      ["--role", "nobody", "zebra"], ["--session", "no-such-session", "zebra"], ["--in", "no/where", "x"],
                      ["-E", "--substring", "x"], ["--no-such-option", "x"], []):
            with self.subTest(wrong):
                self.assertIn("error", self.csb("search", *wrong, status=2).err)

    def test_before_the_first_backup(self):
        self.csb("search", "x", status=2)

    def test_terms(self):
        one, two = self.tree.session(), self.tree.session()
        one.turn("the csv_parser breaks on a-b", 'he said "stop (now)"')
        one.turn("another matter: tea leaves")
        two.turn("the parser and\n  the lexer", "C++ OR Rust")
        self.csb("backup")
        ids = lambda *args, **kw: {hit["session"] for hit in self.found(*args, **kw)}   # noqa: E731
        for args, expected in (
                (["parser"], {one.id, two.id}), (["pars"], {one.id, two.id}), (["arser"], set()),
                (["--substring", "arser"], {one.id, two.id}), (["csv_p"], set()), (["csv_pars"], {one.id}), (["a-b"], {one.id}), (["a b"], set()),
                (["on"], {one.id}), (["parser and the lexer"], {two.id}), (["parser", "tea"], {one.id}),
                (["--within", "message", "parser", "tea"], set()), (["--match", "any", "tea", "lexer"], {one.id, two.id}),
                (["parser", "AND", "NOT", "tea"], {two.id}), (["parser AND (tea OR lexer)"], {one.id, two.id}),
                (['"parser and the" AND lexer'], {two.id}), (["parser", "NOT", "(", "tea", "OR", "lexer", ")"], set()),
                (["-F", "OR"], {two.id}), (["C++"], {two.id}), (["(now)"], {one.id}), (["stop (now)"], {one.id}),
                (["-E", r"a-[bc]$"], {one.id}), (["-s", "CSV_parser"], set()), (["-s", "csv_parser"], {one.id}),
                (["++"], {two.id})):
            for how in ([], ["--no-update"]):
                with self.subTest(args=args, how=how):
                    self.assertEqual(expected, ids(*how, *args, status=0 if expected else 1))

    def test_a_long_text(self):
        session, other = self.tree.session(), self.tree.session()
        words = " ".join("word%07d" % n for n in range(200_000))    # indexed in several pieces
        session.turn("the first giraffe " + words + " the last zebra", "that is a lot")
        other.turn("a short zebra")
        self.csb("backup")
        for args, expected in ((["giraffe"], [session.id]), (["zebra"], [session.id, other.id]), (["last zebra"], [session.id]),
                               (["giraffe", "zebra"], [session.id]), (["--within", "message", "giraffe", "zebra"], [session.id]),
                               (["--within", "message", "giraff", "zebr"], [session.id]),
                               (["--within", "message", "zebra", "AND", "NOT", "giraffe"], [other.id]),
                               (["--within", "message", "giraffe", "lot"], []), (["zebra giraffe"], []),
                               (["word0100000 word0100001"], [session.id]), (["word0199999 the last zebra"], [session.id]),
                               ([words[:4799]], [session.id]), ([words[-4799:]], [session.id])):
            with self.subTest(args=[arg[:40] for arg in args]):
                found = [hit["session"] for hit in self.found(*args, status=0 if expected else 1)]
                self.assertEqual(sorted(expected), sorted(set(found)))
        self.assertEqual(1, len(self.found("word0100000")), "one hit, though the pieces overlap")

    def test_everything_that_was_said_and_nothing_else(self):
        session = self.tree.session(title="A zebra title")
        session.add(
            session.envelope("assistant", message={"role": "assistant", "content": [
                {"type": "thinking", "thinking": "zebra thought"},
                {"type": "tool_use", "id": "t1", "name": "Grep", "input": {"pattern": "zebra pattern", "n": [{"x": "zebra deep"}]}}]}),
            session.envelope("user", message={"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": "zebra output"}]}]}),
            session.envelope("attachment", attachment={"type": "prompt_snapshot", "systemPrompt": ["zebra snapshot"]}),
            session.envelope("attachment", attachment={"type": "skill_listing", "content": "zebra listing"}),
            {"type": "api-request-blob", "message": {"role": "user", "content": "zebra blob"}},
            {"type": "file-history-snapshot", "snapshot": {"x": "zebra history"}},
            {"type": "last-prompt", "lastPrompt": "zebra last"})
        session.turn("zebra prompt", "zebra answer")
        session.footprint()
        agent = next(rel for rel in os.listdir(self.tree.path(session.directory, "subagents")) if rel.endswith(".jsonl"))
        self.tree.append("%s/subagents/%s" % (session.directory, agent), json.dumps(
            {"type": "assistant", "isSidechain": True, "agentId": "a723b398f51f49da3", "uuid": "u9",
             "message": {"content": [{"type": "text", "text": "zebra agent"}]}}) + "\n")
        self.tree.write("%s/tool-results/big.txt" % session.directory, "line\n" * 20000 + "zebra file\n")
        self.csb("backup")
        for how in ([], ["--substring"]):
            hits = self.found(*how, "-n", "0", "zebra")
            said = {(hit["kind"], hit["text"].strip()[-24:].strip()) for hit in hits}
            self.assertEqual({("title", "A zebra title"), ("thinking", "zebra thought"), ("prompt", "zebra prompt"),
                              ("answer", "zebra answer"), ("answer", "zebra agent"), ("tool-output", "zebra output"),
                              ("tool-input", "zebra pattern\nzebra deep"[-24:]), ("tool-output", "line\nline\nline\nzebra file"[-24:].strip())},
                             said)
            self.assertEqual(["a723b398f51f49da3"], [hit["agent"] for hit in hits if hit["agent"]])
            self.assertEqual(["zebra thought"], self.texts(*how, "--role", "thinking", "zebra"))
            self.assertEqual({"tool-input", "tool-output"}, {h["kind"] for h in self.found(*how, "--tool", "grep", "zebra")})

    def test_context_and_marks(self):
        session = self.tree.session(prompts=3)
        session.turn("find the zebra and the other zebra", "here")
        session.turn("last words", "bye")
        self.csb("backup")
        hit, = self.found("-B", "2", "-A", "1", "zebra")
        self.assertEqual(["question 3", "answer 3"], [row["text"] for row in hit["before"]])
        self.assertEqual(["here"], [row["text"] for row in hit["after"]])
        self.assertEqual(["zebra", "zebra"], [hit["text"][a:b] for a, b in hit["marks"]])
        shown = self.csb("search", "-C", "1", "--color", "always", "zebra").out
        self.assertIn("answer 3", shown)
        self.assertEqual(2, shown.count("\x1b[33mzebra\x1b["))

    def test_limits_sorts_and_filters(self):
        sessions = [self.tree.session(cwd="/home/ada/p%d" % n) for n in range(5)]
        for n, session in enumerate(sessions):
            self.tree.tick(600)
            session.turn("zebra %d" % n)
        self.csb("backup")
        ids = [session.id for session in sessions]
        found = lambda *args: [hit["session"] for hit in self.found(*args)]   # noqa: E731
        self.assertEqual(ids[::-1], found("zebra"))
        self.assertEqual(ids[::-1][:2], found("--sort", "newest", "-n", "2", "zebra"))
        self.assertEqual(ids[:2], found("--sort", "oldest", "-n", "2", "zebra"))
        self.assertEqual([ids[2]], found("--in", "/home/ada/p2", "zebra"))
        self.assertEqual([ids[3]], found("--session", ids[3][:8], "zebra"))
        self.assertIn("-n 0 shows all", self.csb("search", "-n", "2", "zebra").err)
        self.assertEqual(ids[::-1], found("-n", str(2 ** 63), "zebra"))
        self.assertEqual(ids[::-1], self.csb("search", "--only", "sessions", "zebra").out.split())
        self.assertEqual([s.path for s in sessions[::-1]], self.csb("search", "--only", "files", "zebra").out.split())
        since = self.found("--sort", "oldest", "zebra")[3]["time"]
        self.assertEqual(set(ids[3:]), set(found("--since", since, "zebra")))
        self.assertEqual(set(ids[:3]), set(found("--until", since, "zebra")))

    def test_hostile_text_is_made_printable(self):
        self.tree.session().turn("zebra \x1b[31m\u202e\x07 end")
        self.csb("backup")
        shown = self.csb("search", "zebra").out
        self.assertNotIn("\x1b", shown)
        self.assertNotIn("\u202e", shown)
        self.csb("search", '"zebra" *', "-F", status=1)
        self.csb("search", "zebra' OR \"", "-F", status=1)


class Versions(Search):
    def test_a_compaction_removes_nothing_from_the_search(self):
        session = self.tree.session(prompts=3)
        session.turn("the zebra was here", "indeed")
        session.turn("the walrus stays", "fine")
        self.csb("backup")
        self.csb("search", "zebra")
        rows = [row for row in self.rows(session) if "zebra" not in json.dumps(row) and "question" not in json.dumps(row)]
        self.replace(session, rows)
        session.turn("the newt is new", "good")
        self.csb("backup")
        for how in ([], ["--substring"]):
            for term, older in (("zebra", True), ("walrus", False), ("newt", False)):
                with self.subTest(how=how, term=term):
                    hit, = self.found(*how, term)
                    self.assertEqual((session.id, older), (hit["session"], hit["older_version"]))
        self.assertIn("[older version]", self.csb("search", "zebra").out)
        session.delete()
        self.csb("backup")
        self.assertEqual([(True, True), (True, False)],
                         [(h["deleted"], h["older_version"]) for t in ("zebra", "newt") for h in self.found(t)])

    def test_a_message_taken_back(self):
        session = self.tree.session()
        session.turn("a zebra", "no")
        self.csb("backup")
        session.take_back(rows=3)
        session.turn("a walrus", "yes")
        self.csb("backup")
        self.assertEqual([True, False], [self.found(t)[0]["older_version"] for t in ("zebra", "walrus")])

    def test_forks_show_a_message_once(self):
        session, fork = self.tree.session(), self.tree.session(prompts=0)
        session.turn("the zebra", "yes")
        fork.add(*[dict(row, sessionId=fork.id) for row in self.rows(session)])
        fork.turn("a walrus", "yes")
        self.csb("backup")
        for how in ([], ["--substring"]):
            hit, = self.found(*how, "zebra")
            self.assertEqual((session.id, 1), (hit["session"], hit["also_in"]))
            self.assertEqual([fork.id], [h["session"] for h in self.found(*how, "--session", fork.id, "zebra")])
            self.assertEqual({fork.id}, {h["session"] for h in self.found(*how, "zebra", "walrus")})
        session.delete()
        self.csb("backup")
        self.assertEqual([(fork.id, False)], [(h["session"], h["deleted"]) for h in self.found("zebra")])

    def test_a_moved_session_is_not_two(self):
        session = self.tree.session()
        session.turn("the zebra", "yes")
        self.csb("backup")
        self.csb("search", "zebra")
        session.move("/home/ada/other")
        self.csb("backup")
        for how in ([], ["--substring"]):
            hit, = self.found(*how, "zebra")
            self.assertEqual((session.rel, False, False, 0),
                             (hit["path"], hit["older_version"], hit["deleted"], hit["also_in"]))

    def test_replayed_rows_are_one_hit(self):
        session = self.tree.session()
        session.turn("the zebra", "yes")
        session.add(*self.rows(session))
        self.csb("backup")
        self.assertEqual(1, len(self.found("zebra")))
        self.assertEqual(1, len(self.found("--substring", "zebra")))

    def test_changed_since_it_was_indexed(self):
        """The index says where a text stood; what is there now is looked at."""
        session = self.tree.session()
        session.turn("the zebra", "yes")
        self.csb("backup")
        self.csb("search", "zebra")
        self.replace(session, [dict(row, message={"role": "user", "content": "nothing"}) for row in self.rows(session)
                               if row["type"] == "user"])
        hit, = self.found("zebra")
        self.assertIn("the zebra", hit["text"])


class Index(Search):
    def setUp(self):
        super().setUp()
        self.session = self.tree.session()
        self.session.turn("the zebra", "yes")
        self.csb("backup")
        self.index = os.path.join(self.csb_home, "search.db")

    def test_is_private_and_not_made_by_a_backup(self):
        self.assertFalse(os.path.exists(self.index))
        self.csb("search", "zebra")
        self.assertEqual(0o600, os.stat(self.index).st_mode & 0o777)

    def test_no_text_is_in_it(self):
        self.csb("search", "zebra")
        with open(self.index, "rb") as file:
            self.assertNotIn(b"the zebra", file.read())

    def test_busy(self):
        with open(os.path.join(self.csb_home, "search.lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            result = self.csb("search", "zebra")
            self.assertIn("another run is indexing", result.err)
        self.csb("search", "zebra")
        self.session.turn("a walrus", "yes")
        self.csb("backup")
        with open(os.path.join(self.csb_home, "search.lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIn("not indexed yet", self.csb("search", "walrus", status=1).err)
        self.csb("search", "walrus")

    def test_cannot_be_written(self):
        os.mkdir(self.index)
        self.assertIn("cannot be brought up to date", self.csb("search", "zebra").err)
        self.csb("search", "giraffe", status=1)

    def test_of_another_store(self):
        self.csb("search", "zebra")
        other = os.path.join(self.scratch, "other.git")
        os.rename(self.store, other)
        for name in ("catalogue.db", "catalogue.db-wal", "catalogue.db-shm"):
            if os.path.exists(os.path.join(self.csb_home, name)):
                os.remove(os.path.join(self.csb_home, name))
        self.session.delete()
        self.tree.session().turn("a walrus", "yes")
        self.csb("backup")
        self.csb("search", "zebra", status=1)
        self.csb("search", "walrus")

    def test_appended_rows_are_found_and_read_once(self):
        self.csb("search", "zebra")
        self.session.fill(400_000)
        self.csb("backup")
        self.csb("search", "zebra")
        self.session.turn("a walrus", "yes")
        self.csb("backup")
        before = os.path.getsize(self.index)
        self.assertEqual(1, len(self.found("walrus")))
        self.assertLess(os.path.getsize(self.index) - before, 100_000)
        self.assertEqual(1, len(self.found("zebra")))


if __name__ == "__main__":
    main()
