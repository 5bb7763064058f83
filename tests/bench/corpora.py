"""What is backed up in the benchmark: made once in the working directory, the same for the same arguments."""
import os
import random
import subprocess
import sys
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "blackbox"))
from claude_tree import ClaudeTree  # noqa: E402

MB = 1000 * 1000


def generated(work, name, sessions, megabytes):
    """A directory by tests/support/gen_corpus.py. -> its path"""
    path = os.path.join(work, name)
    if not os.path.exists(path + ".manifest.json"):   # written last
        subprocess.run([sys.executable, os.path.join(HERE, "..", "support", "gen_corpus.py"), "gen", "--out", path,
                        "--sessions", str(sessions), "--mb", str(megabytes)], check=True)
    return path


def small_files(work, count):
    """`count` tool results of 300 to 3,000 bytes, 30 in each session's folder. -> path"""
    path = os.path.join(work, "small%d" % count)
    if os.path.exists(path):
        return path
    tree, chance = ClaudeTree(path + ".part"), random.Random(1)
    for n in range(count):
        sid = uuid.uuid5(uuid.NAMESPACE_OID, str(n // 30))
        text = "%d %s\n" % (n, chance.getrandbits(64)) * chance.randrange(15, 130)
        tree.write("projects/-home-ada-p%02d/%s/tool-results/b%08d.txt" % (n // 30 % 50, sid, n), text)
    os.rename(path + ".part", path)
    return path


class Transcripts:
    """`count` transcripts of `megabytes` each, taken from generated sessions, that grow by 20 KB."""

    def __init__(self, work, path, count, megabytes):
        self.path, self.grown = path, 0
        self.text = self.rows(work)
        self.tree = ClaudeTree(path)
        self.files = []
        for n in range(count):
            sid = ClaudeTree.session_id(n)
            rel = "projects/-home-ada-engine/%s.jsonl" % sid
            chance = random.Random(n)
            data = bytearray()
            while len(data) < megabytes * MB:
                at = self.text.index(b"\n", chance.randrange(len(self.text) - 2 * MB)) + 1
                data += self.text[at:self.text.index(b"\n", at + MB) + 1]
            self.tree.write(rel, bytes(data))
            self.files.append(rel)

    @staticmethod
    def rows(work):
        """Rows of many generated transcripts in one string."""
        corpus = os.path.join(generated(work, "rows", 60, 60), "projects")
        found = b""
        for base, dirs, names in sorted(os.walk(corpus)):
            dirs.sort()
            for name in sorted(names):
                if name.endswith(".jsonl"):
                    with open(os.path.join(base, name), "rb") as f:
                        found += f.read().rstrip(b"\n") + b"\n"
        return found

    def grow(self, rel, size=20_000):
        """Appends about `size` bytes of whole rows."""
        self.grown += 1
        at = self.text.index(b"\n", random.Random(self.grown * 7919).randrange(len(self.text) - MB)) + 1
        data = bytearray()
        while len(data) < size:
            end = self.text.index(b"\n", at) + 1
            if end - at < 2 * size:   # a row longer than the growth asked for says nothing about growth
                data += self.text[at:end]
            at = end
        self.tree.append(rel, bytes(data))


def sparse_session(path, gigabytes):
    """A directory with one session whose transcript is a hole of that many GB after its first rows."""
    tree = ClaudeTree(path)
    session = tree.session(prompts=3)
    os.truncate(session.path, gigabytes * 1000 * MB)
    tree.stamp(session.rel)
    return path


def session_of_18_files(tree_root):
    """Adds a session with a footprint of 18 files. -> (Session, its paths)"""
    tree = ClaudeTree(tree_root)
    session = tree.session(prompts=40, id="18f11e50-0000-4000-8000-000000000018")
    made = [session.rel, *session.footprint()]
    while len(made) < 18:
        rel = "%s/tool-results/c%07d.txt" % (session.directory, len(made))
        tree.write(rel, "row of a result\n" * 500)
        made.append(rel)
    return session, made
