"""Tens of thousands of sessions, made as fast as the disk takes them.

gen_corpus.py composes every row, which is too slow for 20 GB. Here its rows are stencils: turns of a few generated
sessions with a gap wherever an id, a time or a folder stood. A session is a shuffle of turns with the gaps filled
anew, so no two have a row in common, and they compress as the originals do.
"""
import json
import operator
import os
import random
import re
import time
from calendar import timegm
from glob import glob

from claude_tree import ClaudeTree, slug

GAP = re.compile(rb'"parentUuid":(?:"[0-9a-f-]{36}"|null)'
                 rb'|(?<="sessionId":")[0-9a-f-]{36}'
                 rb'|\0'   # where the folder stood
                 rb'|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
                 rb'|20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z'
                 rb'|(?<=_01)1?[0-9a-f]{20}(?=")')   # of msg_01, toolu_01 and req_011
FOLDER = re.compile(rb'"cwd":"([^"\\]+)"')
LONGEST_ROW = 200_000   # a longer one would make every session that draws it alike in size
OTHER_FILES = 1.2   # bytes of all files to bytes of transcripts
DAY = 86400
SECONDS = [b"T%02d:%02d:%02d" % (n // 3600, n // 60 % 60, n % 60) for n in range(DAY)]
MILLISECONDS = [b".%03dZ" % n for n in range(1000)]
DATES = {}


def stamp(when):
    """Milliseconds since 1970 as the client writes a time. -> bytes"""
    seconds, ms = divmod(when, 1000)
    day, second = divmod(seconds, DAY)
    if day not in DATES:
        DATES[day] = time.strftime("%Y-%m-%d", time.gmtime(day * DAY)).encode()
    return DATES[day] + SECONDS[second] + MILLISECONDS[ms]


class Turn:
    """A prompt and the rows up to the next one, with gaps. Positions in `values`: 0 session, 1 folder, 2 the row before,
    then uuids, then ids, then times."""
    FIXED = 3

    def __init__(self, rows):
        text = b"".join(rows).replace(FOLDER.search(rows[0]).group(1), b"\0")
        self.parts, gaps, at = [], [], 0
        for gap in GAP.finditer(text):
            self.parts += [text[at:gap.start()], b""]
            gaps.append(gap.group())
            at = gap.end()
        self.parts.append(text[at:])
        self.size = len(text)
        self.number(gaps)

    def number(self, gaps):
        """Equal gaps get equal values; a parent from before this turn is the row that will stand before it."""
        uuids, ids, times, kinds = {}, {}, {}, []
        known = {gap for gap in gaps if len(gap) == 36}
        for n, gap in enumerate(gaps):
            before = self.parts[2 * n]
            if gap.startswith(b'"parentUuid"'):
                self.parts[2 * n] += b'"parentUuid":"'
                self.parts[2 * n + 2] = b'"' + self.parts[2 * n + 2]
                parent = gap.split(b'"')[3] if gap.endswith(b'"') else b""
                kinds.append((uuids, parent) if parent in known else (None, 2))
            elif before.endswith(b'"sessionId":"'):
                kinds.append((None, 0))
            elif gap == b"\0":
                kinds.append((None, 1))
            else:
                kinds.append((uuids if len(gap) == 36 else times if gap.endswith(b"Z") else ids, gap))
            kind, value = kinds[-1]
            if kind is not None:
                kind.setdefault(value, len(kind))
        first = {id(uuids): self.FIXED, id(ids): self.FIXED + len(uuids), id(times): self.FIXED + len(uuids) + len(ids)}
        slots = [value if kind is None else first[id(kind)] + kind[value] for kind, value in kinds]
        self.fill_of = operator.itemgetter(*slots)
        self.uuids, self.ids = len(uuids), len(ids)
        # The uuid of a row stands at its end; the last row's is what the next turn hangs on.
        self.last = max(slot for slot in slots if self.FIXED <= slot < self.FIXED + self.uuids)
        whole = [calendar_ms(text) for text in times]
        self.offsets = [max(0, each - whole[0]) for each in whole]
        self.span = max(self.offsets) + 20_000

    def filled(self, chance, session, folder, before, clock):
        """-> its bytes, the uuid of its last row"""
        count = self.uuids + self.ids
        digits = b"%0*x" % (32 * count, chance.getrandbits(128 * count))
        values = [session, folder, before]
        for at in range(0, 32 * self.uuids, 32):
            values.append(b"%b-%b-4%b-8%b-%b" % (digits[at:at + 8], digits[at + 8:at + 12], digits[at + 13:at + 16],
                                                  digits[at + 17:at + 20], digits[at + 20:at + 32]))
        values += [digits[at:at + 20] for at in range(32 * self.uuids, len(digits), 32)]
        values += [stamp(clock + offset) for offset in self.offsets]
        parts = self.parts[:]
        parts[1::2] = self.fill_of(values)
        return b"".join(parts), values[self.last]


def calendar_ms(text):
    return timegm(time.strptime(text[:19].decode(), "%Y-%m-%dT%H:%M:%S")) * 1000 + int(text[20:23])


def turns(corpus):
    """The turns of a generated directory's transcripts. -> [Turn]"""
    found = []
    for path in sorted(glob(os.path.join(corpus, "projects", "*", "*.jsonl"))):
        rows = []
        with open(path, "rb") as f:
            for line in f:
                if not is_row(line):
                    continue
                if b'"type":"user","message":{"role":"user","content":"' in line and rows:
                    found.append(rows)
                    rows = []
                rows.append(line)
        if rows:
            found.append(rows)
    return [Turn(rows) for rows in found]


def is_row(line):
    """Leaves out rows about the whole session, very long ones, and what is broken on purpose."""
    if not line.startswith(b'{"parentUuid"') or len(line) > LONGEST_ROW or b"NEEDLE-" in line or b"forkedFrom" in line:
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


class Made:
    """One session that was made. `last`: when it was last used, in ms; `uuid`: of its last row."""

    def __init__(self, number, id, cwd, last):
        self.number, self.id, self.cwd, self.last = number, id, cwd, last
        self.rel = "projects/%s/%s.jsonl" % (slug(cwd), id)
        self.uuid, self.bytes, self.files = b"", 0, 0

    @property
    def needle(self):
        return needle(self.number)


def needle(number):
    """A word that occurs in the first prompt of this session and nowhere else."""
    return "needle%06d" % number


class Crowd:
    """A Claude directory at `root` that sessions are added to. Nothing is younger than a day."""

    def __init__(self, root, corpus):
        self.tree = ClaudeTree(root)
        self.tree.user_files()
        self.now = int(time.time() * 1000)
        self.turns = turns(corpus)
        self.sessions = []

    def grow(self, sessions, megabytes):
        """Adds so many sessions of together about so many MB."""
        first = len(self.sessions)
        weights = [random.Random(first + n).lognormvariate(0, 1.3) for n in range(sessions)]
        scale = megabytes * 1_000_000 / OTHER_FILES / sum(weights)
        for n, weight in enumerate(weights):
            self.sessions.append(self.make(first + n, int(weight * scale)))

    def make(self, number, size):
        """Writes the session of that number, of about that many bytes. -> Made"""
        chance = random.Random("session %d" % number)
        made = Made(number, ClaudeTree.session_id(1_000_000 + number),
                    "/home/ada/project-%03d" % chance.randrange(10 + number // 250),
                    self.now - int(chance.uniform(1, 75) * DAY * 1000))
        picked = self.pick(chance, size)
        files = {made.rel: self.head(made, picked) + self.rows(made, picked, chance, made.last)}
        self.others(files, chance, made, size)
        for path, content in files.items():
            self.write(path, content, made.last)
        made.bytes, made.files = sum(map(len, files.values())), len(files)
        return made

    @staticmethod
    def rows(made, picked, chance, end):
        """The turns, each hanging on the one before, the last ending at `end`."""
        clock, text = end - sum(turn.span for turn in picked), []
        for turn in picked:
            filled, made.uuid = turn.filled(chance, made.id.encode(), made.cwd.encode(), made.uuid, clock)
            text.append(filled)
            clock += turn.span
        return b"".join(text)

    def pick(self, chance, size):
        picked = []
        while size > 0:
            picked.append(chance.choice(self.turns))
            size -= picked[-1].size
        return picked

    @staticmethod
    def head(made, picked):
        """The first row: a prompt with the session's own word."""
        made.uuid = ClaudeTree.session_id(-1 - made.number).encode()
        when = made.last - sum(turn.span for turn in picked) - 1000
        row = {"parentUuid": None, "isSidechain": False, "userType": "external", "cwd": made.cwd, "sessionId": made.id,
               "version": "2.1.329", "gitBranch": "main", "type": "user",
               "message": {"role": "user", "content": "Look into %s, please" % needle(made.number)},
               "uuid": made.uuid.decode(), "timestamp": stamp(when).decode()}
        return json.dumps(row, separators=(",", ":")).encode() + b"\n"

    def others(self, files, chance, made, size):
        """What else a session has on disk, as often as in gen_corpus.py."""
        directory = made.rel[:-len(".jsonl")]
        if chance.random() < .25:
            for _ in range(chance.randrange(1, 5)):
                agent = "%s/subagents/agent-%016x" % (directory, chance.getrandbits(64))
                files[agent + ".jsonl"] = self.sidechain(made, agent[-16:], chance, int(size * chance.uniform(.02, .3)))
                files[agent + ".meta.json"] = b'{"agentType":"explore"}'
        if chance.random() < .20:
            for _ in range(chance.randrange(1, 6)):
                files["%s/tool-results/toolu_01%020x.txt" % (directory, chance.getrandbits(80))] = self.prose(
                    chance, made.id, min(400_000, int(size * chance.uniform(.02, .15)) + 300))
        if chance.random() < .25:
            for _ in range(chance.randrange(1, 6)):
                files["file-history/%s/%016x@v1" % (made.id, chance.getrandbits(64))] = self.prose(
                    chance, made.id, int(chance.lognormvariate(8, 1)))
        if chance.random() < .15:
            files["session-env/%s/sessionstart-hook-0.sh" % made.id] = b"export VIRTUAL_ENV=/x\n"
        if chance.random() < .15:
            files["tasks/%s/1.json" % made.id] = b'{"id":"1","subject":"write tests","status":"pending"}'

    def sidechain(self, made, agent, chance, size):
        """A subagent's rows, which hang on nothing."""
        branch = Made(made.number, made.id, made.cwd, made.last)
        text = self.rows(branch, self.pick(chance, size), chance, made.last)
        return text.replace(b'"parentUuid":""', b'"parentUuid":null', 1).replace(
            b'"isSidechain":false', b'"isSidechain":true,"agentId":"%b"' % agent.encode())

    def prose(self, chance, name, size):
        """Text that begins with something of its own."""
        text = b"".join(max(turn.parts, key=len) for turn in self.pick(chance, size))
        return (b"%b %x\n" % (name.encode(), chance.getrandbits(64)) + text)[:size]

    def write(self, rel, data, when):
        full = self.tree.path(rel)
        try:
            file = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(full), exist_ok=True)
            file = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(file, "wb", buffering=0) as f:
            left = memoryview(data)
            while left:
                left = left[f.write(left):]
        os.utime(full, ns=(when * 1_000_000, when * 1_000_000))

    def append(self, made, size):
        """The session goes on by about `size` bytes, and is then the one last used."""
        made.last = 1000 + max([self.now - 3_600_000] + [each.last for each in self.sessions])
        chance = random.Random("more of %d at %d" % (made.number, made.bytes))
        text = self.rows(made, self.pick(chance, size), chance, made.last)
        self.tree.append(made.rel, text, made.last / 1000)
        made.bytes += len(text)

