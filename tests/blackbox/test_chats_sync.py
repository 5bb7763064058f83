"""csb chats sync against the mock service: what comes, what comes again, and what is followed."""
import glob
import json
import os

import json_schema
from chats_case import DETAIL, KEY, ChatsTest, document_hash
from harness import BUSY, NOT_FOUND, REFUSED, USAGE, main


class Sync(ChatsTest):
    def test_two_organizations_then_only_lists(self):
        mock = self.mock("--orgs", 2, "--api-orgs", 1, "--chats", 50)
        report = self.sync("-c", "3")
        self.assertEqual([], json_schema.complaints(report, json_schema.load("chats-sync")))
        self.assertEqual((100, 0, 1), (len(report["added"]), report["unchanged"], len(report["skipped_organizations"])))
        self.assert_is_oracle(mock)
        self.assert_contained()
        stats = mock.get("/__control/stats")
        self.assertEqual(100, stats["kinds"]["detail"])
        self.assertLessEqual(stats["max_inflight"], 3)
        for entry in mock.log():
            self.assertEqual(["sessionKey"], entry["cookies"], entry)
            self.assertTrue(entry["ua"].startswith("csb/"), entry)
            self.assertFalse(entry["auth_header"])
        details = [e["path"] for e in mock.log() if "tree=" in e["path"]]
        self.assertTrue(all("tree=True&rendering_mode=messages&render_all_tools=true&consistency=strong" in p
                            for p in details))
        mock.control("log_reset")
        before = {p: os.stat(p).st_ino for p in self.chats().values()}
        again = self.sync()
        self.assertEqual((0, 0, 100), (len(again["added"]), len(again["updated"]), again["unchanged"]))
        self.assertEqual(0, again["files"])
        self.assertNotIn("detail", mock.kinds())
        self.assertEqual(before, {p: os.stat(p).st_ino for p in self.chats().values()})

    def test_updates_and_new_ones(self):
        mock = self.mock("--chats", 20)
        self.sync()
        for index in (3, 7, 12):
            mock.control("update", org=0, index=index)
        for _ in range(2):
            mock.control("add", org=0)
        mock.control("log_reset")
        report = self.sync()
        self.assertEqual((2, 3), (len(report["added"]), len(report["updated"])))
        self.assertEqual(5, mock.kinds()["detail"])
        self.assert_is_oracle(mock)

    def test_old_bodies_stay_in_history(self):
        mock = self.mock("--chats", 3)
        self.tree.session()
        store = ("--delay", "0", "--json")
        env = {"CLAUDE_SESSION_KEY": KEY}
        self.csb("chats", "sync", *store, env=env)
        chat = mock.uuid(1)
        path = self.chats()[chat]
        with open(path, "rb") as f:
            old = f.read()
        mock.control("update", org=0, uuid=chat)
        report = self.csb("chats", "sync", *store, env=env).json()
        self.assertEqual({"complete": True, "why": None}, report["stored"])
        branch = [r for r in self.git.refs() if r.endswith("/claude.ai")]
        self.assertEqual(1, len(branch))
        rel = os.path.relpath(path, self.mirror)
        versions = self.git.text("log", "--format=%H", branch[0], "--", rel).split()
        self.assertEqual(2, len(versions))
        self.assertEqual(old, self.git.out("show", "%s:%s" % (versions[1], rel)))
        refs = self.git.refs()
        self.csb("chats", "sync", *store, env=env)
        self.assertEqual(refs, self.git.refs())

    def test_renames_branches_stars_and_archived(self):
        mock = self.mock("--chats", 12)
        self.sync()
        chat = mock.uuid(4)
        mock.control("rename", org=0, uuid=chat, name="Version 2.0")
        mock.control("rename", org=0, index=5, name="Version 2.1")
        mock.control("rename", org=0, index=8, name="quietly", bump=False)
        mock.control("star", org=0, index=9)
        mock.control("archive", org=0, index=10)
        mock.control("edit_branch", org=0, index=2)
        self.assertEqual(6, len(self.sync()["updated"]))
        self.assert_is_oracle(mock)
        links = os.listdir(glob.glob(self.mirror + "/by-name/*")[0])
        self.assertEqual(12, len(links))
        self.assertEqual(1, sum(l.startswith("Version 2.0-") for l in links))
        self.assertEqual(1, sum(l.startswith("Version 2.1-") for l in links))
        self.assertIn("Version 2.0-%s.json" % chat, links)
        mock.control("rename_org", org=0, name="A new name")
        self.sync()
        (folder,) = os.listdir(self.mirror + "/by-name")
        self.assertTrue(folder.startswith("A new name-"), folder)
        self.assertEqual(12, len(os.listdir(self.mirror + "/by-name/" + folder)))
        self.assertIn("A new name", self.csb("chats", "list").out)

    def test_a_silent_change_far_down_is_found_by_a_full_listing(self):
        mock = self.mock("--chats", 260)
        self.sync()
        mock.control("rename", org=0, index=250, name="far down", bump=False)
        mock.control("log_reset")
        self.sync()
        pages = [e for e in mock.log() if "limit=50" in e["path"]]
        self.assertLessEqual(len(pages), 3)
        self.assertEqual(1, len(self.sync("--full")["updated"]))
        self.assert_is_oracle(mock)

    def test_deleted_chats_stay_and_are_flagged(self):
        mock = self.mock("--chats", 60)
        self.sync()
        gone = [mock.uuid(i) for i in (2, 40, 55)]
        for chat in gone:
            mock.control("delete", org=0, uuid=chat)
        report = self.sync()
        self.assertEqual(sorted(gone), sorted(c["id"] for c in report["deleted"]))
        self.assertEqual(60, len(self.chats()))
        self.assertEqual([], self.sync()["deleted"])
        listed = self.csb("chats", "list", "--deleted", "only", "--json").json()
        self.assertEqual(sorted(gone), sorted(c["id"] for c in listed["chats"]))

    def test_an_incomplete_list_deletes_nothing(self):
        mock = self.mock("--chats", 60)
        self.sync()
        mock.control("delete", org=0, index=3)
        mock.faults({"match": r"_v2\?.*offset=[1-9]", "do": "json", "value": {"data": [], "has_more": True}})
        report = self.sync("--retries", "1", status=3)
        self.assertEqual([], report["deleted"])
        self.assertFalse(report["listing_complete"])
        mock.control("clear_faults")
        self.assertEqual(1, len(self.sync()["deleted"]))

    def test_paging(self):
        for args, faults in (
                (("--chats", 95, "--max-limit", 20), []),
                (("--chats", 95, "--default-limit", 30), []),
                (("--chats", 95), [{"match": "_v2", "do": "status", "status": 404}]),
                (("--chats", 95, "--max-limit", 20), [{"match": "_v2", "do": "status", "status": 404}]),
                (("--chats", 95), [{"match": r"chat_conversations\?", "do": "status", "status": 404}]),
                (("--chats", 100), [])):
            with self.subTest(args=args, faults=faults):
                self.remove_scratch()
                os.makedirs(self.home)
                self.write_config("[chats]\n\tenabled = true\n")
                mock = self.mock(*args)
                mock.faults(*faults)
                self.sync()
                self.assert_is_oracle(mock)

    def test_chats_that_move_while_they_are_listed(self):
        for ops in ([{"op": "update", "org": 0, "index": 90}, {"op": "update", "org": 0, "index": 70}],
                    [{"op": "delete", "org": 0, "index": 3}, {"op": "delete", "org": 0, "index": 7}]):
            with self.subTest(ops=ops):
                self.remove_scratch()
                os.makedirs(self.home)
                self.write_config("[chats]\n\tenabled = true\n")
                mock = self.mock("--chats", 120)
                mock.faults({"match": r"_v2\?limit=50&offset=[1-9]", "first": 1, "do": "mutate", "ops": ops})
                self.sync()
                self.assert_is_oracle(mock)

    def test_projects_memory_and_attachments(self):
        mock = self.mock("--chats", 9, "--projects", 2)
        self.assertGreaterEqual(self.sync()["files"], 6)
        (docs,) = glob.glob(self.mirror + "/*/*/projects/*.docs.json")[:1]
        with open(docs) as f:
            self.assertIn("invented document", f.read())
        projects = [p for p in glob.glob(self.mirror + "/*/*/projects/*.json") if p.count(".") == self.mirror.count(".") + 1]
        with open(projects[0]) as f:
            self.assertEqual("Answer tersely.", json.load(f)["prompt_template"])
        shown = [self.csb("chats", "show", chat).out for chat in self.chats()]
        self.assertTrue(any("[attachment notes.txt]\nsynthetic" in text for text in shown))
        mock.control("log_reset")
        self.sync()
        self.assertNotIn("docs", mock.kinds())

    def test_files(self):
        mock = self.mock("--chats", 8)
        self.sync("--files")
        self.assertEqual(2, len(glob.glob(self.mirror + "/*/*/files/*/*-pic.png")))
        self.assertEqual(8, len(glob.glob(self.mirror + "/*/*/files/*/outputs/report.md")))
        mock.control("log_reset")
        self.sync("--files")
        self.assertNotIn("detail", mock.kinds())
        self.assertNotIn("contents", mock.kinds())

    def test_hostile_names_and_uuids(self):
        mock = self.mock("--chats", 10, "--hostile", "--hostile-uuids")
        self.sync(status=3)
        self.assert_is_oracle(mock)
        self.assert_contained()
        for args in ((), ("-n", "0"), ("--json",)):
            out = self.csb("chats", "list", *args).out_bytes
            self.assertFalse([b for b in out if b < 32 and b != 10 or b == 127], out)
        text = self.csb("chats", "sync", "--delay", "0", "--no-backup", "--full", env={"CLAUDE_SESSION_KEY": KEY},
                        status=3)
        self.assertFalse([b for b in text.out_bytes + text.err_bytes if b < 32 and b != 10 or b == 127])

    def test_dry_run_writes_nothing(self):
        mock = self.mock("--chats", 5)
        report = self.sync("--dry-run")
        self.assertEqual(5, len(report["added"]))
        self.assertFalse(os.path.exists(self.mirror))
        self.assertNotIn("detail", mock.kinds())

    def test_off_until_turned_on(self):
        mock = self.mock("--chats", 2)
        self.write_config("")
        refused = self.csb("chats", "sync", env={"CLAUDE_SESSION_KEY": KEY}, status=USAGE)
        self.assertIn("terms", refused.err)
        self.assertEqual([], mock.log())
        self.csb("chats", "sync", "--enable", "--no-backup", "--delay", "0", env={"CLAUDE_SESSION_KEY": KEY})
        self.sync()
        self.assert_is_oracle(mock)

    def test_only_one_at_a_time(self):
        mock = self.mock("--chats", 3)
        mock.control("latency", ms=400)
        first = self.start("chats", "sync", "--delay", "0", "--no-backup", env={"CLAUDE_SESSION_KEY": KEY})
        while not mock.log():
            pass
        self.csb("chats", "sync", env={"CLAUDE_SESSION_KEY": KEY}, status=BUSY)
        self.assertEqual(0, first.wait(60))
        self.assert_is_oracle(mock)

    def test_a_foreign_directory_is_left_alone(self):
        self.mock("--chats", 3)
        os.makedirs(self.mirror)
        with open(self.mirror + "/precious", "w") as f:
            f.write("x")
        self.csb("chats", "sync", env={"CLAUDE_SESSION_KEY": KEY}, status=REFUSED)
        self.assertEqual(["precious"], os.listdir(self.mirror))

    def test_a_lost_or_damaged_state_is_found_out_again(self):
        mock = self.mock("--chats", 10)
        self.sync()
        for damage in (None, b"x" * 5000):
            os.remove(self.mirror + "/state.db")
            if damage:
                with open(self.mirror + "/state.db", "wb") as f:
                    f.write(damage)
            mock.control("log_reset")
            self.assertEqual(10, self.sync()["unchanged"])
            self.assertNotIn("detail", mock.kinds())
        self.assert_is_oracle(mock)

    def test_an_organization_that_was_left(self):
        mock = self.mock("--orgs", 2, "--chats", 4)
        self.sync()
        mock.control("leave_org", org=1)
        self.assertEqual([], self.sync()["deleted"])
        self.assertEqual(8, len(self.chats()))


