"""hooks/settings.json, as a person merges it, run by the real client."""
import json
import os
import time

from real_client import HERE, RealClientTest
from harness import main

SESSION = "00000000-0000-4000-8000-000000000001"


class RealHooks(RealClientTest):
    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.home, ".local/bin"))
        os.makedirs(self.claude)
        os.symlink(self.binary, os.path.join(self.home, ".local/bin/csb"))
        self.cwd = os.path.join(self.out, "cwd/p")

    def hooks(self, *events):
        """Installs those hooks of the snippet."""
        with open(os.path.join(HERE, "../../hooks/settings.json"), encoding="utf-8") as f:
            snippet = json.load(f)
        snippet["hooks"] = {event: snippet["hooks"][event] for event in events}
        with open(os.path.join(self.claude, "settings.json"), "w", encoding="utf-8") as f:
            json.dump(snippet, f)

    def transcript(self):
        return next(os.path.relpath(os.path.join(base, name), self.claude)
                    for base, _, names in os.walk(os.path.join(self.claude, "projects")) for name in names
                    if name == SESSION + ".jsonl")

    def stored(self):
        """The newest stored content of the transcript, b"" when there is none."""
        if not os.path.isdir(self.store) or not self.git.refs():
            return b""
        return self.git.files().get(self.transcript().encode(), b"")

    def wait_until_stored(self):
        """The hook at the end outlives the client: waits until it has stored what is on disk."""
        with open(os.path.join(self.claude, self.transcript()), "rb") as f:
            final = f.read()
        deadline = time.monotonic() + 20
        while self.stored() != final:
            self.assertLess(time.monotonic(), deadline, "SessionEnd stored nothing")
            time.sleep(0.1)
        return final

    def test_the_end_of_a_session_is_archived(self):
        self.hooks("SessionEnd", "PreCompact")
        self.client(self.cwd, "-p", 'one MOCK:[{"text":"first answer"}]', "--session-id", SESSION)
        self.assertIn(b"first answer", self.wait_until_stored())
        self.git.fsck()

    def test_a_conversation_is_archived_before_it_is_compacted(self):
        self.client(self.cwd, "-p", 'one MOCK:[{"text":"first answer"}]', "--session-id", SESSION)
        self.assertEqual(b"", self.stored(), "no hook yet")
        self.hooks("PreCompact")
        self.client(self.cwd, "-p", "/compact", "--resume", SESSION)
        with open(os.path.join(self.claude, self.transcript()), "rb") as f:
            self.assertIn(b'"compact_boundary"', f.read(), "the compaction was not hindered")
        stored = self.stored()
        self.assertIn(b"first answer", stored)
        self.assertNotIn(b'"compact_boundary"', stored, "stored before the compaction")

    def test_a_failing_backup_does_not_forbid_the_compaction(self):
        os.makedirs(os.path.dirname(self.csb_home), exist_ok=True)
        with open(self.csb_home, "w", encoding="utf-8"):   # a file where csb's home should be
            pass
        self.client(self.cwd, "-p", 'one MOCK:[{"text":"first answer"}]', "--session-id", SESSION)
        self.hooks("PreCompact")
        self.client(self.cwd, "-p", "/compact", "--resume", SESSION)
        with open(os.path.join(self.claude, self.transcript()), "rb") as f:
            self.assertIn(b'"compact_boundary"', f.read())


if __name__ == "__main__":
    main()
