"""What csb owes after every step of a random life: invariants I1 to I10, asked of real git and of a plain model.

I1 every byte that was there during a successful backup is reachable from a ref, for ever; I2 csb changes nothing of
the person's: work tree, index, refs; I3 `git fsck --strict` is content; I4 a rebuilt catalogue says what the grown
one says; I5 what is restored is what was stored, and storing it again adds nothing; I6 exit 0 means no problem and
everything stored; I7 without a change nothing is written; I8 no secret is in any object; I9 a restore writes the
session's own files and nothing else; I10 memory does not depend on what is archived.
"""
import contextlib
import json
import os
import re
import resource
import shutil
import subprocess
import tempfile

from scene import DONE, SANITIZER, SLICE, FaultTest, blob_ids, snapshot
from catalogue_rows import rows_of
from waiting import Waiting

KNOWN = ("projects/", "file-history/", "tasks/", "commands/", "agents/", "skills/", "CLAUDE.md", "settings.json")
MOST_MEMORY = 64 << 20
# Of a repository: what a backup may change.
OWN = re.compile(rb"\.claude/\.git/((csb|objects|refs/heads/box|logs/refs/heads/box)(/|$)|(logs|logs/refs|logs/refs/heads)$)")


class Judge(Waiting, FaultTest):
    """The model: what must be found again, and what each session's transcript was when it was stored."""

    def judge_begins(self):
        self.owed, self.owed_commits = {}, set()   # {blob id: of which path}, commit ids
        self.conversations = {}                    # {session: [stored transcripts, oldest first]}
        self.perhaps = {}                          # {session: [transcripts that a killed run may have stored]}
        self.newest = {}                           # {session: its newest stored transcript, None when it is not sure}
        self.secret_paths = {}

    # ---- after every step
    def judge_always(self):
        if not os.path.exists(self.store):
            self.assertEqual(self.owed, {}, "I1: the store is gone")
            return
        self.git.fsck()   # I3
        there = self.git.objects()
        lost = {path for oid, path in self.owed.items() if oid not in there}
        self.assertEqual(lost, set(), "I1: versions are lost")
        self.assertLessEqual(self.owed_commits, there, "I1: commits are lost")
        if "refs/heads/box/claude-code" in self.git.refs():
            self.judge_secrets()

    def judge_secrets(self):
        names = {line.split(" ", 1)[1] for line in self.git.text(
            "rev-list", "--objects", "refs/heads/box/claude-code").splitlines() if " " in line}
        self.assertEqual(names & set(self.secret_paths), set(), "I8: a secret is stored")

    @contextlib.contextmanager
    def leaves_everything_else(self, but=None):
        """I2 and I9: nothing outside csb's home is touched, except the files of the session `but`."""
        def picture():
            seen = snapshot(self.scratch)
            home = os.fsencode(os.path.relpath(self.csb_home, self.scratch))
            return {path: what for path, what in seen.items()
                    if not path.startswith(home) and not OWN.search(path) and what[0] != "dir"
                    and not (but and but.id.encode() in path)}
        refs = self.others_refs()
        before = picture()
        yield
        after = picture()
        if before != after:
            try:
                self.assert_same_tree(before, after)
            except AssertionError as wrong:
                raise AssertionError("I2/I9: touched\n%s" % wrong) from None
        self.assertEqual(refs, self.others_refs(), "I2: refs")
        left = [path for path in snapshot(self.claude, skip=(".git",)) if b".tmp" in path or b".csb" in path]
        self.assertEqual(left, [], "I9: left in the person's directory")

    def others_refs(self):
        refs = self.git.refs() if os.path.exists(self.store) else {}
        return {name: oid for name, oid in refs.items() if not name.startswith("refs/heads/box/")}

    # ---- running
    def measured(self, *args, status=DONE):
        """Like csb(), and I10."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            run = subprocess.Popen([self.binary, *args], env=self.environment(), cwd=self.scratch,
                                   stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            _, ended, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(ended)
            texts = []
            for stream in (out, err):
                stream.seek(0)
                texts.append(stream.read())
        self.assertEqual(run.returncode, status, "I6: csb %s\n%s" % (args, b"\n".join(texts).decode(errors="replace")))
        # A child begins with the memory of who starts it.
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if own < MOST_MEMORY and not SANITIZER:
            self.assertLess(usage.ru_maxrss * 1024, MOST_MEMORY, "I10: memory of %s" % (args,))
        return Report(texts[0])

    # ---- the model
    def on_disk(self, of=None):
        """-> {path: bytes} of what must be stored; `of`: one session's only."""
        found = {}
        for base, dirs, names in os.walk(self.claude):
            dirs[:] = [d for d in dirs if d != ".git"]
            for name in names:
                rel = os.path.relpath(os.path.join(base, name), self.claude)
                if rel.startswith(KNOWN) and (of is None or of.id in rel):
                    with open(os.path.join(base, name), "rb") as f:
                        found[rel] = f.read()
        return found

    def stored(self):
        """-> {path: [ids of its slices]} at the tip of csb's branch."""
        found = {}
        for path, (_, _, oid) in sorted(self.git.tree().items()):
            name = re.sub(r"/[0-9]{6}\.csb$", "", os.fsdecode(path))
            if name.startswith(KNOWN):
                found.setdefault(name, []).append(oid)
        return found

    def is_stored(self, session):
        if not os.path.exists(self.store) or "refs/heads/box/claude-code" not in self.git.refs():
            return False
        return self.stored().get(session.rel) == blob_ids(session.read())

    def remember(self, files, sure=True):
        """These bytes are stored (or, not `sure`, may be: by a killed run, by the person's own git)."""
        for rel, data in files.items():
            if sure:
                self.owed.update((oid, rel) for oid in blob_ids(data))
            for session in self.sessions:
                if rel == session.rel:
                    kept = (self.conversations if sure else self.perhaps).setdefault(session.id, [])
                    if kept[-1:] != [data]:
                        kept.append(data)
                    self.newest[session.id] = data if sure else None

    def judge_full_backup(self, report=None):
        files = self.on_disk()
        ids = {rel: blob_ids(data) for rel, data in files.items()}
        stored = self.stored()
        self.assertEqual({rel: oids for rel, oids in ids.items() if stored.get(rel) != oids}, {}, "I1/I6: not stored")
        self.assertEqual(set(stored) - set(ids), set(), "gone, and not recorded as deleted")
        self.remember(files)
        self.owed_commits.add(self.git.tip())
        if report:
            self.assert_no_problem(report)
        self.judge_catalogue(may_lag=report is None or not report["store_opened"])
        self.judge_idle()

    def judge_session_backup(self, session, report=None):
        files = self.on_disk(session)
        ids = {rel: blob_ids(data) for rel, data in files.items()}
        stored = {rel: oids for rel, oids in self.stored().items() if session.id in rel}
        self.assertEqual(stored, ids, "I1/I6: session %s" % session.id)
        self.remember(files)
        if report:
            self.assert_no_problem(report)
        else:   # a hook may have stored others too, as they are
            self.remember(self.on_disk(), sure=False)
            self.newest[session.id] = files[session.rel]

    def assert_no_problem(self, report):
        worse = [problem for problem in report["problems"] if problem["severity"] != "note"]
        self.assertEqual((worse, report["incomplete"]), ([], False), "I6: exit 0 with a problem")

    def judge_idle(self):
        """I7, of a backup that has nothing to do."""
        tip, before = self.git.tip(), snapshot(self.store)
        report = self.measured("backup", "--json").json()
        self.assertEqual((report["changes"], tip), ([], self.git.tip()), "I7: a commit without a change")
        try:
            self.assert_same_tree(before, snapshot(self.store))
        except AssertionError as wrong:
            raise AssertionError("I7: written without a change\n%s" % wrong) from None

    def judge_catalogue(self, may_lag):
        """I4, in a copy of csb's home.

        `may_lag`: what others committed is catalogued when the store is opened the next time, so not by this run.
        """
        grown = rows_of(os.path.join(self.csb_home, "catalogue.db"))
        heads = {row.split("'")[1]: row.split("'")[-2].lower() for row in grown["roots"]}
        if may_lag and any(heads.get(ref) != tip for ref, tip in self.others_refs().items()):
            return
        copy = os.path.join(self.scratch, "copy")
        shutil.copytree(self.csb_home, copy, symlinks=True)
        self.csb("rebuild-index", env={"CSB_HOME": copy})
        rebuilt = rows_of(os.path.join(copy, "catalogue.db"))
        shutil.rmtree(copy)
        for name in grown:
            if grown[name] != rebuilt[name]:
                self.fail("I4: table %s\nonly grown:   %s\nonly rebuilt: %s" % (
                    name, [row for row in grown[name] if row not in rebuilt[name]][:3],
                    [row for row in rebuilt[name] if row not in grown[name]][:3]))

    def judge_restored(self, session):
        """I5."""
        found = [rel for rel in self.on_disk(session) if rel.endswith("/%s.jsonl" % session.id)]
        self.assertEqual(len(found), 1, "I5: transcripts of %s: %s" % (session.id, found))
        session.rel, session.slug = found[0], found[0].split("/")[1]
        session.directory = session.rel[:-len(".jsonl")]
        data = session.read()
        newest = self.newest.get(session.id)
        if newest is not None and is_whole(newest):
            self.assertEqual(data, newest, "I5: not the newest version")
        elif newest is not None:
            known = self.conversations[session.id] + self.perhaps.get(session.id, [])
            self.assertTrue(data in known, "I5: restored what was never stored")
        objects = self.git.objects()
        self.csb("backup", "--session", session.id)
        new = self.git.objects() - objects
        kinds = self.git.text("cat-file", "--batch-check", input="".join(o + "\n" for o in new).encode()).splitlines()
        blobs = {line.split()[0] for line in kinds if " blob " in line}
        # What the person's own git stored whole, csb stores in slices.
        csbs = [data for data in self.on_disk(session).values()
                if len(data) <= SLICE or data in self.conversations[session.id]]
        mine = {oid for data in csbs for oid in blob_ids(data)}
        self.assertEqual(blobs & mine, set(), "I5: stored again")
        self.judge_session_backup(session)


class Report:
    def __init__(self, out):
        self.out = out

    def json(self):
        return json.loads(self.out)


def is_whole(data):
    """A conversation of whole rows, as the client writes it."""
    spoken = False
    for line in data.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            return False
        if not isinstance(row, dict):
            return False
        spoken |= row.get("type") in ("user", "assistant") and isinstance(row.get("message"), dict)
    return spoken and data.endswith(b"\n")
