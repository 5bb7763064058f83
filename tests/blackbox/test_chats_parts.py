"""A csb that was built without libcurl or libzip says so when it is asked, and does the rest."""
import json
import os
import zipfile

from chats_case import KEY, ChatsTest
from harness import FAILED, main


class Parts(ChatsTest):
    needs_sync = False

    def test_what_is_missing_is_named(self):
        built = self.csb("chats", "status", "--json").json()
        if not built["can_sync"]:
            said = self.csb("chats", "sync", env={"CLAUDE_SESSION_KEY": KEY}, status=FAILED).err
            self.assertIn("libcurl", said)
            self.assertIn("chats import", said)
            self.assertIn("libcurl", self.csb("chats", "status").out)
        path = os.path.join(self.scratch, "x.zip")
        with zipfile.ZipFile(path, "w") as z:
            z.writestr("conversations.json", "[]")
        if not built["can_import_zip"]:
            self.assertIn("libzip", self.csb("chats", "import", path, status=FAILED).err)

    def test_unpacked_exports_need_neither(self):
        path = os.path.join(self.scratch, "conversations.json")
        with open(path, "w") as f:
            json.dump([{"uuid": "11111111-2222-4333-8444-555555555555", "name": "x", "chat_messages": []}], f)
        self.csb("chats", "import", "--no-backup", path)
        self.assertEqual(1, len(self.chats()))


if __name__ == "__main__":
    main()
