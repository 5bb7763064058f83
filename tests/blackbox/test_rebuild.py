"""The catalogue is derived: built anew from the store it says the same, whatever happened before."""
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import uuid

import json_schema
import kept_answers
from catalogue_rows import rows_of
from harness import BUSY, NOT_FOUND, REFUSED, CsbTest, main, need

SEED = int(os.environ.get("CSB_TEST_SEED", "20261121"))
ROUNDS = int(os.environ.get("CSB_TEST_ROUNDS", "6"))


class RebuildTest(CsbTest):
    def setUp(self):
        super().setUp()
        self.catalogue = os.path.join(self.csb_home, "catalogue.db")

    def rows(self):
        return rows_of(self.catalogue)

    def assert_same_rows(self, before, after, note=""):
        for name in before:
            if before[name] != after[name]:
                missing = [row for row in before[name] if row not in after[name]]
                extra = [row for row in after[name] if row not in before[name]]
                self.fail("%s: table %s differs\nonly before:\n%s\nonly rebuilt:\n%s" % (
                    note, name, "\n".join(missing[:5]), "\n".join(extra[:5])))

    def forget_catalogue(self):
        for name in os.listdir(self.csb_home):
            if name.startswith("catalogue.db"):
                os.unlink(os.path.join(self.csb_home, name))


class History:
    """Random things that happen to sessions."""

    def __init__(self, tree, rng):
        self.tree, self.rng = tree, rng
        self.sessions, self.forks = [], 0

    def calls(self, session):
        rng = self.rng
        file = "%s/%s.c" % (rng.choice([session.cwd, "/home/ada/other", "/srv/my proj"]), rng.choice("abcd"))
        name, given = rng.choice([
            ("Read", {"file_path": file}), ("Edit", {"file_path": file}), ("Write", {"file_path": file}),
            ("Grep", {"pattern": "x", "path": os.path.dirname(file)}), ("Glob", {"pattern": "*"}),
            ("Bash", {"command": "cd '%s' && cat ./x.c" % os.path.dirname(file)}), ("Bash", {"command": "make"})])
        row = session.answer("")
        row["message"]["content"] = [{"type": "tool_use", "id": "toolu_1", "name": name, "input": given}]
        row["message"]["usage"]["output_tokens"] = rng.randrange(1000)
        session.tree.tick(rng.choice([1, 30, 400, 1000]))
        session.add(row)

    def add(self):
        session = self.tree.session(prompts=self.rng.randrange(3), cwd=self.rng.choice(
            ["/home/ada/engine", "/home/ada/my.proj", "/home/ada/naïve dir"]))
        self.calls(session)
        if self.rng.random() < 0.5:
            session.footprint()
        if self.rng.random() < 0.2:
            session.add({"type": "user", "slug": "a-plan", "message": {"role": "user", "content": "x"}})
            self.tree.write("plans/a-plan.md", "plan")
        self.sessions.append(session)

    def grow(self, session):
        for _ in range(self.rng.randrange(1, 4)):
            self.rng.choice([lambda: session.turn("more", "done"), lambda: self.calls(session), session.compact,
                             lambda: session.rename("title %d" % self.rng.randrange(9)),
                             lambda: session.add({"type": "last-prompt", "explicit": True,
                                                  "leafUuid": str(self.rng.randrange(5))})])()

    def torn(self, session):
        self.tree.append(session.rel, '{"type":"user","message":{"role":"user","content":"to')

    def take_back(self, session):
        session.take_back(self.rng.randrange(1, 4))

    def rewrite(self, session):
        lines = session.read().splitlines(keepends=True)
        kept = [line for line in lines if self.rng.random() < 0.7]
        self.tree.write(session.rel, b"".join(kept) + b'{"type":"mode","mode":"normal"}\n' * self.rng.randrange(30))

    def recount(self, session):
        """Another number of tokens in the rows of some answers."""
        parts = session.read().split(b'"output_tokens":')
        for n in range(1, len(parts)):
            if self.rng.random() < 0.5:
                parts[n] = b"%d" % self.rng.randrange(1000) + parts[n].lstrip(b"0123456789")
        self.tree.write(session.rel, b'"output_tokens":'.join(parts))

    def stub(self, session):
        self.tree.write(session.rel, b'{"type":"mode"}\n' if self.rng.random() < 0.7 else b"")

    def delete(self, session):
        session.delete()

    def move(self, session):
        session.move("/home/ada/moved%d" % self.rng.randrange(3))

    def fork(self, session):
        """As --fork-session: a copy of the rows under a new id."""
        self.forks += 1
        sid = str(uuid.uuid5(uuid.NAMESPACE_URL, "fork %d" % self.forks))
        text = session.read().replace(session.id.encode(), sid.encode())
        if self.rng.random() < 0.3:
            text = text.replace(b'"type":"assistant"', b'"type":"assistant","requestSessionId":"%s"'
                                % session.id.encode())
        copy = type(session)(self.tree, sid, session.cwd)
        copy.count = 1000
        self.tree.write(copy.rel, text)
        self.sessions.append(copy)

    def step(self):
        there = [s for s in self.sessions if os.path.exists(s.path)]
        if len(there) < 2 or self.rng.random() < 0.2:
            return self.add()
        act = self.rng.choice([self.grow] * 4 + [self.torn, self.take_back, self.rewrite, self.recount, self.stub,
                                                 self.delete, self.move, self.move, self.fork])
        session = self.rng.choice(there)
        act(session)
        if act == self.move and self.rng.random() < 0.5:
            self.grow(session)
        return None


