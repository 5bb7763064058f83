"""csb chats import: the official export in all its generations, claude-backup's store, and hostile archives."""
import glob
import json
import os
import struct
import subprocess
import sys
import uuid
import zipfile

import json_schema
from chats_case import ChatsTest
from harness import FAILED, INCOMPLETE, main

ACCOUNT = "6457b7f5-1b4d-4f1a-92b8-83c13da7b096"
ORG = "8efc9271-e78f-4746-8e9e-981eeb89ad18"
USERS = [{"uuid": ACCOUNT, "full_name": "Ada", "email_address": "ada@example.invalid", "verified_phone_number": None}]


def identity(number):
    return str(uuid.UUID(int=number + (4 << 76) + (8 << 60)))


def chat(number, messages=2, day=1, name=None, account=ACCOUNT, text="message"):
    """One element of conversations.json."""
    def message(i):
        return {"uuid": identity(1000 * number + i), "text": "%s %d" % (text, i), "content": [],
                "sender": "assistant" if i % 2 else "human", "created_at": "2026-03-%02dT10:%02d:00Z" % (day, i),
                "updated_at": "2026-03-%02dT10:%02d:00Z" % (day, i), "attachments": [], "files": []}
    return {"uuid": identity(number), "name": name or "chat %d" % number, "summary": "",
            "created_at": "2026-03-01T09:00:00.000000Z", "updated_at": "2026-03-%02dT11:00:00.000000Z" % day,
            "account": {"uuid": account}, "chat_messages": [message(i) for i in range(messages)]}


PROJECT = {"uuid": identity(77), "name": "P", "description": "", "is_private": True, "is_starter_project": False,
           "prompt_template": "Be brief.", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
           "creator": {"uuid": ACCOUNT, "full_name": "Ada"},
           "docs": [{"uuid": identity(78), "filename": "d.md", "content": "# doc", "created_at": "2026-01-01T00:00:00Z"}]}
MEMORY = {"account_uuid": ACCOUNT, "conversations_memory": "remembers", "project_memories": {}}


