"""Backups, readers and git at work at the same time: no append is lost, nobody is told a lie, no reader fails."""
import fcntl
import os
import subprocess
import threading
import time

from scene import BUSY, DONE, FaultTest, full_main, need
from waiting import Waiting


class Background(threading.Thread):
    """Repeats a step until told to stop; keeps what it raised."""

    def __init__(self, step):
        super().__init__(daemon=True)
        self.step, self.stopped, self.failure, self.rounds = step, threading.Event(), None, 0

    def run(self):
        try:
            while not self.stopped.is_set():
                self.step()
                self.rounds += 1
        except BaseException as failure:   # an assertion of another thread is the test's
            self.failure = failure

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.stopped.set()
        self.join()
        if self.failure and kind is None:
            raise self.failure


class Backups(Waiting, FaultTest):
    def append_and_back_up(self, session, rounds, ends, failures):
        """What one client's hook does. Exit 0 says that the append is stored; exit 11 that another run does it."""
        try:
            for n in range(rounds):
                session.turn("question %d" % n, "answer %d of %s" % (n, session.id))
                content = session.read()
                result = self.csb("backup", status=(DONE, BUSY))
                ends.append(result.status)
                if result.status == DONE:
                    stored = self.git.out("show", "%s:%s" % (self.git.branch(), session.rel))
                    self.assertTrue(stored.startswith(content), "exit 0, not stored: %s round %d" % (session.id, n))
        except BaseException as failure:
            failures.append(failure)

    def at_once(self, clients, rounds):
        sessions = [self.tree.session() for _ in range(clients)]
        self.csb("backup")
        ends, failures = [], []
        threads = [threading.Thread(target=self.append_and_back_up, args=(s, rounds, ends, failures))
                   for s in sessions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]
        # Not one more backup: whoever gave up was right to.
        self.assert_stored()
        self.assertFalse(os.path.exists(os.path.join(self.csb_home, "pending")))
        self.assertEqual(self.leavings(), [])
        self.assertEqual(self.backup()["changes"], [])
        self.assert_store_sound()
        print("%d clients, %d appends each: %d backups done, %d busy, 0 appends lost" % (
            clients, rounds, ends.count(DONE), ends.count(BUSY)), flush=True)

    def test_two_at_once(self):
        self.at_once(2, 15)

    def test_ten_at_once(self):
        self.at_once(10, 4)

    def test_a_reader_with_the_catalogue_does_not_turn_a_backup_away(self):
        """It knows nothing of wishes: a backup that gave up would wait for ever to be made up for."""
        session = self.tree.session()
        self.csb("backup")
        session.turn()
        with open(os.path.join(self.csb_home, "catalogue.lock"), "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            waiting = self.start("backup")
            with self.assertRaises(subprocess.TimeoutExpired):
                waiting.wait(0.5)
        self.assertEqual(waiting.wait(60), DONE)
        self.assert_stored()

    def test_wishes_in_every_run_are_all_fulfilled(self):
        """One run after another is wished for while it is at work: the last wish counts like the first."""
        need("strace")
        session = self.tree.session()
        self.csb("backup")
        session.turn()
        mark, wishes = os.path.join(self.csb_home, "pending"), 0
        slow = self.start("backup", "--wait", "60", wrap=(
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:delay_enter=300000"))
        self.wait_until_locked()
        while slow.poll() is None and wishes < 6:
            if os.path.exists(mark):
                time.sleep(0.02)
                continue
            time.sleep(0.4)   # the walk is over, the first fsync is not
            session.turn("wish %d" % wishes)
            wishes += self.csb("backup", status=(DONE, BUSY)).status == BUSY
        self.assertEqual(slow.wait(120), DONE)
        self.assertGreaterEqual(wishes, 1)   # how many fit in depends on the machine; none may be lost
        self.assert_stored()
        self.assertFalse(os.path.exists(mark))


class Gc(FaultTest):
    def beside_gc(self, times):
        """Appends and backups while the person's git packs and prunes without end."""
        versions, refused = [], []
        session = self.sessions[5]

        def gc():
            done = self.git.run("gc", "-q", "--prune=now", status=None)
            if done.returncode != 0:
                refused.append(done.stderr.decode(errors="replace"))
        with Background(gc) as packing:
            for n in range(times):
                session.turn("question %d" % n, "answer %d" % n)
                self.sessions[0].turn()
                self.csb("backup", *self.options)
                versions.append((self.git.tip(), session.read()))
        self.git.fsck()
        for tip, content in versions:
            self.assertEqual(self.git.archived(session.rel, tip), content)
        self.git.run("gc", "-q", "--prune=now")
        self.git.fsck()
        self.csb("backup", *self.options)
        self.csb("verify", *self.options)
        self.assertEqual(self.leavings(), [])
        print("%d backups beside %d gc (%d of them gave up): 0 versions lost" % (
            times, packing.rounds, len(refused)), flush=True)

    def test_beside_gc_of_the_own_store(self):
        self.make_sessions()
        self.csb("backup")
        self.beside_gc(30)

    def test_beside_gc_of_an_adopted_repository(self):
        self.scene_adopted()
        self.csb("backup", *self.options)
        self.beside_gc(30)
        refs, files = self.users_part()
        self.assertEqual(refs, self.work_before[0])

        def work_tree(seen):   # gc itself changes .git
            return {path: what for path, what in seen.items() if not path.startswith(b".git")}
        self.assertEqual(work_tree(files), work_tree(self.work_before[1]))


class Readers(FaultTest):
    def test_readers_beside_backups(self):
        self.make_sessions()
        self.csb("backup")
        session, other = self.sessions[1], self.sessions[5]

        def read():
            for args in (("list", "--json"), ("log", session.id), ("cat", session.id), ("show", other.id)):
                self.csb(*args)
        with Background(read) as reader:
            for n in range(20):
                session.turn("question %d" % n)
                self.csb("backup")
                self.assert_stored(session.rel)
        print("%d rounds of readers beside 20 backups: none failed" % reader.rounds, flush=True)
        self.assertGreater(reader.rounds, 2)

    def test_readers_of_a_catalogue_that_is_gone(self):
        """They rebuild it, and the backups beside them neither fail nor give up in vain."""
        self.make_sessions()
        self.csb("backup")
        session = self.sessions[1]

        def read():
            for args in (("list", "--json"), ("log", session.id)):
                self.csb(*args)
        with Background(read) as reader:
            for n in range(10):
                for name in os.listdir(self.csb_home):
                    if name.startswith("catalogue.db") and n % 2:
                        try:
                            os.unlink(os.path.join(self.csb_home, name))
                        except FileNotFoundError:
                            pass
                session.turn("question %d" % n)
                self.csb("backup")
                self.assert_stored(session.rel)
        print("%d rounds of rebuilding readers beside 10 backups: none failed" % reader.rounds, flush=True)
        self.assert_store_sound()


if __name__ == "__main__":
    full_main()