class Property(RebuildTest):
    def test_random_histories(self):
        """Append, rewrite, shrink, delete, move, fork: the rebuilt catalogue has the rows of the grown one."""
        for number in range(ROUNDS):
            rng = random.Random(SEED + number)
            shutil.rmtree(self.claude, ignore_errors=True)
            shutil.rmtree(self.csb_home, ignore_errors=True)
            history = History(type(self.tree)(self.claude), rng)
            for _ in range(rng.randrange(5, 15)):
                for _ in range(rng.randrange(1, 6)):
                    history.step()
                self.csb("backup", "-q")
            before = self.rows()
            self.forget_catalogue()
            self.csb("rebuild-index", "-q")
            self.assert_same_rows(before, self.rows(), "seed %d" % (SEED + number))
            self.csb("rebuild-index", "-q")
            self.assert_same_rows(before, self.rows(), "again, seed %d" % (SEED + number))
            self.assertEqual([], self.backup()["changes"])   # and nothing looks changed
            self.assert_same_rows(before, self.rows(), "after a backup, seed %d" % (SEED + number))


class Rebuild(RebuildTest):
    def test_deleted_sessions_and_older_versions_are_read(self):
        session, gone = self.tree.session(prompts=4), self.tree.session()
        self.backup()
        session.take_back(3)
        gone.delete()
        self.backup()
        self.forget_catalogue()
        report = self.csb("rebuild-index", "--json").json()
        self.assertEqual([], json_schema.complaints(report, json_schema.load("rebuild-index")))
        self.assertEqual((1, 1), (report["sessions"], report["deleted_sessions"]))
        self.assertFalse(report["had_catalogue"])
        database = sqlite3.connect(self.catalogue)
        gone = [answer[-1] for answers in kept_answers.by_file(database).values() for answer in answers]
        self.assertEqual((5, 1), (gone.count(0), gone.count(1)))
        database.close()

    def test_an_answer_that_changed_in_place_and_moved(self):
        """It took what the newest version of its row says, in a catalogue that grew as in one built anew."""
        session = self.tree.session(prompts=2)

        def judge(tokens):
            text = session.read()
            at = text.rindex(b'"output_tokens":') + 16
            self.tree.write(session.rel, text[:at] + b"%d" % tokens + text[text.index(b"}", at):])
            judge_as_it_is(tokens)

        def judge_as_it_is(tokens):
            self.backup()
            grown, said = self.rows(), self.csb("usage", "--json").json()["total"]["output"]
            self.csb("rebuild-index")
            self.assert_same_rows(grown, self.rows(), tokens)
            self.assertEqual([5 + tokens] * 2, [said, self.csb("usage", "--json").json()["total"]["output"]])

        judge(9)
        judge(7)
        session.move("/home/ada/elsewhere")
        judge_as_it_is(7)
        judge(6)
        session.turn("more", "of it")
        judge_as_it_is(11)
        session.delete()
        judge_as_it_is(11)

    def test_a_touch_is_no_activity(self):
        """A transcript whose rows have no time, touched without a change: nothing of that is in the store."""
        session = self.tree.session(prompts=0, title="no turn yet")
        self.backup()
        for act in (lambda: self.tree.stamp(session.rel), session.footprint, session.delete):
            act()
            self.backup()
            before = self.rows()
            self.csb("rebuild-index")
            self.assert_same_rows(before, self.rows())

    def test_other_machines_branches(self):
        other = type(self.tree)(os.path.join(self.scratch, "other/.claude"))
        theirs, gone = other.session(prompts=2), other.session(prompts=1)
        env = {"HOME": os.path.join(self.scratch, "other")}
        self.csb("config", "csb.machine", "another", env=env)
        self.csb("backup", env=env)
        gone.delete()
        self.csb("backup", env=env)
        ours = self.tree.session(id="12345678-1234-4234-8234-123456789012")
        self.backup()
        self.git.run("fetch", "-q", os.path.join(self.scratch, "other/.local/share/csb/store.git"),
                     "refs/heads/*:refs/remotes/other/*")
        ours.turn("more", "of it")
        self.backup()   # reads what was fetched
        self.assertEqual({theirs.id, gone.id, ours.id}, {s["id"] for s in self.list("-n0", "--deleted")})
        before = self.rows()
        self.csb("rebuild-index")
        self.assert_same_rows(before, self.rows())

    def test_runs_are_kept(self):
        self.tree.session()
        self.backup()
        before = self.csb("status", "--json").json()["last_backup"]
        self.csb("rebuild-index")
        self.assertEqual(before, self.csb("status", "--json").json()["last_backup"])

    def test_without_a_store(self):
        self.csb("rebuild-index", status=NOT_FOUND)
        self.assertFalse(os.path.exists(self.catalogue))

    def test_a_newer_catalogue_is_left_alone(self):
        self.tree.session()
        self.backup()
        database = sqlite3.connect(self.catalogue)
        database.execute("PRAGMA user_version = 99")
        database.commit()
        database.close()
        self.csb("rebuild-index", status=REFUSED)
        self.assertEqual(1, len(self.list()))

    def test_a_damaged_one_is_kept_aside(self):
        self.tree.session()
        self.backup()
        with open(self.catalogue, "wb") as f:
            f.write(b"no database")
        report = self.csb("rebuild-index", "--json").json()
        with open(report["set_aside"], "rb") as f:
            self.assertEqual(b"no database", f.read())
        self.assertEqual(1, len(self.list()))

    def test_it_waits_for_nobody_that_reads(self):
        self.tree.session()
        self.backup()
        database = sqlite3.connect("file:%s?mode=ro" % self.catalogue, uri=True)
        cursor = database.execute("SELECT id FROM files")
        cursor.fetchone()
        self.csb("rebuild-index")
        cursor.fetchall()   # goes on with the old one
        database.close()
        self.assertEqual(1, len(self.list()))

    def test_a_branch_that_cannot_be_read_at_the_moment_is_not_passed_over(self):
        need("strace")
        self.tree.session()
        self.backup()
        (ref,) = self.git.refs()
        for nth in range(1, 5):
            result = self.csb("rebuild-index", status=None, wrap=(
                "strace", "-qq", "-f", "-o", "/dev/null", "-P", os.path.join(self.store, ref), "-e",
                "inject=openat:error=EMFILE:when=%d" % nth))
            if result.status == 0:
                database = sqlite3.connect("file:%s?mode=ro" % self.catalogue, uri=True)
                self.assertEqual((1,), database.execute("SELECT count(*) FROM roots").fetchone(), nth)
                database.close()

    def test_a_kill_at_any_point_leaves_a_whole_one(self):
        need("strace")
        for _ in range(3):
            self.tree.session()
        self.backup()
        wanted = [s["id"] for s in self.list()]
        trace = os.path.join(self.scratch, "trace")
        calls = "unlink,rename,renameat,renameat2,link,linkat,fsync,fdatasync,pwrite64,ftruncate,openat"
        self.csb("rebuild-index", wrap=("strace", "-qq", "-f", "-o", trace, "-e", "trace=" + calls))
        with open(trace) as f:
            total = sum(1 for line in f if "(" in line)
        self.assertGreater(total, 20)
        step = max(1, total // 40)
        for nth in range(1, total + 1, step):
            self.csb("rebuild-index", status=None, wrap=(
                "strace", "-qq", "-f", "-o", "/dev/null", "-e", "trace=" + calls,
                "-e", "inject=%s:signal=KILL:when=%d" % (calls, nth)))
            self.assertTrue(os.path.exists(self.catalogue), nth)
            database = sqlite3.connect("file:%s?mode=ro" % self.catalogue, uri=True)
            self.assertEqual([("ok",)], database.execute("PRAGMA integrity_check").fetchall(), nth)
            self.assertEqual(3, database.execute("SELECT count(*) FROM sessions").fetchone()[0], nth)
            database.close()
        self.assertEqual(wanted, [s["id"] for s in self.list()])
        self.csb("rebuild-index")
        self.assertEqual([], [n for n in os.listdir(self.csb_home) if ".rebuild" in n])


class Robust(RebuildTest):
    """A catalogue that cannot be used never stops a backup, and list still answers."""

    def setUp(self):
        super().setUp()
        self.sessions = [self.tree.session() for _ in range(3)]
        self.gone = self.tree.session()
        self.backup()
        self.gone.delete()
        self.backup()

    def check(self, **kw):
        """Both go on. `kw`: how csb is run."""
        self.sessions[0].turn("more", "of it")
        report = self.backup(**kw)
        self.assertEqual([self.sessions[0].rel], [c["path"] for c in report["changes"]])
        self.assert_stored()
        self.check_list(**kw)

    def check_list(self, **kw):
        listed = self.list("--deleted", **kw)
        self.assertEqual({s.id for s in self.sessions + [self.gone]}, {s["id"] for s in listed})

    def test_corrupt_at_every_page(self):
        with open(self.catalogue, "rb") as f:
            whole = f.read()
        pages = len(whole) // 4096
        for page in range(0, pages, max(1, pages // 12)):
            self.forget_catalogue()
            with open(self.catalogue, "wb") as f:
                f.write(whole[:page * 4096] + b"\xa5" * 4096 + whole[(page + 1) * 4096:])
            self.check_list()
            self.forget_catalogue()
            with open(self.catalogue, "wb") as f:
                f.write(whole[:page * 4096] + b"\xa5" * 4096 + whole[(page + 1) * 4096:])
            self.sessions[0].turn("more", "of it")
            self.backup()
            self.assert_stored()
            self.check_list()

    def test_truncated(self):
        size = os.path.getsize(self.catalogue)
        for part in (0, 10, 4096, size // 2, size - 4096):
            os.truncate(self.catalogue, min(part, os.path.getsize(self.catalogue)))
            self.check_list()
            self.check()

    def test_locked_for_thirty_seconds(self):
        holder = subprocess.Popen(
            ["python3", "-c", "import sqlite3, sys, time\n"
             "d = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
             "d.execute('PRAGMA locking_mode = EXCLUSIVE')\n"
             "d.execute('BEGIN EXCLUSIVE')\n"
             "d.execute('CREATE TABLE held(x)')\n"
             "print('held', flush=True)\ntime.sleep(30)\nd.execute('ROLLBACK')\n", self.catalogue],
            stdout=subprocess.PIPE)
        self.addCleanup(lambda: (holder.kill(), holder.communicate()))
        self.assertEqual(b"held\n", holder.stdout.readline())
        self.check()
        self.assertIsNone(holder.poll(), "it was to be held all the while")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        self.check()
        self.assertEqual(4, len(self.list("--deleted")))

    def test_from_a_newer_version(self):
        database = sqlite3.connect(self.catalogue)
        database.execute("PRAGMA user_version = 99")
        database.commit()
        database.close()
        self.check_list()
        self.check()
        database = sqlite3.connect(self.catalogue)   # it has changed what this one needs, too
        database.execute("DROP TABLE transcripts")
        database.commit()
        database.close()
        self.check()

    def make_older(self):
        """As an older csb left it: tables of another shape by the same names."""
        self.forget_catalogue()
        database = sqlite3.connect(self.catalogue)
        database.executescript("CREATE TABLE answers(file_id INTEGER, message INTEGER, PRIMARY KEY(file_id, message));"
                               "CREATE TABLE roots(id INTEGER PRIMARY KEY, branch TEXT);"
                               "INSERT INTO roots VALUES(1, '%s');"
                               "PRAGMA application_id = 0x63736263; PRAGMA user_version = 1" % self.git.branch())
        database.close()

    def test_from_an_older_version(self):
        for ask in (self.check, self.check_list, lambda: self.csb("rebuild-index")):
            self.make_older()
            ask()
            self.check_list()
            self.assertEqual("", self.csb("list", "--deleted").err)
            self.assertEqual([], [n for n in os.listdir(self.csb_home) if n.startswith("catalogue.db.")])
        self.make_older()
        self.assertEqual("", self.csb("backup").err)

    def test_unreadable_on_the_disk(self):
        """A permanent EIO reading it, at once or only later."""
        need("strace")
        for when in ("1+", "2+", "3+", "5+", "8+"):
            self.check(wrap=("strace", "-qq", "-f", "-o", "/dev/null", "-P", self.catalogue, "-e", "trace=pread64",
                             "-e", "inject=pread64:error=EIO:when=" + when))
            self.check()

    def test_on_a_read_only_disk(self):
        """The store is elsewhere, csb's home cannot be written."""
        store = os.path.join(self.scratch, "elsewhere.git")
        shutil.copytree(self.store, store)
        home = os.path.join(self.scratch, "csb-home")
        env = {"CSB_STORE": store, "CSB_HOME": home}
        os.mkdir(home)
        self.csb("rebuild-index", env=env)
        wrap = ()
        if os.geteuid() == 0:   # root without its right to pass over permissions
            need("setpriv")
            wrap = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
        os.chmod(home, 0o555)
        self.check_list(env=env, wrap=wrap)
        os.chmod(home, 0o755)
        os.unlink(os.path.join(home, "catalogue.db"))
        os.chmod(home, 0o555)
        self.check_list(env=env, wrap=wrap)
        self.assertFalse(os.path.exists(os.path.join(home, "catalogue.db")))
        os.chmod(home, 0o755)

    def test_it_mends_itself(self):
        with open(self.catalogue, "r+b") as f:
            f.seek(4096 * 2)
            f.write(os.urandom(4096 * 6))
        self.check_list()
        self.csb("list")
        self.assertTrue(any(n.startswith("catalogue.db.damaged-") for n in os.listdir(self.csb_home)))
        self.assertNotIn("reading the sessions", self.csb("list").err)


if __name__ == "__main__":
    main()