class Reading(ChatsTest):
    def test_list_show_status_restore(self):
        mock = self.mock("--chats", 5)
        none = self.csb("chats", "list")
        self.assertIn("no chats yet", none.err)
        self.check("chats-status", self.csb("chats", "status", "--json").json())
        self.sync()
        mock.control("edit_branch", org=0, index=0)
        self.sync()
        listed = self.check("chats-list", self.csb("chats", "list", "--json").json())
        self.assertEqual(5, listed["matched"])
        chat = mock.uuid(0)
        self.check("chats-status", self.csb("chats", "status", "--json").json())
        shown = self.check("chats-show", self.csb("chats", "show", chat[:8], "--json").json())
        self.assertEqual(5, len(shown["messages"]))
        text = self.csb("chats", "show", chat[:8]).out
        self.assertIn("second branch", text)
        self.assertIn("(message 3)", text)
        self.assertIn("[artifacts] Artifact 1", text)
        target = os.path.join(self.scratch, "out.json")
        self.check("chats-restore", self.csb("chats", "restore", chat, "--format", "json", "-o", target, "--json").json())
        self.assertEqual(document_hash(target), mock.expected()[chat])
        self.assertIn("there already", self.csb("chats", "restore", chat, "-o", target, status=1).err)
        self.assertIn("cannot be put back", self.csb("chats", "restore", chat, "-o", self.scratch).err)
        with open(os.path.join(self.scratch, chat + ".md")) as f:
            self.assertIn("second branch", f.read())
        self.csb("chats", "show", "ffffffff-0", status=NOT_FOUND)
        self.csb("chats", "show", "", status=NOT_FOUND)

    def check(self, name, document):
        self.assertEqual([], json_schema.complaints(document, json_schema.load(name)))
        return document


if __name__ == "__main__":
    main()
