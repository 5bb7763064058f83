"""A random life of a Claude directory and of its store: every step by itself, and what the store owes afterwards.

A step is (name, number): the number is the seed of whatever the step chooses, so that a step means the same in
every sequence it is left in, and a sequence can be cut down to the steps that matter. A step that has nothing to
work on does nothing.
"""
import json
import os
import random
import shutil
import subprocess
import time

from judge import Judge
from scene import BUSY, DONE, SLICE, Git

PROJECTS = ["/home/ada/engine", "/home/ada/my.proj", "/srv/site", "/home/ada/naïve dir"]
CALLS = ("openat", "write", "pwrite64", "rename", "renameat", "unlink", "unlinkat", "mkdir", "fsync", "link", "close")


class World(Judge):
    """Steps are methods named step_*; each gets a random.Random of its own."""

    def begin(self, adopted):
        """`adopted`: the store is the person's own repository in the directory that is archived."""
        self.setUp()
        self.adopted = adopted
        self.sessions, self.log = [], []
        self.tree.clock -= 20 * 86400
        if adopted:
            self.store = os.path.join(self.claude, ".git")
            self.git = Git(self.store, self.home)
            self.person("init", "-q", "-b", "main", ".")
        self.tree.write("../.config/csb/config", "[csb]\n\tmachine = box\n" + (
            "\tstore = ~/.claude/.git\n" if adopted else ""))
        self.tree.write("../precious/file", "not csb's\n")
        self.tree.user_files()
        self.judge_begins()

    def step(self, name, number):
        getattr(self, "step_" + name)(random.Random(number))
        self.judge_always()

    def some(self, rng, alive=True):
        """A session that has a transcript (or one that has not), or None."""
        found = [s for s in self.sessions if os.path.exists(s.path) == alive]
        return rng.choice(found) if found else None

    def person(self, *args, status=0):
        """The person's own git, in their repository."""
        who = {"GIT_%s_%s" % (role, what): value for role in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.invalid"))}
        done = subprocess.run(["git", *args], cwd=self.claude, env={**self.git.env, **who}, capture_output=True)
        if status is not None and done.returncode != status:
            self.fail("git %s: exit %d\n%s" % (args, done.returncode, done.stderr.decode(errors="replace")))

    # ---- the client
    def step_new(self, rng):
        session = self.tree.session(prompts=rng.randrange(4), cwd=rng.choice(PROJECTS))
        if not os.path.exists(session.path):
            session.rename("no turn yet")
        if rng.random() < 0.5:
            session.footprint()
        self.sessions.append(session)

    def step_append(self, rng):
        session = self.some(rng)
        if session:
            for _ in range(rng.randrange(1, 4)):
                rng.choice([session.turn, session.compact, lambda: session.rename("title %d" % rng.randrange(9)),
                            lambda: session.turn("ask %d" % rng.random(), "x" * rng.randrange(5000))])()

    def step_fill(self, rng):
        """Past one or two slices."""
        session = self.some(rng)
        if session:
            session.fill(rng.choice([(1 << 20) - 50, 1 << 20, 5 << 18, 9 << 18]))

    def step_truncate(self, rng):
        session = self.some(rng)
        if session:
            session.take_back(rng.randrange(1, 5))

    def step_torn(self, rng):
        session = self.some(rng)
        if session:
            self.tree.append(session.rel, rng.choice(['{"type":"user","mess', "\0\0\0", '"prNu{"parentUuid":1}\n']))

    def step_blank(self, rng):
        session = self.some(rng)
        if session:
            size = os.path.getsize(session.path)
            self.tree.write(session.rel, rng.choice([b"", b'{"type":"mode"}\n', b"\0" * min(size, 70_000)]))

    def step_rewrite(self, rng):
        """A new file by the old name, with some of the rows."""
        session = self.some(rng)
        if session:
            kept = [row for row in session.read().splitlines(keepends=True) if rng.random() < 0.7]
            self.tree.write(session.rel + ".new", b"".join(kept))
            os.rename(session.path + ".new", session.path)

    def step_flip(self, rng):
        """Other words in the place of some that were said.

        In a file of several slices under a new inode: of one that goes on growing, csb looks at the ends of closed
        slices alone, since the client rewrites in place only up to the end (ARCHITECTURE.md, step 4).
        """
        session = self.some(rng)
        if session:
            data = session.read()
            for word in (b"question", b"answer", b"done"):
                if word in data and rng.random() < 0.7:
                    parts = data.split(word)
                    at = rng.randrange(1, len(parts))
                    data = word.join(parts[:at]) + bytes(rng.choices(b"abcdef", k=len(word))) + word.join(parts[at:])
            if len(data) > SLICE:
                os.rename(self.tree.write(session.rel + ".new", data), session.path)
            else:
                self.tree.write(session.rel, data)

    def step_delete(self, rng):
        session = self.some(rng)
        if session:
            session.delete()

    def step_move(self, rng):
        session = self.some(rng)
        if session:
            session.move(rng.choice(PROJECTS))

    def step_rename_project(self, rng):
        projects = self.tree.path("projects")
        slugs = sorted(os.listdir(projects))
        if slugs:
            old, new = rng.choice(slugs), "-home-ada-renamed%d" % rng.randrange(3)
            if not os.path.exists(os.path.join(projects, new)):
                os.rename(os.path.join(projects, old), os.path.join(projects, new))
                for session in self.sessions:
                    if session.slug == old:
                        session.slug = new
                        session.rel = "projects/%s/%s.jsonl" % (new, session.id)
                        session.directory = "projects/%s/%s" % (new, session.id)

    # ---- the person
    def step_edit(self, rng):
        rel = rng.choice(["CLAUDE.md", "commands/deploy.md", "agents/reviewer.md", "skills/x/SKILL.md"])
        if rng.random() < 0.3 and os.path.exists(self.tree.path(rel)):
            os.unlink(self.tree.path(rel))
        else:
            self.tree.write(rel, "Rule %d.\r\n" % rng.randrange(99), rng.choice([0o600, 0o644]))

    def step_secret(self, rng):
        self.secret_paths.update(self.tree.secrets())

    def step_git_commit(self, rng):
        if self.adopted:
            self.remember(self.on_disk(), sure=False)
            self.person("add", "-A", rng.choice([".", "CLAUDE.md", "projects"]), status=None)
            self.person("commit", "-q", "--allow-empty", "-m", "theirs %d" % rng.randrange(99))

    def step_git_stage(self, rng):
        if self.adopted:
            self.tree.write("notes.md", "staged %d\n" % rng.randrange(99))
            self.person("add", "-f", "notes.md")

    def step_git_gc(self, rng):
        if os.path.exists(self.store):
            self.git.run("gc", "-q", *rng.choice([("--prune=now",), ()]))

    # ---- csb
    def step_backup(self, rng):
        with self.leaves_everything_else():
            report = self.measured("backup", "--json").json()
        self.judge_full_backup(report)

    def step_backup_session(self, rng):
        session = self.some(rng)
        if session:
            with self.leaves_everything_else():
                report = self.measured("backup", "--session", session.id, "--json").json()
            self.judge_session_backup(session, report)

    def step_hook(self, rng):
        """The client tells of what happens to a session."""
        session = self.some(rng)
        if not session:
            return
        event = rng.choice(["PreCompact", "SessionEnd", "SessionStart"])
        told = json.dumps({"session_id": session.id, "transcript_path": session.path, "cwd": session.cwd})
        with self.leaves_everything_else():
            result = self.csb("hook", event, input=told.encode())
            self.assertEqual(result.err, "", event)
            if event == "SessionStart":   # which may tell of a session that was left unarchived
                self.assertRegex(result.out, r'^(\{"systemMessage":"csb: [^"]*"\}\n)?$')
            else:
                self.assertEqual(result.out, "", event)
            if event != "PreCompact":
                self.wait_until(lambda: self.is_stored(session), "%s archived nothing" % event)
            self.wait_until_idle()
        self.judge_session_backup(session)

    def step_concurrently(self, rng):
        """Whoever is turned away may count on the other."""
        with self.leaves_everything_else():
            runs = [self.start("backup") for _ in range(2)]
            ends = [run.wait(120) for run in runs]
        self.assertLessEqual(set(ends), {DONE, BUSY}, "I6: %s" % [run.stderr.read() for run in runs])
        self.assertIn(DONE, ends)
        self.judge_full_backup()

    def step_beside_a_writer(self, rng):
        """The client writes on while csb reads: what is stored is what was there, perhaps without the newest."""
        session = self.some(rng)
        if not session:
            return
        before = session.read()
        run = self.start("backup")
        for _ in range(rng.randrange(1, 6)):
            time.sleep(rng.random() / 100)
            session.turn("while it runs", "y" * rng.randrange(3000))
        self.assertEqual(run.wait(120), DONE)
        stored = self.git.files().get(os.fsencode(session.rel), b"")
        self.assertTrue(session.read().startswith(stored), "I1: a state that never was")
        self.assertGreaterEqual(len(stored), len(before), "I1: less than there was")

    def step_kill(self, rng):
        """kill -9 somewhere in a backup, then nothing but what comes next."""
        self.remember(self.on_disk(), sure=False)
        self.killed(rng, "backup")

    def step_restore(self, rng):
        session = self.some(rng, alive=False)
        if session and self.conversations.get(session.id):
            with self.leaves_everything_else(but=session):
                self.measured("restore", session.id)
            self.judge_restored(session)

    def step_kill_restore(self, rng):
        session = self.some(rng, alive=False)
        if session and self.conversations.get(session.id):
            with self.leaves_everything_else(but=session):
                self.killed(rng, "restore", session.id)
                self.csb("restore", session.id, status=None)
            self.judge_restored(session)

    def step_maintain(self, rng):
        if os.path.exists(self.store):
            self.measured("maintain")

    def step_rebuild(self, rng):
        if os.path.exists(self.store):
            self.measured("rebuild-index")

    def step_lose_catalogue(self, rng):
        for name in os.listdir(self.csb_home) if os.path.isdir(self.csb_home) else ():
            if name.startswith("catalogue.db"):
                os.unlink(os.path.join(self.csb_home, name))

    def step_sabotage(self, rng):
        """Never drawn: takes a pack away, to see that the judge sees it and that a sequence is cut down to it."""
        packs = os.path.join(self.store, "objects/pack")
        if os.path.isdir(packs):
            shutil.rmtree(packs)
            os.mkdir(packs)

    def killed(self, rng, *args):
        """strace makes the point of the kill the same in each run; without it, time does."""
        call, count = rng.choice(CALLS), int(rng.paretovariate(0.6))
        if shutil.which("strace"):
            self.csb(*args, status=None, wrap=("strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=?" + call, "-e",
                                               "inject=?%s:signal=KILL:when=%d" % (call, count)))
        else:
            run = self.start(*args)
            time.sleep(rng.random() / 20)
            run.kill()
            run.wait()


# How often each step is drawn.
WEIGHTS = {"new": 6, "append": 12, "fill": 2, "truncate": 3, "torn": 2, "blank": 2, "rewrite": 2, "flip": 2, "delete": 4,
           "move": 3, "rename_project": 2, "edit": 3, "secret": 1, "git_commit": 2, "git_stage": 1, "git_gc": 2,
           "backup": 12, "backup_session": 5, "hook": 4, "concurrently": 2, "beside_a_writer": 1, "kill": 7,
           "restore": 5, "kill_restore": 3, "maintain": 1, "rebuild": 1, "lose_catalogue": 1}


def draw(rng, steps):
    """-> [(name, number)]"""
    names = rng.choices(list(WEIGHTS), list(WEIGHTS.values()), k=steps)
    return [("new", rng.randrange(1 << 30))] + [(name, rng.randrange(1 << 30)) for name in names]
