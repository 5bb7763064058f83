"""A small Claude config directory made by hand: sessions whose rows have the client's own shape.

Every write gets an explicit mtime from a clock that starts two hours ago and only goes forward, so that
a test sees what a person's quiet directory looks like: no file was touched "just now".
"""
import json
import os
import time
import uuid

VERSION = "2.1.329"


def slug(cwd):
    """The client's folder name for a working directory of up to 200 characters."""
    units = memoryview(cwd.encode("utf-16-le")).cast("H")
    name = "".join(chr(u) if chr(u).isascii() and chr(u).isalnum() else "-" for u in units)
    assert len(name) <= 200, "longer ones are hashed; not needed here"
    return name


def iso(seconds):
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return "%s.%03dZ" % (whole, int(seconds * 1000) % 1000)


class ClaudeTree:
    """A config directory at `root` (str). Paths given to its methods are relative to it."""

    def __init__(self, root, start=None):
        self.root = str(root)
        self.clock = float(int(start if start is not None else time.time() - 7200))
        self.made = 0
        os.makedirs(self.path("projects"), exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def tick(self, seconds=1.0):
        self.clock += seconds
        return self.clock

    def write(self, rel, data, mode=0o600, mtime=None):
        """Makes or replaces a file in place (same inode). -> its full path"""
        full = self.path(rel)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        os.chmod(full, mode)
        self.stamp(rel, mtime)
        return full

    def append(self, rel, data, mtime=None):
        with open(self.path(rel), "ab") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        self.stamp(rel, mtime)

    def stamp(self, rel, mtime=None):
        when = self.tick() if mtime is None else mtime
        os.utime(self.path(rel), (when, when), follow_symlinks=False)

    def session(self, prompts=2, cwd="/home/ada/engine", **kw):
        """A new session with `prompts` turns. -> Session"""
        self.made += 1
        session = Session(self, kw.pop("id", None) or self.session_id(self.made), cwd, **kw)
        for n in range(prompts):
            session.turn("question %d" % (n + 1), "answer %d" % (n + 1))
        return session

    @staticmethod
    def session_id(n):
        """The n-th session's id: unlike its neighbours from the first digit on, so that prefixes are unique."""
        return str(uuid.uuid5(uuid.NAMESPACE_URL, "https://example.invalid/session/%d" % n))

    def user_files(self):
        """What a person edits: CLAUDE.md, settings.json, a command, an agent, a skill."""
        self.write("CLAUDE.md", "# rules\nBe brief.\n", 0o644)
        self.write("settings.json", json.dumps({"cleanupPeriodDays": 30, "model": "opus"}, indent=2) + "\n", 0o644)
        self.write("commands/deploy.md", "Deploy it.\n", 0o644)
        self.write("agents/reviewer.md", "Review it.\n", 0o644)
        self.write("skills/x/SKILL.md", "A skill.\n", 0o644)

    def secrets(self):
        """What must never be stored. -> {path: a string that must not be found anywhere in the store}"""
        made = {".credentials.json": "SECRET-CREDENTIAL", ".claude.json": "SECRET-CONFIG",
                ".device-keys.json": "SECRET-DEVICE", "backups/.claude.json.backup.1": "SECRET-COPY",
                "sessions/4242.%s.key" % ("ab" * 32): "SECRET-PEER", "mcp-needs-auth-cache.json": "SECRET-MCP"}
        for rel, text in made.items():
            self.write(rel, json.dumps({"token": text + "-0123456789"}))
        return made


class Session:
    """One session: transcript at `rel`, other files by the methods below."""

    def __init__(self, tree, sid, cwd, title=None):
        self.tree, self.id, self.cwd, self.slug = tree, sid, cwd, slug(cwd)
        self.rel = "projects/%s/%s.jsonl" % (self.slug, sid)
        self.directory = "projects/%s/%s" % (self.slug, sid)
        self.parent, self.count = None, 0
        if title:
            self.rename(title)

    @property
    def path(self):
        return self.tree.path(self.rel)

    def read(self):
        with open(self.path, "rb") as f:
            return f.read()

    def new_uuid(self):
        self.count += 1
        return str(uuid.uuid5(uuid.UUID(self.id), str(self.count)))

    def envelope(self, kind, **fields):
        """A row of the conversation tree. -> dict"""
        row = {"parentUuid": self.parent, "isSidechain": False, "type": kind, "uuid": self.new_uuid(),
               "timestamp": iso(self.tree.clock), "userType": "external", "entrypoint": "cli", "cwd": self.cwd,
               "sessionId": self.id, "version": VERSION, "gitBranch": "main"}
        row.update(fields)
        self.parent = row["uuid"]
        return row

    def add(self, *rows):
        """Appends rows as the client does: whole lines in one write."""
        text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        is_new = not os.path.exists(self.path)
        self.tree.append(self.rel, text)
        if is_new:
            os.chmod(self.path, 0o600)

    def prompt(self, text):
        return self.envelope("user", message={"role": "user", "content": text}, promptSource="typed",
                             origin={"kind": "human"}, permissionMode="default")

    def answer(self, text):
        number = self.count + 1
        return self.envelope("assistant", requestId="req_%s_%d" % (self.id[:8], number), message={
            "id": "msg_%s_%d" % (self.id[:8], number), "type": "message", "role": "assistant",
            "model": "claude-opus-5-5", "content": [{"type": "text", "text": text}], "stop_reason": "end_turn",
            "stop_sequence": None, "usage": {"input_tokens": 10, "cache_creation_input_tokens": 0,
                                             "cache_read_input_tokens": 0, "output_tokens": 5}})

    def turn(self, question="go on", reply="done"):
        """A prompt, its answer, and the metadata row the client repeats."""
        self.tree.tick()
        ask, tell = self.prompt(question), self.answer(reply)
        self.add(ask, tell, {"type": "last-prompt", "lastPrompt": question[:200], "leafUuid": tell["uuid"],
                             "sessionId": self.id})

    def rename(self, title):
        self.add({"type": "custom-title", "customTitle": title, "sessionId": self.id},
                 {"type": "agent-name", "agentName": title, "sessionId": self.id})

    def compact(self):
        boundary = self.envelope("system", subtype="compact_boundary", content="Conversation compacted", isMeta=False,
                                 level="info", compactMetadata={"trigger": "manual", "preTokens": 9000})
        summary = self.envelope("user", isCompactSummary=True, isVisibleInTranscriptOnly=True,
                                message={"role": "user", "content": "This session is being continued from before."})
        self.add(boundary, summary)

    def fill(self, size):
        """Appends a tool result that makes the transcript at least `size` bytes long."""
        missing = size - (os.path.getsize(self.path) if os.path.exists(self.path) else 0)
        line = "%s row of a long output that repeats itself only a little\n" % self.id
        text = "".join("%08d %s" % (n, line) for n in range(max(1, missing // (len(line) + 8) + 1)))
        self.add(self.envelope("user", message={"role": "user", "content": [
            {"tool_use_id": "toolu_01", "type": "tool_result", "content": text}]}))

    def take_back(self, rows=1):
        """Truncates the file in place by whole rows, as the client does when it takes a message back."""
        lines = self.read().splitlines(keepends=True)
        os.truncate(self.path, sum(map(len, lines[:-rows])))
        self.tree.stamp(self.rel)

    def footprint(self):
        """Adds every other kind of file a session has. -> their paths, relative to the root"""
        sid, tree = self.id, self.tree
        agent = "agent-a723b398f51f49da3"
        row = self.envelope("user", message={"role": "user", "content": "look around"})
        row.update(isSidechain=True, agentId=agent[6:])
        made = {
            "%s/subagents/%s.jsonl" % (self.directory, agent): (json.dumps(row) + "\n", 0o600),
            "%s/subagents/%s.meta.json" % (self.directory, agent): ('{"agentType":"general-purpose"}', 0o644),
            "%s/tool-results/b1x2c3d4e.txt" % self.directory: ("1\n2\n3\n" * 1000, 0o644),
            "file-history/%s/0123456789abcdef@v1" % sid: ("the file as it was\n", 0o644),
            "file-history/%s/0123456789abcdef@v2" % sid: ("the file as it became\n", 0o644),
            "tasks/%s/1.json" % sid: ('{"id":"1","subject":"write tests","status":"pending"}', 0o644),
        }
        for rel, (data, mode) in made.items():
            tree.write(rel, data, mode)
        return sorted(made)

    def delete(self):
        """Removes the session as the client's sweep does: transcript, folder, file history, tasks."""
        import shutil
        os.unlink(self.path)
        for rel in (self.directory, "file-history/" + self.id, "tasks/" + self.id):
            shutil.rmtree(self.tree.path(rel), ignore_errors=True)

    def move(self, cwd):
        """Renames transcript and folder into another slug, as /cd does, and appends the row it writes."""
        old_rel, old_dir = self.rel, self.directory
        self.cwd, self.slug = cwd, slug(cwd)
        self.rel = "projects/%s/%s.jsonl" % (self.slug, self.id)
        self.directory = "projects/%s/%s" % (self.slug, self.id)
        os.makedirs(self.tree.path("projects", self.slug), exist_ok=True)
        os.rename(self.tree.path(old_rel), self.path)
        if os.path.isdir(self.tree.path(old_dir)):
            os.rename(self.tree.path(old_dir), self.tree.path(self.directory))
        self.add({"type": "relocated", "sessionId": self.id, "relocatedCwd": cwd})
