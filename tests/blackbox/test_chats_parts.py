"""A csb without libcurl or libzip, missing where it was built or where it runs, says so when asked, and does the rest."""
import json
import os
import sys
import zipfile

import json_schema
from chat_tree import ChatMirror
from chats_case import KEY, ChatsTest
from harness import FAILED, INCOMPLETE, main

CHAT = {"uuid": "11111111-2222-4333-8444-555555555555", "name": "x", "chat_messages": []}


class Parts(ChatsTest):
    needs_sync = False

    def zipped(self):
        path = os.path.join(self.scratch, "x.zip")
        with zipfile.ZipFile(path, "w") as z:
            z.writestr("conversations.json", "[]")
        return path

    def unpacked(self):
        path = os.path.join(self.scratch, "conversations.json")
        with open(path, "w") as f:
            json.dump([CHAT], f)
        return path

    def status(self, **kw):
        status = self.csb("chats", "status", "--json", **kw).json()
        self.assertEqual([], json_schema.complaints(status, json_schema.load("chats-status")))
        return status

    def check_missing_curl(self, env):
        said = self.csb("chats", "sync", env={"CLAUDE_SESSION_KEY": KEY, **env}, status=FAILED)
        self.assertIn("libcurl", said.err)
        self.assertIn("Debian: libcurl4", said.err)
        self.assertIn("libcurl", self.csb("chats", "status", env=env).out)

    def check_missing_zip(self, env):
        said = self.csb("chats", "import", "--no-backup", self.zipped(), self.unpacked(), env=env, status=INCOMPLETE)
        self.assertIn("libzip", said.err)
        self.assertIn("unpack", said.err)
        self.assertEqual([CHAT["uuid"]], list(self.chats()), "what is not zipped was not imported")
        self.assertIn("libzip", self.csb("chats", "status", env=env).out)

    def test_what_was_missing_at_the_build_is_named(self):
        built = self.status()
        for can, obstacle, check in (("can_sync", "sync_obstacle", self.check_missing_curl),
                                     ("can_import_zip", "zip_obstacle", self.check_missing_zip)):
            self.assertEqual(built[can], built[obstacle] is None)
            if not built[can]:
                check({})

    def without(self, library, *versions):
        """An environment in which the library cannot be loaded."""
        if not sys.platform.startswith("linux"):
            self.skipTest("the dynamic linker of this system takes no stand-ins")
        folder = os.path.join(self.scratch, "libraries")
        os.makedirs(folder, exist_ok=True)
        for version in versions:
            with open(os.path.join(folder, "%s.so.%d" % (library, version)), "w") as f:
                f.write("no library\n")
        return {"LD_LIBRARY_PATH": folder}

    def test_without_libcurl_here(self):
        env = self.without("libcurl", 4)
        status = self.status(env=env)
        self.assertFalse(status["can_sync"])
        self.check_missing_curl(env)
        self.assertFalse(os.path.exists(self.mirror))

    def test_without_libzip_here(self):
        env = self.without("libzip", 4, 5)
        self.assertFalse(self.status(env=env)["can_import_zip"])
        self.check_missing_zip(env)

    def test_everything_else_needs_neither(self):
        env = {**self.without("libcurl", 4), **self.without("libzip", 4, 5)}
        chat = ChatMirror(self.mirror).chat("a chat of before")
        with open(self.mirror + "/.csb-mirror", "w") as f:
            f.write("csb mirror of claude.ai chats, version 1\n")
        self.csb("chats", "import", "--no-backup", self.unpacked(), env=env)
        self.tree.session()
        self.csb("backup", env=env)
        self.csb("verify", env=env)
        self.assertIn("a chat of before", self.csb("list", env=env).out)
        self.assertIn("question 1", self.csb("search", "question 1", env=env).out)
        self.assertIn("answer 2", self.csb("distill", chat.id, env=env).out)
        self.csb("restore", chat.id, "--to", os.path.join(self.scratch, "out"), env=env)

    def test_an_export_that_cannot_be_read_is_a_failure(self):
        self.csb("chats", "import", "--no-backup", self.zipped(), env=self.without("libzip", 4, 5), status=FAILED)


if __name__ == "__main__":
    main()