class Import(ChatsTest):
    needs_zip = True

    def zip(self, name, files):
        path = os.path.join(self.scratch, name)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            for inner, value in files.items():
                z.writestr(inner, value if isinstance(value, (bytes, str)) else json.dumps(value))
        return path

    def run_import(self, *paths, status=0):
        report = self.csb("chats", "import", "--no-backup", "--json", *paths, status=status).json()
        self.assertEqual([], json_schema.complaints(report, json_schema.load("chats-import")))
        return report

    def content(self, number):
        with open(self.chats()[identity(number)]) as f:
            return json.load(f)

    def test_first_generation(self):
        path = self.zip("data-2025-12-23-06-52-43-batch-0000.zip", {
            "conversations.json": [chat(1), chat(2, name="../../etc/x\n\x1b[2J")], "users.json": USERS,
            "projects.json": [PROJECT], "memories.json": [MEMORY]})
        dry = self.run_import("--dry-run", path)
        self.assertEqual((2, {}), (dry["added"], self.chats()))
        report = self.run_import(path)
        self.assertEqual((2, 3), (report["added"], report["other"]))
        self.assertEqual(chat(1), self.content(1))
        self.assertTrue(self.chats()[identity(1)].startswith(self.mirror + "/" + ACCOUNT + "/"))
        self.assert_contained()
        self.assertEqual(1, len(glob.glob(self.mirror + "/*/*/projects/*.export.json")))
        self.assertEqual(1, len(glob.glob(self.mirror + "/*/*/memories/*.json")))
        self.assertIn("message 1", self.csb("chats", "show", identity(1)).out)
        again = self.run_import(path)
        self.assertEqual((0, 0, 2, 0), (again["added"], again["updated"], again["unchanged"], again["other"]))

    def test_second_generation_in_batches(self):
        name = "data-%s-1767225600-0a1b2c3d-batch-%04d.zip"
        first = self.zip(name % (ORG, 0), {"users.json": USERS, "conversations.json": [chat(1), chat(2)],
                                          "projects/%s.json" % PROJECT["uuid"]: PROJECT, "memories.json": [MEMORY],
                                          "design_chats/%s.json" % identity(9): {"uuid": identity(9), "title": "t",
                                                                                 "messages": [], "project": {}}})
        second = self.zip(name % (ORG, 1), {"conversations.json": [chat(2, messages=4, day=2), chat(3)]})
        report = self.run_import(first, second)
        self.assertEqual((3, 1), (report["added"], report["updated"]))
        self.assertEqual(4, len(self.content(2)["chat_messages"]))
        self.assertEqual({ORG}, {os.path.basename(os.path.dirname(p)) for p in self.chats().values()})
        self.assertEqual(1, len(glob.glob(self.mirror + "/*/*/design_chats/*.json")))
        again = self.run_import(second, first)
        self.assertEqual((0, 0, 0), (again["added"], again["updated"], again["other"]))

    def test_third_generation(self):
        files = [self.zip("light_metadata-000.zip", {"users.json": USERS, "login_history.json": [{"ip": "x"}]}),
                 self.zip("conversations-000.zip", {"conversations.json": [chat(1), chat(2)]}),
                 self.zip("projects-000.zip", {"projects/%s.json" % PROJECT["uuid"]: PROJECT}),
                 self.zip("memories-000.zip", {"memories/%s.json" % identity(5): MEMORY})]
        manifest = os.path.join(self.scratch, "manifest-%s-1.json" % ORG)
        with open(manifest, "w") as f:
            json.dump({"version": "1.0", "created_at": "x", "total_files": 4, "instructions": "", "data_files": []}, f)
        report = self.run_import(manifest, *files)
        self.assertEqual(2, report["added"])
        self.assertEqual({"note"}, {p["severity"] for p in report["problems"]})

    def test_unpacked_and_single_files(self):
        folder = os.path.join(self.scratch, "unpacked")
        os.makedirs(folder)
        with open(folder + "/conversations.json", "w") as f:
            json.dump([chat(1), chat(2)], f)
        self.assertEqual(2, self.run_import(folder)["added"])
        self.assertEqual(2, self.run_import(folder + "/conversations.json")["unchanged"])

    def test_older_and_poorer_copies_replace_nothing(self):
        self.run_import(self.zip("a.zip", {"conversations.json": [chat(1, messages=4, day=5)]}))
        older = self.run_import(self.zip("b.zip", {"conversations.json": [chat(1, messages=6, day=4)]}))
        self.assertEqual((0, 1), (older["updated"], older["older"]))
        poorer = self.run_import(self.zip("c.zip", {"conversations.json": [chat(1, messages=2, day=6)]}))
        self.assertEqual((0, 1), (poorer["updated"], poorer["beside"]))
        self.assertEqual(chat(1, messages=4, day=5), self.content(1))
        with open(glob.glob(self.mirror + "/*/*/exported/*.json")[0]) as f:
            self.assertEqual(2, len(json.load(f)["chat_messages"]))

    def test_a_fetched_chat_is_not_replaced_by_an_export_of_it(self):
        mock = self.mock("--chats", 4)
        self.sync()
        before = self.hashes()
        with open(self.chats()[mock.uuid(0)]) as f:
            fetched = json.load(f)
        keys = ("uuid", "name", "summary", "created_at", "updated_at", "chat_messages")
        export = {k: fetched[k] for k in keys}
        export["account"] = {"uuid": ACCOUNT}
        same = self.run_import(self.zip("a.zip", {"conversations.json": [export]}))
        self.assertEqual((0, 1), (same["updated"], same["unchanged"]))
        older = dict(export, updated_at="2020-01-01T00:00:00Z")
        self.assertEqual(1, self.run_import(self.zip("b.zip", {"conversations.json": [older]}))["older"])
        poorer = dict(export, updated_at="2030-01-01T00:00:00Z", chat_messages=export["chat_messages"][:1])
        self.assertEqual(1, self.run_import(self.zip("c.zip", {"conversations.json": [poorer]}))["beside"])
        self.assertEqual(before, self.hashes())
        newer = dict(export, updated_at="2030-01-01T00:00:00Z")
        self.assertEqual(1, self.run_import(self.zip("d.zip", {"conversations.json": [newer]}))["updated"])
        self.sync("--full")

    def test_fetched_after_an_import_there_is_one_copy(self):
        mock = self.mock("--chats", 3)
        known = mock.uuid(1)
        export = dict(chat(1), uuid=known)
        self.run_import(self.zip("a.zip", {"conversations.json": [export]}))
        self.assertIn("/export/", self.chats()[known])
        self.sync()
        self.assert_is_oracle(mock)
        self.assertEqual(1, len(glob.glob(self.mirror + "/*/*/" + known + ".json")))
        self.assertEqual(1, len(glob.glob(self.mirror + "/by-name/*/*" + known + ".json")))

    def test_a_store_of_claude_backup(self):
        mock = self.mock("--chats", 5)
        self.sync()
        store = os.path.join(self.scratch, "claude-backup")
        organization = mock.state()["orgs"][0]["uuid"]
        folder = store + "/organizations/ada_s-%s/chat_conversations" % organization
        os.makedirs(folder)
        for uuid_, path in self.chats().items():
            with open(path) as f, open("%s/some_name-%s.json" % (folder, uuid_), "w") as out:
                json.dump(json.load(f), out, ensure_ascii=False, separators=(",", ":"))
        with open(glob.glob(self.mirror + "/*/account.json")[0]) as f, open(store + "/account.json", "w") as out:
            out.write(f.read())
        with open(store + "/version", "w") as f:
            f.write("0.1.8")
        expected = self.hashes()
        subprocess.run(["rm", "-r", self.mirror], check=True)
        self.assertEqual(5, self.run_import(store)["added"])
        self.assertEqual(expected, self.hashes())
        mock.control("log_reset")
        self.sync()   # what is as the service has it need not be fetched
        self.assertNotIn("detail", mock.kinds())

    def test_hostile_archives(self):
        good = {"conversations.json": [chat(1)]}
        escape = self.zip("escape.zip", {"../../pwn.json": [chat(2)], **good})
        report = self.run_import(escape, status=INCOMPLETE)
        self.assertEqual(1, report["added"])
        self.assertIn("../../pwn.json", report["problems"][0]["path"])
        self.assert_contained()

        bomb = self.zip("bomb.zip", {"conversations.json": b"[" + b" " * (128 << 20) + b"]"})
        self.assertIn("unpack to", self.run_import(bomb, status=FAILED)["problems"][0]["what"])

        with open(escape, "rb") as f:
            data = f.read()
        cut = os.path.join(self.scratch, "cut.zip")
        with open(cut, "wb") as f:
            f.write(data[:len(data) // 2])
        self.run_import(cut, status=FAILED)

        damaged = self.zip("damaged.zip", {"conversations.json": [chat(3, text="x" * 50)]})
        with open(damaged, "r+b") as f:
            f.seek(120)
            f.write(b"\0\1\2\3")
        self.run_import(damaged, status=FAILED)

        secret = self.zip("secret.zip", good)
        with open(secret, "rb") as f:
            data = bytearray(f.read())
        at = data.index(b"PK\x01\x02")   # the flag "encrypted", in both headers
        for offset in (6, at + 8):
            flags = struct.unpack_from("<H", data, offset)[0]
            struct.pack_into("<H", data, offset, flags | 1)
        with open(secret, "wb") as f:
            f.write(data)
        self.assertIn("encrypted", self.run_import(secret, status=FAILED)["problems"][0]["what"])
        self.assertEqual([identity(1)], list(self.chats()))

    def test_broken_json_is_read_as_far_as_it_goes(self):
        path = os.path.join(self.scratch, "conversations.json")
        with open(path, "w") as f:
            f.write(json.dumps([chat(1), chat(2)])[:-200])
        report = self.run_import(path, status=INCOMPLETE)
        self.assertEqual(1, report["added"])
        for text in ("", "null", "[" * 200_000, "<html>", '[{"uuid": "../../x", "chat_messages": []}]'):
            with open(path, "w") as f:
                f.write(text)
            self.csb("chats", "import", "--no-backup", path, status=(FAILED, INCOMPLETE, 0))
        self.assertEqual(1, len(self.chats()))
        self.csb("chats", "import", os.path.join(self.scratch, "no such file"), status=FAILED)

    def test_a_huge_export_needs_little_memory(self):
        path = os.path.join(self.scratch, "conversations.json")
        text = "y" * (1 << 20)
        with open(path, "w") as f:   # 100 MB, one chat of 40 MB among them
            f.write("[" + ",".join(json.dumps(chat(i, messages=2, text=text)) for i in range(30)))
            f.write("," + json.dumps(chat(50, messages=2, text="z" * (20 << 20))) + "]")
        archive = self.zip("data.zip", {})
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as z:
            z.write(path, "conversations.json")
        for source in (path, archive):
            code = ("import resource, subprocess, sys\n"
                    "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
                    "print(done.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
            done = subprocess.run([sys.executable, "-c", code, self.binary, "chats", "import", "--no-backup", source],
                                  env=self.environment(), capture_output=True, text=True)
            status, peak = done.stdout.split()
            self.assertEqual("0", status, done.stderr)
            if not any(name.endswith("SAN_OPTIONS") for name in os.environ):
                self.assertLess(int(peak), 100_000)
        self.assertEqual(31, len(self.chats()))


if __name__ == "__main__":
    main()
