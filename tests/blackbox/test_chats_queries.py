"""What every question of csb says of chats: show, list, stats, usage, diff, search, and reading them."""
import json
import os

import json_schema
from chat_tree import ChatMirror
from harness import NOT_FOUND, CsbTest, main

PROJECT = "8efc9271-e78f-4746-8e9e-981eeb89ad18"


def tool(name, **values):
    return {"type": "tool_use", "id": "t1", "name": name, "input": values}


def result(text):
    return {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": text}]}


class ChatQueries(CsbTest):
    def setUp(self):
        super().setUp()
        self.session = self.tree.session(title="of the client")
        self.mirror = ChatMirror(os.path.join(self.csb_home, "claude.ai"))

    def document(self, schema, *args, **kw):
        document = self.csb(*args, "--json", **kw).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load(schema)))
        return document

    def forget_catalogue(self):
        for name in os.listdir(self.csb_home):
            if name.startswith("catalogue.db"):
                os.remove(os.path.join(self.csb_home, name))


class Details(ChatQueries):
    def setUp(self):
        super().setUp()
        self.chat = self.mirror.chat("Fixing falafel", turns=1)
        self.chat.message("human", "search it", blocks=())
        self.chat.message("assistant", "so", blocks=(tool("web_search", query="falafel"), result("found"),
                                                      tool("artifacts", title="Recipe"), tool("artifacts", title="Two")))
        self.mirror.clock += 3600
        self.chat.turn("an hour later", "still here")
        self.chat.save()
        self.backup()

    def facts(self):
        """All that the catalogue knows of the chat beyond its row."""
        shown = self.document("show", "show", self.chat.id)
        usage = self.document("usage", "usage", "--by", "model,session,project")
        stats = self.document("stats", "stats", "--since", "2d")
        return ([shown[k] for k in ("tools", "activity", "answers", "tokens", "folders")], usage["rows"],
                [stats[k] for k in ("sessions", "messages", "sittings", "tools", "models", "projects")])

    def test_show_names_tools_and_sittings(self):
        shown = self.document("show", "show", self.chat.id)
        self.assertEqual([{"name": "artifacts", "calls": 2}, {"name": "web_search", "calls": 1}], shown["tools"])
        self.assertEqual([4, 2], sorted((s["messages"] for s in shown["activity"]), reverse=True))
        self.assertEqual(3, shown["answers"])
        self.assertEqual([], shown["folders"])
        text = self.csb("show", self.chat.id).out
        self.assertIn("artifacts 2, web_search 1", text)
        self.assertIn("2 sittings", text)

    def test_usage_counts_answers_and_makes_up_no_tokens(self):
        rows = {r["model"]: r for r in self.document("usage", "usage", "--by", "model,project")["rows"]}
        chat = rows["claude-sonnet-4-5-20250929"]
        self.assertEqual((3, 3, 0, 0, None, "claude.ai"),
                         tuple(chat[k] for k in ("answers", "uncounted_answers", "input", "output", "cost_usd", "project")))
        said = self.csb("usage", "--by", "model")
        self.assertIn("3 answers without tokens", said.err)
        line = next(line for line in said.out.splitlines() if "sonnet-4-5-2025" in line)
        self.assertTrue(line.rstrip().endswith("-"), line)
        only = self.document("usage", "usage", "--session", self.chat.id)["total"]
        self.assertEqual((3, 3), (only["answers"], only["uncounted_answers"]))

    def test_stats_count_them(self):
        stats = self.document("stats", "stats", "--since", "2d")
        self.assertEqual(2, stats["sessions"])
        self.assertIn({"name": "artifacts", "count": 2, "sessions": 1}, stats["tools"])
        self.assertIn({"name": "claude-sonnet-4-5-20250929", "count": 3, "sessions": 1}, stats["models"])
        self.assertIn({"name": "claude.ai", "count": 6, "sessions": 1}, stats["projects"])

    def test_a_rebuilt_catalogue_says_the_same(self):
        self.mirror.chat("another, which stays")
        self.chat.document["chat_messages"][-2:] = []          # a branch that the service dropped
        self.chat.turn("another question", "another answer")
        self.chat.save()
        self.backup()
        before = self.facts()
        self.assertEqual(4, before[0][2], "the answer that is gone counts")
        os.remove(self.chat.path)
        self.backup()
        self.assertEqual(before, self.facts(), "deleted, it counts too")
        self.forget_catalogue()
        self.backup()
        self.assertEqual(before, self.facts())

    def test_list_by_source(self):
        def ids(*args, **kw):
            return [s["id"] for s in self.document("list", "list", "-n", "0", *args, **kw)["sessions"]]
        self.assertEqual([self.chat.id], ids("--source", "claude.ai"))
        self.assertEqual([self.session.id], ids("--source", "claude-code"))
        self.assertEqual([self.chat.id], ids("--source", "claude.ai", "--tool", "artifacts"))
        self.assertEqual([], ids("--source", "claude.ai", "--tool", "Bash", status=NOT_FOUND))
        self.assertIn("claude.ai", self.csb("list").out)

    def test_export_and_distill_hold_all_of_it(self):
        document = self.document("export", "export", self.chat.id)
        (conversation,) = document["conversations"]
        self.assertEqual(["prompt", "answer", "prompt", "answer", "tool", "tool", "tool", "prompt", "answer"],
                         [e["kind"] for e in conversation["entries"]])
        search = next(e for e in conversation["entries"] if e.get("tool") == "web_search")
        self.assertEqual(({"query": "falafel"}, "found"), (search["input"], search["output"]))
        text = self.csb("distill", self.chat.id).out
        for said in ("# Fixing falafel", "search it", "**web\\_search**", "an hour later"):
            self.assertIn(said, text)
        page = self.csb("export", self.chat.id, "--html").out
        self.assertIn("Fixing falafel", page)


