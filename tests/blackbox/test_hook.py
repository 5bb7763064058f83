"""csb hook: silent and successful whatever happens, and what should be archived is."""
import json
import os
import re
import subprocess
import time

from harness import BUSY, DONE, INCOMPLETE, SANITIZER, ClaudeTree, CsbTest, Git, main, need
from waiting import LONG, Waiting

HANDING_OVER = ("Stop", "SubagentStop", "SessionEnd")
ASYNC = HANDING_OVER + ("SessionStart",)
EVENTS = ASYNC + ("PreCompact",)


def content(path):
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def is_run_of(pid, program, home):
    """Whether that process is one of the program, for that person."""
    try:
        with open("/proc/%s/environ" % pid, "rb") as f:
            return os.path.samefile("/proc/%s/exe" % pid, program) and b"HOME=%s\0" % home.encode() in f.read()
    except OSError:
        return False


class HookTest(Waiting, CsbTest):
    def event(self, session=None, **fields):
        """What the client would write."""
        sid = session.id if session else "00000000-0000-4000-8000-0000000000ff"
        return json.dumps({"session_id": sid, "transcript_path": "/etc/passwd", "cwd": "/tmp", **fields}).encode()

    def hook(self, event, input=None, session=None, message=False, **kw):
        """Runs the hook; nothing may be printed, and it succeeds. -> Result"""
        result = self.csb("hook", event, input=self.event(session) if input is None else input, **kw)
        self.assertEqual(b"", result.err_bytes, result)
        if not message:
            self.assertEqual(b"", result.out_bytes, result)
        return result

    def heartbeats(self, count):
        """Once there are so many. -> [(event, session, outcome)], oldest first"""
        words = self.wait_for_heartbeats(count)
        for when, _, _, duration, _ in words:
            self.assertLess(abs(int(when) / 1e9 - time.time()), 600)
            self.assertLess(int(duration), 60e9)
        return [(w[1], w[2], w[4]) for w in words]

    def is_stored(self, *sessions):
        if not os.path.isdir(self.store) or not self.git.refs():
            return False
        stored = self.git.files()
        return all(stored.get(s.rel.encode()) == s.read() for s in sessions)

    def wait_until_stored(self, *sessions):
        self.wait_until(lambda: self.is_stored(*sessions), "not archived")


class Events(HookTest):
    def test_pre_compact_archives_before_it_returns(self):
        session = self.tree.session()
        other = self.tree.session()
        self.hook("PreCompact", session=session)
        self.assertTrue(self.is_stored(session))
        self.assertFalse(self.is_stored(other), "that session only")
        session.turn()
        self.hook("PreCompact", session=session)
        self.assertTrue(self.is_stored(session))
        self.assertEqual([("PreCompact", session.id, "archived")] * 2, self.heartbeats(2))

    def test_session_end_archives_everything(self):
        sessions = [self.tree.session() for _ in range(3)]
        self.hook("SessionEnd", session=sessions[0])
        self.wait_until_stored(*sessions)
        self.assertEqual([("SessionEnd", sessions[0].id, "handed-over")], self.heartbeats(1))

    def test_session_start_archives_everything_and_says_nothing(self):
        sessions = [self.tree.session() for _ in range(3)]
        self.hook("SessionStart", session=sessions[0])
        self.wait_until_stored(*sessions)

    def test_a_start_after_a_compaction_is_nothing_to_do(self):
        session = self.tree.session()
        self.hook("SessionStart", input=self.event(session, source="compact"))
        self.assertEqual([("SessionStart", session.id, "skipped")], self.heartbeats(1))
        time.sleep(0.5)
        self.assertFalse(os.path.exists(self.store))

    def test_many_stops_are_few_backups_and_the_last_is_archived(self):
        session = self.tree.session()
        other = self.tree.session()
        self.backup()
        before = len(self.git.commits())
        for n in range(40):
            session.turn("go on %d" % n)
            self.hook("Stop" if n % 3 else "SubagentStop", session=session)
        self.wait_until_stored(session)
        self.assertLessEqual(len(self.git.commits()) - before, 8, "one now, and one every ten seconds")
        other.turn()
        time.sleep(0.5)
        self.assertFalse(self.is_stored(other), "nobody wished for that one")
        self.assertEqual(40, len(self.heartbeats(40)))
        self.wait_until(lambda: not os.listdir(os.path.join(self.csb_home, "wishes")), "wishes are fulfilled")

    def test_a_stop_without_a_session_is_nothing_to_do(self):
        self.tree.session()
        self.hook("Stop", input=b"{}")
        self.assertEqual([("Stop", "-", "skipped")], self.heartbeats(1))

    def test_a_session_that_is_not_on_disk(self):
        self.tree.session()
        self.backup()
        for event in ("PreCompact", "Stop"):
            self.hook(event, session=None)
        self.assertEqual("skipped", self.heartbeats(2)[0][2])
        self.csb("status")

    def test_the_config_directory_of_the_environment(self):
        elsewhere = os.path.join(self.home, "other-claude")
        os.rename(self.claude, elsewhere)
        self.tree.root = elsewhere
        session = self.tree.session()
        self.store = os.path.join(self.home, "csb-home/store.git")
        self.git = Git(self.store, self.home)
        for event in ("PreCompact", "SessionEnd"):
            session.turn()
            self.hook(event, session=session, env={"CLAUDE_CONFIG_DIR": "other-claude", "CSB_HOME": "csb-home"},
                      cwd=self.home)
            self.wait_until_stored(session)
        self.assertFalse(os.path.exists(self.csb_home))


