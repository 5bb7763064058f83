"""claude.ai chats as a second source of the same archive: the mirror is a root like any other."""
import json
import os
import shutil

from chat_tree import ChatMirror
from harness import INCOMPLETE, NOT_FOUND, USAGE, ClaudeTree, CsbTest, main, need

CHATS, SESSIONS = "claude.ai", "claude-code"


class Chats(CsbTest):
    def setUp(self):
        super().setUp()
        self.session = self.tree.session()
        self.mirror = ChatMirror(os.path.join(self.csb_home, "claude.ai"))

    def ref(self):
        return next(ref for ref in self.git.refs() if ref.endswith("/claude.ai"))

    def listed(self, *args):
        return {s["id"]: s for s in self.list("-n", "0", *args)}

    def test_the_mirror_is_archived_with_the_sessions(self):
        chat = self.mirror.chat("Fixing falafel", turns=3)
        report = self.backup()
        self.assertEqual([SESSIONS, CHATS], [r["source"] for r in report["roots"]])
        self.assertEqual(2, report["sessions_added"])
        self.assertEqual({chat.rel.encode(): chat.text().encode()}, self.git.files(self.ref()))
        found = self.listed()[chat.id]
        self.assertEqual(("Fixing falafel", CHATS, "live", 6, 3),
                         tuple(found[k] for k in ("title", "source", "state", "messages", "prompts")))
        self.assertEqual("question 1", found["first_prompt"])
        self.assertEqual("claude-sonnet-4-5-20250929", found["model"])
        self.assertIsNone(found["expires"])
        self.assertEqual(SESSIONS, self.listed()[self.session.id]["source"])
        again = self.backup()
        self.assertEqual((0, 0, False), (again["files_opened"], again["objects_written"], again["store_opened"]))
        self.assert_store_sound()

    def test_no_change_in_three_roots_opens_nothing(self):
        need("strace")
        self.mirror.chat()
        other = ClaudeTree(os.path.join(self.home, "other"))
        other.made = 50
        other.session()
        flags = ["--claude-dir", self.claude, "--claude-dir", other.root]
        self.backup(*flags)
        log = os.path.join(self.scratch, "strace")
        report = self.csb("backup", "--json", *flags, wrap=["strace", "-f", "-o", log, "-e", "trace=openat,open"]).json()
        self.assertEqual(3, len(report["roots"]))
        self.assertEqual((0, 0, 0, False), (report["files_opened"], report["bytes_read"], report["objects_written"],
                                            report["store_opened"]))
        with open(log) as f:
            opened = f.read()
        self.assertIn("catalogue.db", opened)
        for never in (".jsonl", ".json\"", "libgit2", "store.git/objects"):
            self.assertNotIn(never, opened.replace("settings.json\"", ""))

    def test_without_a_mirror_there_is_nothing_amiss(self):
        shutil.rmtree(self.mirror.root)
        self.assertEqual([SESSIONS], [r["source"] for r in self.backup()["roots"]])
        self.csb("status")

    def test_every_version_is_kept(self):
        chat = self.mirror.chat()
        self.backup()
        first = chat.text()
        chat.turn("and", "more")
        chat.save()
        report = self.backup("--session", chat.id)
        self.assertEqual([(chat.rel, "rewrite", 6)],
                         [(c["path"], c["op"], c["messages"]) for c in report["changes"]])
        chat.document["chat_messages"][2:] = []
        chat.save()
        self.backup()
        versions = self.csb("log", chat.id, "--json").json()
        self.assertEqual([("add", 4), ("rewrite", 6), ("shrink", 2)],
                         [(v["what"], v["messages"]) for v in versions["versions"]])
        self.assertEqual(first.encode(), self.csb("cat", chat.id, "--version", "1").out_bytes)
        self.csb("diff", chat.id, "1", "2")

    def test_a_deleted_chat_stays(self):
        chat, other = self.mirror.chat("gone"), self.mirror.chat("here")
        content = chat.text()
        self.backup()
        os.remove(chat.path)
        self.assertEqual(1, self.backup()["sessions_deleted"])
        self.assertNotIn(chat.id, self.listed())
        self.assertEqual("deleted", self.listed("--deleted", "only")[chat.id]["state"])
        shown = self.csb("show", chat.id, "--json").json()
        self.assertEqual([chat.rel], [f["path"] for f in shown["files"]])
        self.assertEqual("", shown["resume_folder"])
        self.assertNotIn("claude --resume", self.csb("show", chat.id).out)
        # never into the mirror, unless forced
        self.assertIn("--to", self.csb("restore", chat.id, status=USAGE).err)
        self.assertFalse(os.path.exists(chat.path))
        target = os.path.join(self.scratch, "out")
        restored = self.csb("restore", chat.id, "--to", target)
        self.assertNotIn("claude --resume", restored.out)
        with open(os.path.join(target, chat.rel)) as f:
            self.assertEqual(content, f.read())
        self.csb("restore", chat.id, "--force")
        with open(chat.path) as f:
            self.assertEqual(content, f.read())
        self.assertFalse(os.path.exists(self.tree.path(chat.mirror.account)))
        self.assertTrue(os.path.exists(other.path))

    def test_what_was_deleted_comes_back_without_the_chats(self):
        chat = self.mirror.chat()
        self.mirror.chat()
        self.backup()
        os.remove(chat.path)
        os.remove(self.session.path)
        self.backup()
        done = self.csb("restore", "--deleted-since", "1d", "--json").json()
        self.assertEqual([self.session.id], [s["id"] for s in done["sessions"]])
        self.assertIn("1 chat left out", " ".join(done["notes"]))
        self.assertTrue(os.path.exists(self.session.path))
        self.assertFalse(os.path.exists(chat.path))

    def test_an_emptied_mirror_deletes_nothing(self):
        chat = self.mirror.chat()
        self.backup()
        shutil.rmtree(os.path.join(self.mirror.root, self.mirror.account))
        report = self.csb("backup", "--json", status=INCOMPLETE).json()
        self.assertEqual(0, report["deleted"])
        self.assertIn(chat.id, self.listed("--deleted"))
        shutil.rmtree(self.mirror.root)                # all of csb's home was cleared but the store
        self.assertEqual(0, self.backup()["deleted"])
        target = os.path.join(self.scratch, "out")
        self.csb("restore", chat.id, "--to", target)
        self.assertTrue(os.path.exists(os.path.join(target, chat.rel)))
        self.csb("restore", chat.id, status=USAGE)

    def test_the_catalogue_is_rebuilt_with_them(self):
        chat = self.mirror.chat("A name")
        self.backup()
        chat.turn("and", "more")
        chat.save()
        self.backup()
        before = self.listed()
        for name in os.listdir(self.csb_home):
            if name.startswith("catalogue.db"):
                os.remove(os.path.join(self.csb_home, name))
        self.assertEqual(before, self.listed())
        refs = self.git.refs()
        self.assertEqual(0, self.backup()["objects_written"])
        self.assertEqual(refs, self.git.refs())

    def test_broken_and_foreign_files_do_not_stop_the_rest(self):
        good = self.mirror.chat("good")
        torn = self.mirror.chat("torn")
        with open(torn.path, "w") as f:
            f.write(torn.text()[:300])
        empty = self.mirror.chat("empty", turns=0)
        self.mirror.write(self.mirror.folder + "/organization.json", "{}")
        self.mirror.write("by-name/x.json", "{}")
        self.mirror.write("state.db", "x")
        self.mirror.write("stray", "x")
        self.mirror.write(self.mirror.folder + "/suspect/" + good.id + ".json", "[]")
        report = self.backup()
        stored = {path.decode() for path in self.git.files(self.ref())}
        self.assertEqual({good.rel, torn.rel, empty.rel, self.mirror.folder + "/organization.json",
                          self.mirror.folder + "/suspect/" + good.id + ".json"}, stored)
        self.assertEqual({good.id: 0, torn.id: 1, empty.id: 0},
                         {i: s["bad_rows"] for i, s in self.listed().items() if s["source"] == CHATS})
        self.assertEqual([self.mirror.root + "/stray"], [p["path"] for p in report["problems"]])
        self.assertEqual(2, len(self.csb("show", good.id, "--json").json()["files"]))
        self.assert_store_sound()

    def test_a_deep_or_endless_document_is_stored_and_named(self):
        chat = self.mirror.chat("deep")
        with open(chat.path, "w") as f:
            f.write('{"chat_messages":' + "[" * 200_000)
        self.backup()
        self.assertEqual(1, self.listed()[chat.id]["bad_rows"])
        self.assert_store_sound()

    def test_policy_says_what_becomes_of_it(self):
        chat = self.mirror.chat()
        document = self.csb("policy", "--json", chat.path, self.mirror.root + "/by-name/x").json()
        self.assertEqual([("noise", chat.id), ("skip", None)],
                         [(p["class"], p["session"]) for p in document["paths"]])
        self.assertEqual([self.mirror.root] * 2, [p["root"] for p in document["paths"]])

    def test_all_branches_are_read_on_disk_and_from_the_store(self):
        chat = self.mirror.chat("branches", turns=1)
        self.mirror.chat("another")
        root = chat.document["chat_messages"][0]["uuid"]
        chat.message("assistant", "another answer to the first", parent=root)
        chat.save()
        self.backup()
        for deleted in (False, True):
            if deleted:
                os.remove(chat.path)
                self.backup()
            text = self.csb("export", chat.id, "--json").out
            for said in ("question 1", "answer 1", "another answer to the first"):
                self.assertIn(said, text, deleted)
            self.assertIn("another answer", self.csb("distill", chat.id).out)

    def test_status_and_verify_count_them(self):
        chat = self.mirror.chat()
        self.backup()
        self.mirror.chat("new")
        status = self.csb("status", "--json").json()
        self.assertEqual([(self.mirror.root, "added")], [(p["root"], p["kind"]) for p in status["pending"]])
        self.assertEqual(2, status["totals"]["sessions_present"])
        live = self.csb("verify", "--json").json()["live"]
        self.assertEqual((2, []), (live["equal"], live["faults"]))
        self.csb("show", "no such thing", status=NOT_FOUND)
        self.assertEqual(chat.id, json.loads(self.csb("show", chat.id[:8], "--json").out)["session"]["id"])


if __name__ == "__main__":
    main()
