"""What tests of claude.ai chats share: the mock of the service, its oracle, and the mirror."""
import hashlib
import json
import os
import re
import subprocess
import sys
import unicodedata
import urllib.request

from harness import CsbTest, end

MOCK = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support/mock_claude_ai.py")
KEY = "sk-ant-sid01-mock-0000000000000000000000000000AAAAAAAA"
FAST = ("--delay", "0", "--retry-wait", "10", "--no-backup")
UNAUTHORIZED, RATE_LIMITED = 5, 6
DETAIL = r"chat_conversations/[0-9a-f-]{36}"
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class Mock:
    """One running mock service."""

    def __init__(self, *args):
        self.process = subprocess.Popen([sys.executable, MOCK, "--port", "0", *map(str, args)],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        info = json.loads(self.process.stdout.readline())
        self.base, self.key = info["base"], info["session_key"]

    def get(self, path):
        with urllib.request.urlopen(self.base + path, timeout=60) as answer:
            return json.load(answer)

    def control(self, op, **values):
        request = urllib.request.Request(self.base + "/__control", json.dumps({"op": op, **values}).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def faults(self, *rules):
        self.control("faults", value=list(rules))

    def state(self):
        return self.get("/__control/state")

    def log(self):
        return self.get("/__control/log")

    def kinds(self):
        return self.get("/__control/stats")["kinds"]

    def expected(self):
        """{chat: hash of its document} over all organizations that have chats."""
        found = {}
        for index, organization in enumerate(self.state()["orgs"]):
            if "chat" in organization["capabilities"]:
                found.update(self.get("/__control/expected?org=%d" % index))
        return found

    def uuid(self, index, org=0):
        return self.state()["orgs"][org]["order"][index]


def document_hash(path):
    """As the mock's oracle hashes a chat; None for what is no JSON."""
    with open(path, "rb") as f:
        data = f.read()
    try:
        document = json.loads(data)
    except ValueError:
        return None
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


class ChatsTest(CsbTest):
    needs_sync, needs_zip = True, False

    def setUp(self):
        super().setUp()
        self.mirror = os.path.join(self.csb_home, "claude.ai")
        self.write_config("[chats]\n\tenabled = true\n")
        built = self.csb("chats", "status", "--json").json()
        if self.needs_sync and not built["can_sync"]:
            self.skipTest(built["sync_obstacle"])
        if self.needs_zip and not built["can_import_zip"]:
            self.skipTest(built["zip_obstacle"])

    def write_config(self, text):
        path = os.path.join(self.home, ".config/csb/config")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)

    def mock(self, *args):
        mock = Mock(*args)
        self.addCleanup(end, mock.process)
        self.service = mock
        return mock

    def environment(self, **extra):
        # Whatever a test forgets, nothing may reach the real service: port 9 discards.
        base = self.service.base if hasattr(self, "service") else "http://127.0.0.1:9"
        return super().environment(**{"CSB_CHATS_BASE_URL": base, **extra})

    def sync(self, *args, status=0, env=None, **kw):
        """`csb chats sync --json` with the mock's key. -> the report"""
        env = {"CLAUDE_SESSION_KEY": KEY, **(env or {})}
        result = self.csb("chats", "sync", "--json", *FAST, *args, status=status, env=env, **kw)
        return result.json() if result.out_bytes else result

    def chats(self):
        """{chat: path} of every chat's own file in the mirror."""
        found = {}
        for base, dirs, names in os.walk(self.mirror):
            dirs[:] = [d for d in dirs if d not in ("by-name", "suspect", "exported", "projects", "files", "memories",
                                                    "design_chats")]
            found.update({n[:-5]: os.path.join(base, n) for n in names if UUID.match(n[:-5]) and n.endswith(".json")})
        return found

    def hashes(self):
        return {chat: document_hash(path) for chat, path in self.chats().items()}

    def assert_is_oracle(self, mock, besides=()):
        """The mirror holds what the service has, but for the chats named."""
        expected = mock.expected()
        for chat in besides:
            expected.pop(chat, None)
        have = {chat: hash for chat, hash in self.hashes().items() if chat not in besides}
        self.assertEqual(expected, have)

    def assert_contained(self):
        """Only names of csb's own making, everything private, nothing outside."""
        self.assertEqual([], [n for n in os.listdir(self.scratch) if "pwn" in n])
        for base, dirs, names in os.walk(self.mirror):
            for name in dirs + names:
                self.assertFalse([c for c in name if unicodedata.category(c) == "Cc" or c in "\u202e\u202c\u2028\ufeff"], name)
                self.assertFalse(name.startswith(".new."), name)
                mode = os.lstat(os.path.join(base, name)).st_mode & 0o777
                self.assertEqual(0o700 if name in dirs else 0o600, mode, name)