class Input(HookTest):
    def test_whatever_comes_on_standard_input(self):
        session = self.tree.session()
        whole = self.event(session)
        hostile = {"bom": b"\xef\xbb\xbf" + whole, "broken off": whole[:-1], "empty": b"",
                           "garbage": b"\0\xff{]" * 1000, "array": b"[" * 100_000, "number": b"7",
                           "hostile id": b'{"session_id":"../../../etc/passwd"}',
                           "too much": whole[:-1] + b', "x": "' + b"y" * 3_000_000 + b'"}'}
        for name, data in hostile.items():
            with self.subTest(name):
                for event in EVENTS:
                    self.hook(event, input=data)
        beats = self.heartbeats(len(hostile) * len(EVENTS))
        self.wait_until_idle()
        self.assertTrue(self.is_stored(session))
        self.assertEqual({"-", session.id}, {beat[1] for beat in beats})

    def test_a_name_from_the_input_is_never_a_path(self):
        self.tree.session()
        self.hook("Stop", input=b'{"session_id":"../../evil"}')
        self.hook("Stop", input=b'{"session_id":"00000000-0000-4000-8000-00000000000/"}')
        self.assertEqual(2, len(self.heartbeats(2)))
        self.assertFalse(os.path.exists(os.path.join(self.csb_home, "wishes")))

    def run_with(self, stdin, event="Stop", **kw):
        done = subprocess.run([self.binary, "hook", event], env=self.environment(), stdin=stdin, timeout=LONG,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw)
        self.assertEqual((DONE, b"", b""), (done.returncode, done.stdout, done.stderr))

    def test_input_that_never_ends(self):
        self.tree.session()
        with open("/dev/zero", "rb") as endless:
            self.run_with(endless)

    def test_input_that_never_comes_or_stays_open(self):
        session = self.tree.session()
        for data in (b"", self.event(session)):
            read, write = os.pipe()
            try:
                os.write(write, data)
                self.run_with(read, "PreCompact")
            finally:
                os.close(read)
                os.close(write)
        self.assertEqual(session.id, self.heartbeats(2)[-1][1])

    def test_a_terminal_is_not_asked(self):
        self.tree.session()
        leader, terminal = os.openpty()
        try:
            self.run_with(terminal)
        finally:
            os.close(leader)
            os.close(terminal)

    def test_closed_descriptors(self):
        session = self.tree.session()
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                done = subprocess.run(["sh", "-c", 'exec "$0" hook PreCompact ' + closed, self.binary],
                                      env=self.environment(), input=self.event(session), capture_output=True)
                self.assertEqual((DONE, b"", b""), (done.returncode, done.stdout, done.stderr))

    def test_unknown_events_and_wrong_usage(self):
        for arguments in (("Nonsense",), ("",), (), ("Stop", "--nonsense"), ("Stop", "Stop"), ("--json",),
                          ("../x",), ("sessionend",)):
            result = self.csb("hook", *arguments, input=b"{}")
            self.assertEqual((b"", b""), (result.out_bytes, result.err_bytes))
        self.assertEqual([], self.heartbeats(0))
        self.assertIn("PreCompact", self.csb("hook", "--help").out)


