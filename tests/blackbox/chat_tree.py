"""A small mirror of claude.ai chats made by hand, in the shapes the service's API has.

Every write gets an explicit mtime from a clock that only goes forward, as claude_tree does.
"""
import json
import os
import time
import uuid

NO_PARENT = "00000000-0000-4000-8000-000000000000"


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(seconds))


class ChatMirror:
    """A mirror at `root`: one account with one organization."""

    def __init__(self, root):
        self.root = str(root)
        self.account = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://example.invalid/account"))
        self.organization = str(uuid.uuid5(uuid.NAMESPACE_URL, "https://example.invalid/organization"))
        self.folder = "%s/%s" % (self.account, self.organization)
        self.clock = float(int(time.time()) - 7200)
        self.made = 0
        os.makedirs(os.path.join(self.root, self.folder), 0o700)

    def write(self, rel, text):
        path = os.path.join(self.root, rel)
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        temporary = path + ".new"
        with open(temporary, "w") as f:
            f.write(text)
        os.chmod(temporary, 0o600)
        self.clock += 1
        os.utime(temporary, (self.clock, self.clock))
        os.rename(temporary, path)           # as the sync does: never in place
        return path

    def chat(self, name="A chat", turns=2):
        """-> Chat, written."""
        self.made += 1
        chat = Chat(self, str(uuid.uuid5(uuid.NAMESPACE_URL, "https://example.invalid/chat/%d" % self.made)), name)
        for n in range(turns):
            chat.turn("question %d" % (n + 1), "answer %d" % (n + 1))
        chat.save()
        return chat


class Chat:
    def __init__(self, mirror, cid, name):
        self.mirror, self.id, self.said = mirror, cid, 0
        self.rel = "%s/%s.json" % (mirror.folder, cid)
        self.document = {"uuid": cid, "name": name, "summary": "", "model": "claude-sonnet-4-5-20250929",
                         "created_at": stamp(mirror.clock), "updated_at": stamp(mirror.clock), "settings": {},
                         "is_starred": False, "is_temporary": False, "platform": "CLAUDE_AI",
                         "current_leaf_message_uuid": None, "project_uuid": None, "project": None,
                         "is_wiggle_enabled": True, "chat_messages": []}

    @property
    def path(self):
        return os.path.join(self.mirror.root, self.rel)

    def message(self, sender, text, parent=None, blocks=(), attachments=()):
        """@param blocks of its content, behind the text; @param attachments {name: extracted text}"""
        messages = self.document["chat_messages"]
        number, self.said = self.said, self.said + 1
        self.mirror.clock += 1
        row = {"uuid": str(uuid.uuid5(uuid.UUID(self.id), str(number))),
               "parent_message_uuid": parent or (messages[-1]["uuid"] if messages else NO_PARENT),
               "index": number, "sender": sender, "text": "",
               "content": [{"type": "text", "text": text, "citations": []}, *blocks],
               "created_at": stamp(self.mirror.clock), "updated_at": stamp(self.mirror.clock), "truncated": False,
               "attachments": [{"id": "a", "file_name": name, "file_size": len(extracted), "file_type": "txt",
                                "extracted_content": extracted, "created_at": stamp(self.mirror.clock)}
                               for name, extracted in dict(attachments).items()],
               "files": [], "files_v2": [], "sync_sources": []}
        messages.append(row)
        self.document["current_leaf_message_uuid"] = row["uuid"]
        self.document["updated_at"] = row["updated_at"]
        return row

    def turn(self, question, answer):
        self.message("human", question)
        self.message("assistant", answer)

    def text(self):
        return json.dumps(self.document, ensure_ascii=False)

    def save(self):
        return self.mirror.write(self.rel, self.text())