class Diff(ChatQueries):
    def diff(self, *versions):
        document = self.document("diff", "diff", self.chat.id, *versions)
        return [(r["kind"], r["type"], r["text"]) for r in document["rows"]], document["summary"]

    def test_messages_are_compared_and_not_the_file(self):
        self.chat = chat = self.mirror.chat("falafel", turns=2)
        self.backup()
        chat.turn("question 3", "answer 3")
        chat.save()
        self.backup()
        rows, summary = self.diff("1", "2")
        self.assertEqual([("gained", "human", "question 3"), ("gained", "assistant", "answer 3")], rows)
        self.assertEqual((5, 2, 0, 0), tuple(summary[k] for k in ("common", "messages_gained", "lost", "changed")))

        first = chat.document["chat_messages"][0]["uuid"]
        chat.message("human", "question 2, put differently", parent=chat.document["chat_messages"][1]["uuid"])
        chat.document["chat_messages"][1]["content"].append(tool("artifacts", title="Late"))
        chat.save()
        self.backup()
        self.assertEqual([("changed", "assistant", "answer 1 [artifacts] Late"),
                          ("gained", "human", "question 2, put differently")], self.diff("2", "3")[0])
        rows, summary = self.diff("3", "2")
        self.assertEqual(("lost", "human", "question 2, put differently"), rows[0])
        self.assertEqual(1, summary["messages_lost"])

        chat.document.update(name="hummus", is_starred=True)
        chat.document["chat_messages"] = [m for m in chat.document["chat_messages"] if m["uuid"] != first]
        chat.save()
        self.backup()
        self.assertEqual([("lost", "human", "question 1"), ("changed", "chat", "hummus [starred]")], self.diff("3", "4")[0])
        text = self.csb("diff", chat.id, "3", "4").out
        self.assertIn("- human", text)
        self.assertIn("~ chat", text)
        self.assertEqual(([], 8), (self.diff("2", "2")[0], self.diff("2", "2")[1]["common"] + 1))
        self.csb("diff", chat.id, "1", "9", status=NOT_FOUND)

    def test_texts_are_printable(self):
        self.chat = chat = self.mirror.chat("x", turns=1)
        self.backup()
        chat.message("human", "\x1b[2J\u202e" + "long " * 200)
        chat.document["name"] = "\x1b]0;x\x07"
        chat.save()
        self.backup()
        out = self.csb("diff", chat.id, "1", "2").out_bytes
        self.assertFalse([b for b in out if b < 32 and b != 10 or b == 127], out)
        self.assertNotIn("\u202e".encode(), out)