class Faults(HookTest):
    def test_nothing_to_archive_and_nowhere_to_put_it(self):
        os.rename(self.claude, self.claude + ".moved")
        for event in EVENTS:
            self.hook(event)
        os.rename(self.claude + ".moved", self.claude)
        session = self.tree.session()
        self.heartbeats(len(EVENTS))
        self.wait_until_idle()
        os.rename(self.csb_home, self.csb_home + ".moved")
        with open(self.csb_home, "w", encoding="utf-8"):    # a file where csb's home should be
            pass
        for event in EVENTS:
            self.hook(event, session=session)
        nowhere = {"HOME": "", "CSB_HOME": self.csb_home, "CLAUDE_CONFIG_DIR": self.claude}
        for environment in (nowhere, {"HOME": "/nonexistent"}, {"CSB_HOME": "/proc/nope"},
                            {"CSB_STORE": "/nonexistent/store"}):
            for event in EVENTS:
                self.hook(event, session=session, env=environment)

    def test_a_malformed_configuration(self):
        session = self.tree.session()
        os.makedirs(os.path.join(self.home, ".config/csb"))
        with open(os.path.join(self.home, ".config/csb/config"), "w", encoding="utf-8") as f:
            f.write("[csb\n= =\n")
        for event in EVENTS:
            self.hook(event, session=session)

    def test_a_failed_backup_is_on_record_until_one_succeeds(self):
        session = self.tree.session()
        os.makedirs(self.csb_home, mode=0o700)
        with open(self.store, "w", encoding="utf-8"):       # a file where the store should be
            pass
        self.hook("PreCompact", session=session)
        self.assertEqual([("PreCompact", session.id, "failed")], self.heartbeats(1))
        said = self.csb("status", status=INCOMPLETE)
        self.assertIn("the last backup ended with status", said.err)
        self.assertEqual(0o600, os.stat(os.path.join(self.csb_home, "last-failure")).st_mode & 0o777)
        os.unlink(self.store)
        self.hook("SessionEnd", session=session)
        self.wait_until_stored(session)
        self.wait_until_idle()
        self.csb("status")

    def test_another_run_holds_the_lock(self):
        session = self.tree.session()
        self.backup()
        session.turn()
        lock = self.hold_lock()
        for event in ASYNC:
            self.hook(event, session=session)
        self.wait_until(lambda: os.path.exists(os.path.join(self.csb_home, "pending")), "no wish was left")
        self.heartbeats(len(ASYNC))
        self.assertFalse(self.is_stored(session))
        started = time.monotonic()
        self.hook("PreCompact", session=session)
        self.assertLess(time.monotonic() - started, LONG)
        self.assertEqual("left-to-run", self.heartbeats(len(EVENTS))[-1][2])
        lock.close()
        self.wait_until_stored(session)
        self.wait_until_idle()

    def test_another_run_knows_another_directory(self):
        self.tree.session()
        elsewhere = ClaudeTree(os.path.join(self.home, "other-claude"))
        session = elsewhere.session()
        self.backup()
        lock = self.hold_lock()
        self.hook("SessionEnd", session=session, env={"CLAUDE_CONFIG_DIR": elsewhere.root})
        self.wait_until(lambda: os.path.exists(os.path.join(self.csb_home, "pending")), "no wish was left")
        lock.close()
        self.csb("backup", status=(DONE, BUSY))        # it takes up the wish, and knows of its own root only
        self.wait_until(lambda: session.id in {s["id"] for s in self.list()}, "not archived")

    def test_pre_compact_waits_a_little_for_another_run(self):
        session = self.tree.session()
        self.backup()
        session.turn()
        lock = self.hold_lock()
        hook = subprocess.Popen([self.binary, "hook", "PreCompact"], env=self.environment(), stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        hook.stdin.write(self.event(session))
        hook.stdin.close()
        time.sleep(0.5)
        self.assertIsNone(hook.poll())
        lock.close()
        self.assertEqual(DONE, hook.wait(LONG))
        self.assertEqual(b"", hook.stdout.read() + hook.stderr.read())
        hook.stdout.close()
        hook.stderr.close()
        self.assertTrue(self.is_stored(session))

    def test_a_full_disk_and_a_crash(self):
        need("strace")
        session = self.tree.session()
        self.backup()
        for inject in ("write,pwrite64,writev:error=ENOSPC:when=1+", "fsync,fdatasync:error=EIO:when=1+",
                       "rename,renameat,renameat2:error=ENOSPC:when=1+", "fsync:signal=KILL:when=1",
                       "fsync:signal=SEGV:when=1", "mmap:error=ENOMEM:when=60+", "clone,clone3,fork:error=EAGAIN:when=1+"):
            if SANITIZER and inject.startswith("mmap"):
                continue   # whose own memory it would be
            with self.subTest(inject):
                session.turn()
                self.hook("PreCompact", session=session,
                          wrap=("strace", "-qq", "-f", "-o", "/dev/null", "-e", "inject=" + inject))
        self.hook("PreCompact", session=session)
        self.assertTrue(self.is_stored(session))
        self.assert_store_sound()

    def test_what_the_client_waits_for_is_a_start_and_a_fork(self):
        need("strace")
        session = self.tree.session()
        self.backup()
        trace = os.path.join(self.scratch, "trace")
        for number, event in enumerate(HANDING_OVER, 1):
            # Without -f: the process the client waits for, and not those it hands over to.
            self.hook(event, session=session, wrap=("strace", "-qq", "-e", "signal=none", "-o", trace))
            calls = content(trace)
            self.assertIn("libc.so", calls)
            self.assertNotIn("libgit2", calls, event)
            fork = re.search(r"^(clone3?|fork)\(", calls, re.M).start()
            self.assertEqual(["setpgid", "exit_group"], re.findall(r"^(\w+)\(", calls[fork:], re.M)[1:], event)
            self.assertEqual(3, calls[:fork].count("dup2("), "nothing of the client's is open by then")
            self.assertEqual((event, session.id, "handed-over"), self.heartbeats(number)[-1])

    def others(self):
        """-> processes of csb's"""
        return [pid for pid in os.listdir("/proc") if pid.isdigit() and is_run_of(pid, self.binary, self.home)]

    def test_what_is_left_behind_is_out_of_reach_of_the_client(self):
        need("strace")
        session = self.tree.session()
        self.backup()
        for number, event in enumerate(("SessionEnd", "Stop"), 1):
            session.turn()
            trace = os.path.join(self.scratch, "trace%d" % number)
            # Slowed at its first steps, the child's and that of the child it hands over to: without that they are done
            # before anybody looks.
            tracer = subprocess.Popen(["strace", "-f", "-qq", "-e", "trace=setsid,exit_group", "-e", "signal=none", "-o", trace,
                                       "-e", "inject=setsid:delay_enter=2000000", self.binary, "hook", event],
                                      env=self.environment(), stdin=subprocess.PIPE, start_new_session=True)
            self.addCleanup(lambda tracer=tracer: (tracer.terminate(), tracer.wait()))
            tracer.stdin.write(self.event(session))
            tracer.stdin.close()
            self.wait_until(lambda: " exit_group(0)" in content(trace), "the hook does not end")
            leader = content(trace).split()[0]
            self.wait_until(lambda: not os.path.exists("/proc/%s/exe" % leader), "the hook does not end")
            looked_at = 0
            for pid in self.others():   # that which does the work, and while it starts, those that start it
                try:
                    group = os.getpgid(int(pid))
                    open_as = {os.readlink("/proc/%s/fd/%d" % (pid, fd)) for fd in range(3)}
                except (ProcessLookupError, FileNotFoundError):
                    continue   # it has ended meanwhile
                self.assertNotEqual(tracer.pid, group)
                self.assertEqual({"/dev/null"}, open_as)
                looked_at += 1
            self.assertGreater(looked_at, 0)
            self.assertEqual((event, session.id, "handed-over"), self.heartbeats(number)[-1])
            self.wait_until_stored(session)
            self.wait_until(lambda: event == "Stop" or not self.others(), "it does not end")

    def test_no_process_can_be_had(self):
        need("strace")
        session = self.tree.session()
        for event in HANDING_OVER + ("PreCompact",):
            # Neither for the hook, nor for the child it leaves the work to.
            for fault in ("clone,clone3,fork,vfork:error=EAGAIN", "pipe,pipe2:error=EMFILE"):
                with self.subTest(event, fault=fault):
                    session.turn()
                    before = len(self.heartbeats(0))
                    self.hook(event, session=session,
                              wrap=("strace", "-qq", "-f", "-o", "/dev/null", "-e", "inject=%s:when=1+" % fault))
                    self.assertEqual((event, session.id, "archived"), self.heartbeats(before + 1)[-1])
                    self.assertTrue(self.is_stored(session))
        self.assert_store_sound()


class Gaps(HookTest):
    """What a crash left behind is told of at the next start, once, and only when it is sure."""

    def start(self, session=None, **fields):
        result = self.hook("SessionStart", input=self.event(session, source="startup", **fields), message=True)
        return json.loads(result.out_bytes)["systemMessage"] if result.out_bytes else None

    def settle(self, *sessions):
        self.wait_until_stored(*sessions)
        self.wait_until_idle()

    def test_a_gap_is_told_of_once(self):
        session = self.tree.session()
        self.assertIsNone(self.start(), "nothing was ever archived: that is no gap")
        self.settle(session)
        self.assertIsNone(self.start())
        session.turn()     # the tree's clock: two hours ago
        said = self.start()
        self.assertIn(session.id[:8], said)
        self.assertNotIn("\n", said)
        self.settle(session)
        self.assertIsNone(self.start())

    def test_many(self):
        self.tree.session()
        self.backup()
        late = [self.tree.session() for _ in range(3)]
        self.assertIn("3 sessions", self.start())
        self.settle(*late)

    def test_what_is_no_gap(self):
        session, moved, recent = self.tree.session(), self.tree.session(), self.tree.session()
        self.backup()
        self.tree.stamp(session.rel)                       # touched, as the client does when it resumes
        moved_to = self.tree.path("projects/-elsewhere")
        os.makedirs(moved_to)
        os.rename(moved.path, os.path.join(moved_to, moved.id + ".jsonl"))
        recent.turn()
        self.tree.stamp(recent.rel, time.time() - 30)      # its own hooks may yet see to it
        self.assertIsNone(self.start())

    def test_the_session_that_starts_is_no_gap(self):
        session = self.tree.session()
        self.backup()
        session.turn()
        self.assertIsNone(self.start(session))

    def test_backups_that_fail_are_named(self):
        session = self.tree.session()
        self.backup()
        session.turn()
        os.rename(self.store, self.store + ".moved")
        with open(self.store, "w", encoding="utf-8"):
            pass
        self.csb("backup", status=None)
        said = self.start()
        self.assertIn("failed", said)
        self.assertIn("csb status", said)
        self.assertEqual(said, self.start(), "as long as it lasts")


if __name__ == "__main__":
    main()
