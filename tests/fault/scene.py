"""What a backup starts from, put back before each fault, and what must hold after it.

A scene is a config directory that stays as it is (the catalogue knows its inodes) and a store and home of csb
that are copied back from a template. Checks ask real git with as few processes as possible: campaigns have
hundreds of points.
"""
import hashlib
import os
import random
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../blackbox"))
from harness import BUSY, DONE, FAILED, SANITIZER, CsbTest, Git, main, need, snapshot  # noqa: E402,F401  (re-exported)

SLICE = 1 << 20
FULL = "--full" in sys.argv
SEED = int(os.environ.get("CSB_TEST_SEED", "20"))


def full_main():
    """main(), with --full taken from the arguments."""
    sys.argv = [a for a in sys.argv if a != "--full"]
    main()


def blob_ids(data):
    """The ids of the slices a file of these bytes is stored as."""
    pieces = [data[at:at + SLICE] for at in range(0, len(data), SLICE)] or [b""]
    return [hashlib.sha1(b"blob %d\0" % len(p) + p).hexdigest() for p in pieces]


class FaultTest(CsbTest):
    """A scene and its checks. `lies`: exit 0 and not stored. `manual`: the next backup did not exit 0."""

    def setUp(self):
        super().setUp()
        self.options = []
        self.template = os.path.join(self.scratch, "template")
        self.repository = None
        self.work_before = None
        self.earlier, self.deleted = set(), set()
        self.rand = random.Random(SEED)

    # ---- scenes
    def make_sessions(self):
        """Five sessions of a few KB and one of 1.5 MB."""
        self.sessions = [self.tree.session(cwd="/home/ada/p%d" % (n % 2)) for n in range(6)]
        self.sessions[0].footprint()
        self.sessions[5].fill(3 << 19)
        self.tree.user_files()

    def change_sessions(self):
        """Growth, a shrink, a new session, a deletion, a user's edit."""
        self.sessions[5].turn("more of the long one", "done")
        self.sessions[1].turn("more", "done")
        self.sessions[2].take_back()
        self.sessions.append(self.tree.session())
        rel = self.sessions[3].rel
        self.sessions[3].delete()
        self.deleted.add(rel)
        self.tree.append("CLAUDE.md", "One more rule.\n")

    def scene_first(self):
        """A home in which csb never ran."""
        self.make_sessions()
        self.keep()

    def scene_append(self):
        """A store with a hot pack, and changes of every kind since."""
        self.make_sessions()
        self.csb("backup", *self.options)
        self.sessions[5].turn()
        self.csb("backup", *self.options)
        self.change_sessions()
        self.keep()

    def scene_adopted(self):
        """The same in the repository of a person's project, with something staged."""
        work = self.repository = os.path.join(self.scratch, "dotfiles")
        os.mkdir(work)
        self.options = ["--store", work]
        self.git = Git(work + "/.git", self.home)
        user = {**self.git.env, "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@example.invalid",
                "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "a@example.invalid"}

        def git(*args):
            subprocess.run(["git", *args], cwd=work, env=user, check=True, capture_output=True)
        git("init", "-q", "-b", "main", ".")
        for n in range(3):
            with open(work + "/notes", "a") as f:
                f.write("line %d\n" % n)
            git("add", "-A")
            git("commit", "-q", "-m", "note %d" % n)
        with open(work + "/notes", "a") as f:
            f.write("staged\n")
        git("add", "-A")
        self.scene_append()

    def what_there_is(self):
        """-> {path: the ids of its blobs}, of every file in the Claude directory"""
        found = {}
        for base, _, names in os.walk(self.claude):
            for name in names:
                full = os.path.join(base, name)
                with open(full, "rb") as f:
                    found[os.path.relpath(full, self.claude)] = blob_ids(f.read())
        return found

    def keep(self):
        """What is there now is what every point starts from."""
        os.mkdir(self.template)
        self.parts = [p for p in (self.csb_home, self.repository) if p]
        for n, part in enumerate(self.parts):
            if os.path.exists(part):
                shutil.copytree(part, os.path.join(self.template, str(n)), symlinks=True)
        self.expected = self.what_there_is()
        if os.path.exists(self.git.git_dir):
            self.earlier = {oid for oid in self.git.text("rev-list", "--all").split()}
        self.work_before = self.users_part()

    def put_back(self):
        for n, part in enumerate(self.parts):
            shutil.rmtree(part, ignore_errors=True)
            kept = os.path.join(self.template, str(n))
            if os.path.exists(kept):
                shutil.copytree(kept, part, symlinks=True)

    def users_part(self):
        """Of an adopted repository: all that csb may not touch."""
        if not self.repository:
            return None
        seen = snapshot(self.repository)
        own = re.compile(rb"\.git(/(objects|csb|(logs/)?refs/heads/[^/]+|logs/refs|logs/refs/heads))?(/.*)?$")
        refs = {r: oid for r, oid in self.git.refs().items() if not r.endswith("/claude-code")}
        named = (b".git/HEAD", b".git/index", b".git/config", b".git/logs/HEAD", b".git/refs/heads/main")
        return refs, {p: v for p, v in seen.items() if not own.match(p) or p in named}

    # ---- what must hold
    def history(self):
        """-> [(commit, {path: status})] of csb's branch, newest first; [] when there is none yet."""
        done = self.git.run("log", "--format=%x01%H", "--name-status", "--no-renames", "-m", "--first-parent",
                            "--glob=refs/heads/*/claude-code", status=None)
        commits = []
        for part in done.stdout.decode().split("\x01")[1:]:
            lines = part.split("\n")
            commits.append((lines[0], dict(reversed(line.split("\t", 1)) for line in lines[1:] if line)))
        return commits

    def missing(self):
        """Paths whose current bytes are not in the newest commit, and deleted ones that still are."""
        stored = {}
        for path, (_, _, oid) in sorted(self.git.tree().items()):
            name = os.fsdecode(path)
            if re.search(r"/[0-9]{6}\.csb$", name):
                name = os.path.dirname(name)
            stored.setdefault(name, []).append(oid)
        wrong = [p for p, ids in self.expected.items() if stored.get(p) != ids]
        return wrong + [p for p in self.deleted if p in stored]

    def assert_nothing_lost(self):
        """Directly after the fault, before anything heals it."""
        if not os.path.exists(self.git.git_dir):
            self.assertFalse(self.earlier, "the store is gone")
            return
        self.git.fsck()
        history = self.history()
        commits = {oid for oid, _ in history}
        if self.repository:
            commits |= set(self.git.text("rev-list", "main").split())
        self.assertLessEqual(self.earlier, commits, "earlier versions are gone")
        for oid, changes in history:
            if oid not in self.earlier:
                gone = {p for p, status in changes.items() if status == "D" and not p.startswith(".csb/")}
                gone = {re.sub(r"/[0-9]{6}\.csb$", "", p) for p in gone}
                self.assertLessEqual(gone - set(self.expected), self.deleted)
                for path in gone & set(self.expected):   # one file became several slices, or the reverse
                    self.assertTrue(any(p.startswith(path) for p, s in changes.items() if s != "D"),
                                    "%s was recorded as deleted" % path)

    def leavings(self):
        """Files that only a run under way may have."""
        found = []
        places = [self.csb_home, self.git.git_dir]
        for place in places:
            for base, _, names in os.walk(place):
                for name in names:
                    if (re.search(r"\.(keep|lock|new|rebuild)$|\.tmp\.|-journal$", name)
                            or name.startswith(("tmp_", "csb_tmp", ".tmp"))
                            or name == "pending") and name != "catalogue.lock":
                        found.append(os.path.join(base, name))
        if os.path.exists(self.store + ".new"):
            found.append(self.store + ".new")
        state = os.path.join(self.git.git_dir, "csb/state")
        if os.path.exists(state):
            with open(state) as f:
                text = f.read()
            if re.search(r"(?m)^(next|drop|ref)", text):
                found.append("state: " + text)
        return found

    def assert_healed(self, ignore=r"$^"):
        """The next backup needs no help, and then everything is as if nothing had happened.

        `ignore`: leavings (by name) that are no fault of the run.
        """
        result = self.csb("backup", *self.options, status=None, timeout=120)
        self.assertEqual(result.status, DONE, "the next run failed\n%s" % result)
        self.assert_nothing_lost()
        self.assertEqual(self.missing(), [])
        self.assertEqual([left for left in self.leavings() if not re.search(ignore, left)], [])
        if self.repository:
            refs, files = self.users_part()
            self.assertEqual(refs, self.work_before[0])
            self.assert_same_tree(self.work_before[1], files)

    def assert_listed(self):
        """The catalogue agrees with the store."""
        live = {s.id for s in self.sessions if os.path.exists(s.path)}
        listed = self.csb("list", "--json", *self.options).json()
        listed = listed["sessions"] if isinstance(listed, dict) else listed
        self.assertEqual(live, {s["id"] for s in listed})


class Figures:
    """Counts of one campaign; the summary line is for the person who runs it."""

    def __init__(self, name):
        self.name, self.points, self.hit = name, 0, 0
        self.lies, self.manual, self.lost, self.crashes = [], [], [], []

    def broken(self):
        return self.lies + self.manual + self.lost + self.crashes

    def __str__(self):
        return ("%s: seed %d%s, points %d, faults that struck %d, lies %d, manual steps %d, losses %d, crashes %d"
                % (self.name, SEED, " (full)" if FULL else "", self.points, self.hit, len(self.lies),
                   len(self.manual), len(self.lost), len(self.crashes)))


def trace(test, calls, command=("backup",), **kw):
    """Runs one command of the scene unharmed. -> {call: [[argument text of the n-th call, by thread]…]}"""
    log = os.path.join(test.scratch, "trace")
    test.csb(*command, *test.options, wrap=("strace", "-f", "-qq", "-o", log, "-e", "trace=" + ",".join(calls)), **kw)
    counted = {}
    with open(log, errors="replace") as f:
        for line in f:
            found = re.match(r"(\d+)\s+(\w+)\((.*)", line)
            if found:
                thread, call, rest = found.groups()
                counted.setdefault(call, {}).setdefault(thread, []).append(rest)
    return counted


def known_calls(names):
    """Those of the system calls that this machine has (aarch64 has no rename, no mkdir…)."""
    done = []
    for name in names:
        tried = subprocess.run(["strace", "-qq", "-o", "/dev/null", "-e", "trace=" + name, "true"],
                               capture_output=True)
        if tried.returncode == 0:
            done.append(name)
    return done