class Search(ChatQueries):
    def found(self, *args, status=0):
        """[(session, deleted?, older?, text)], the same by the index and by reading everything"""
        both = []
        for how in ((), ("--substring",)):
            hits = self.csb("search", "--json", "-n", "0", *how, *args, status=status).json_lines()
            both.append(sorted((h["session"], h["deleted"], h["older_version"], h["text"]) for h in hits))
        self.assertEqual(both[0], both[1])
        return both[0]

    def test_live_deleted_and_older(self):
        here, gone = self.mirror.chat("zebra title"), self.mirror.chat("other")
        here.message("human", "where is the zebra?")
        here.message("assistant", "there", blocks=(tool("web_search", query="zebra crossing"), result("zebra found")))
        here.save()
        gone.message("human", "a zebra that goes")
        gone.save()
        self.backup()
        here.document["chat_messages"][-1]["content"][0]["text"] = "edited"   # the service lost a message's text
        here.document["chat_messages"].pop(-2)
        here.save()
        os.remove(gone.path)
        self.backup()
        self.assertEqual(sorted([(here.id, False, True, "where is the zebra?"), (here.id, False, False, "zebra crossing"),
                                 (here.id, False, False, "zebra found"), (gone.id, True, False, "a zebra that goes")]),
                         self.found("zebra"))
        self.assertEqual([(gone.id, True, False, "a zebra that goes")], self.found("zebra", "--deleted", "only"))
        self.assertEqual(4, len(self.found("zebra", "--source", "claude.ai")))
        self.found("zebra", "--source", "claude-code", status=1)
        self.assertEqual(2, len(self.found("zebra", "--tool", "web_search")))
        self.assertIn("older version", self.csb("search", "where is the zebra").out)

    def test_attachments(self):
        chat = self.mirror.chat("with a file")
        chat.message("human", "read this", attachments={"notes.txt": "the okapi is in here"})
        chat.save()
        self.backup()
        self.assertEqual([(chat.id, False, False, "[attachment notes.txt]\nthe okapi is in here")], self.found("okapi"))

    def test_documents_of_projects_and_memory(self):
        chat = self.mirror.chat("of the project")
        projects = self.mirror.folder + "/projects/" + PROJECT
        self.mirror.write(projects + ".json", json.dumps(
            {"uuid": PROJECT, "name": "Kit\x1bchen", "description": "about tapirs", "prompt_template": "Say tapir.",
             "updated_at": "2026-03-01T10:00:00Z"}))
        docs = [{"uuid": "d1", "file_name": "recipes.md", "content": "# a tapir's recipe", "created_at": "2026-03-01T10:00:00Z"}]
        self.mirror.write(projects + ".docs.json", json.dumps(docs))
        self.mirror.write(projects + ".files.json", json.dumps([{"file_name": "tapir.png"}]))
        self.mirror.write(self.mirror.folder + "/memory.json", json.dumps({"memory": "fond of tapirs", "controls": []}))
        self.mirror.write(self.mirror.folder + "/organization.json", json.dumps({"name": "tapir"}))
        self.backup()
        org = self.mirror.organization
        expected = [(PROJECT, False, False, "[description]\nabout tapirs"),
                    (PROJECT, False, False, "[instructions]\nSay tapir."),
                    (PROJECT, False, False, "[document recipes.md]\n# a tapir's recipe"),
                    (org, False, False, "[memory]\nfond of tapirs")]
        self.assertEqual(sorted(expected), self.found("tapir"))
        self.assertEqual(4, len(self.found("tapir", "--source", "claude.ai")))
        self.found("tapir", "--source", "claude-code", status=1)
        self.found("tapir", "--session", chat.id, status=1)
        self.csb("search", "--only", "sessions", "tapir", status=1)   # ids for csb restore: there is no session
        out = self.csb("search", "recipe").out
        self.assertIn("project Kit", out)
        self.assertNotIn("\x1b", out)

        docs[0]["content"] = "# of the llama"
        self.mirror.write(projects + ".docs.json", json.dumps(docs))
        os.remove(os.path.join(self.mirror.root, projects + ".json"))
        self.backup()
        self.assertIn((PROJECT, False, True, "[document recipes.md]\n# a tapir's recipe"), self.found("tapir"))
        self.assertIn((PROJECT, True, False, "[instructions]\nSay tapir."), self.found("tapir"))
        self.assertEqual([(PROJECT, False, False, "[document recipes.md]\n# of the llama")], self.found("llama"))
        self.assertEqual(2, len(self.found("tapir", "--deleted", "only")))

    def test_broken_documents_stop_nothing(self):
        chat = self.mirror.chat("an aardvark")
        chat.turn("aardvark?", "no")
        chat.save()
        for number, text in enumerate(("", "[" * 200_000, '[{"content": "aardvark"', "null", '{"docs": 7}')):
            self.mirror.write("%s/projects/8efc9271-e78f-4746-8e9e-%012d.docs.json" % (self.mirror.folder, number), text)
        self.backup()
        self.assertEqual([chat.id], [hit[0] for hit in self.found("aardvark?")])


if __name__ == "__main__":
    main()
