"""Named sets, and the rosters by time: what was open before the machine went down."""
import json
import os
import shutil
import struct
import subprocess
import time
import unittest

from harness import DONE, FAILED, INCOMPLETE, NOT_FOUND, USAGE, CsbTest, main, need

BOOT_TIME, RUN_LVL, USER_PROCESS = 2, 1, 7


def utmp(kind, seconds, user=b""):
    """One record of utmp(5), as Linux writes it on 64-bit machines."""
    return struct.pack("<hxxi32s4s32s256shhiii4i20x", kind, 0, b"~", b"", user, b"", 0, 0, 0, seconds, 0, 0, 0, 0, 0)


class SetsTest(CsbTest):
    def ids(self, *args, status=DONE, **kw):
        return [s["id"] for s in self.csb("set", "show", *args, "--json", status=status, **kw).json()["sessions"]]

    def three(self):
        sessions = [self.tree.session(title="Session %s" % name) for name in "ABC"]
        self.backup()
        return sessions


class NamedSets(SetsTest):
    def test_make_change_forget(self):
        a, b, c = self.three()
        made = self.csb("set", "new", "release", a.id, "Session B", "--json").json()
        self.assertEqual("csb.sets/1", made["schema"])
        self.assertEqual([a.id, b.id], self.ids("release"))
        self.csb("set", "add", "release", c.id[:8], a.id)
        self.assertEqual([a.id, b.id, c.id], self.ids("release"))
        self.csb("set", "rm", "release", "release:2")
        self.assertEqual([a.id, c.id], self.ids("release"))
        self.assertIn("release", self.csb("set").out)
        self.assertIn("Session C", self.csb("set", "release").out)
        self.csb("set", "new", "copy", "--from", "release")
        self.assertEqual([a.id, c.id], self.ids("copy"))
        self.csb("set", "forget", "release")
        self.assertEqual(["copy"], [s["name"] for s in self.csb("set", "list", "--json").json()["sets"]])
        self.csb("set", "show", "release", status=NOT_FOUND)
        self.assert_store_sound()
        self.backup()

    def test_they_outlive_catalogue_and_sessions(self):
        a, _, _ = self.three()
        self.csb("set", "new", "keep", a.id)
        os.remove(a.path)
        self.backup()
        for name in os.listdir(self.csb_home):
            if name.startswith("catalogue"):
                os.remove(os.path.join(self.csb_home, name))
        self.assertEqual([a.id], self.ids("keep"))
        self.git.run("gc", "--aggressive", "--prune=now", "-q")
        self.assertEqual([a.id], self.ids("keep"))
        self.assertIn("Session A", self.csb("set", "keep").out)

    def test_a_backup_after_it_has_nothing_to_do(self):
        a, _, _ = self.three()
        self.csb("set", "new", "keep", a.id)
        before = self.git.refs()
        self.assertEqual(0, self.backup()["files_opened"])
        self.assertEqual(before, self.git.refs())
        self.assertEqual(3, len(self.list()))
        a.turn("more", "and more")
        self.backup()
        self.assertEqual(3, len(self.list()))

    def test_names(self):
        a, _, _ = self.three()
        for name in ("last", "last~2", "boot", "current", "2026-11-20", "../x", "a/b", "", "-x", "x" * 65, "a\nb", ".git", "new"):
            with self.subTest(name):
                self.csb("set", "new", "--", name, a.id, status=USAGE)
        self.csb("set", "new", "v1.2_b-3", a.id)
        self.csb("set", "new", "v1.2_b-3", a.id, status=USAGE)
        self.csb("set", "add", "nowhere", a.id, status=NOT_FOUND)
        self.csb("set", "rm", "v1.2_b-3", "no-such-session", status=NOT_FOUND)
        self.csb("set", "two", "names", status=USAGE)

    def test_a_set_that_cannot_be_read_is_never_an_empty_one(self):
        a, _, _ = self.three()
        self.csb("set", "new", "keep", a.id)
        branch = [ref for ref in self.git.refs() if ref.endswith("/sets")][0]
        for text in (b"csb set 2\n", b"nonsense", b"csb set 1\nsession ../../x\n", b""):
            with self.subTest(text):
                self.commit_set(branch, text)
                self.assertIn("keep", self.csb("set", "show", "keep", status=FAILED).err)
                self.csb("set", "add", "keep", a.id, status=FAILED)

    def commit_set(self, branch, text):
        """Another program's commit on csb's branch, .csb/ kept."""
        blob = self.git.text("hash-object", "-w", "--stdin", input=text).strip()
        listing = self.git.text("ls-tree", branch).splitlines()
        entries = ["100644 blob %s\tkeep" % blob] + [line for line in listing if not line.endswith("\tkeep")]
        tree = self.git.text("mktree", input="\n".join(entries).encode() + b"\n").strip()
        commit = self.git.text("-c", "user.name=x", "-c", "user.email=x", "commit-tree", "-m", "x", "-p", branch, tree)
        self.git.run("update-ref", branch, commit.strip())

    def test_sets_of_another_machine(self):
        a, b, _ = self.three()
        self.csb("set", "new", "shared", a.id)
        self.csb("set", "new", "both", a.id)
        branch = [ref for ref in self.git.refs() if ref.endswith("/sets")][0]
        self.git.run("update-ref", "refs/remotes/origin/desk/sets", branch)
        self.csb("set", "forget", "shared")
        self.csb("set", "add", "both", b.id)
        sets = {s["name"]: s for s in self.csb("set", "list", "--json").json()["sets"]}
        self.assertEqual("desk", sets["shared"]["machine"])
        self.assertEqual((None, 2), (sets["both"]["machine"], len(sets["both"]["members"])))
        self.assertEqual([a.id], self.ids("shared"))
        self.assertIn("desk", self.csb("set", "add", "shared", b.id, status=NOT_FOUND).err)

    def test_sets_of_the_python_csb(self):
        a, b, _ = self.three()
        python = {"version": 1, "sets": {
            "old": {"created_at": "2026-10-01T10:00:00Z", "promoted_from": "last", "members": [
                {"session_id": a.id, "added_at": "2026-10-01T10:00:00Z"}, {"session_id": "../x"}, {"session_id": b.id}]},
            "taken": {"members": [{"session_id": b.id}]}, "not a name": {"members": []}}}
        path = self.tree.write("csb-sets.json", json.dumps(python))
        self.csb("set", "new", "taken", a.id)
        done = self.csb("set", "import", status=INCOMPLETE)
        for word in ("taken", "not a name", "1 members"):
            self.assertIn(word, done.err)
        self.assertEqual([a.id, b.id], self.ids("old"))
        self.assertEqual([a.id], self.ids("taken"))
        self.tree.write("csb-sets.json", "[]")
        self.csb("set", "import", status=FAILED)
        self.csb("set", "import", os.path.join(self.scratch, "missing"), status=FAILED)


class Rosters(SetsTest):
    """A machine that went down yesterday at noon, and was used before and after."""

    def setUp(self):
        super().setUp()
        self.down = int(time.time()) - 86400
        self.wtmp = os.path.join(self.scratch, "wtmp")
        self.env = {"CSB_WTMP": self.wtmp}
        self.before = self.at("before", self.down - 3600)
        self.older = self.at("older", self.down - 20 * 3600)
        self.after = self.at("after", self.down + 3600)
        self.backup()

    def at(self, title, seconds):
        """A session with rows of that time."""
        self.tree.clock = float(seconds)
        return self.tree.session(title=title)

    def record(self, *records):
        with open(self.wtmp, "wb") as f:
            f.write(b"".join(records))

    def clean_restart(self):
        self.record(utmp(BOOT_TIME, self.down - 90000, b"reboot"), utmp(USER_PROCESS, self.down - 80000, b"ada"),
                    utmp(RUN_LVL, self.down, b"shutdown"), utmp(BOOT_TIME, self.down + 60, b"reboot"))

    def test_last_and_boot(self):
        self.clean_restart()
        self.assertEqual([self.before.id], self.roster("last"))
        self.assertEqual([self.before.id, self.older.id], self.roster("last", "--window", "48"))
        self.assertEqual([self.after.id], self.roster("boot"))
        self.csb("set", "last~9", env=self.env, status=NOT_FOUND)

    def roster(self, *args, status=DONE):
        return self.ids(*args, env=self.env, status=status)

    def test_a_crash_has_no_shutdown_on_record(self):
        self.record(utmp(BOOT_TIME, self.down - 90000, b"reboot"), utmp(USER_PROCESS, self.down, b"ada"),
                    utmp(BOOT_TIME, self.down + 60, b"reboot"))
        self.assertEqual([self.before.id], self.roster("last"))

    def test_left_open_first(self):
        self.clean_restart()
        self.tree.write("sessions/4194300.json", json.dumps({
            "pid": 4194300, "sessionId": self.older.id, "procStart": "1", "startedAt": (self.down - 72000) * 1000,
            "updatedAt": (self.down - 60) * 1000}))
        document = self.csb("set", "show", "last", "--json", env=self.env).json()
        self.assertEqual([(self.older.id, "left open"), (self.before.id, "active")],
                         [(s["id"], s["presence"]) for s in document["sessions"]])
        self.assertEqual("last:1", document["sessions"][0]["token"])

    def test_current(self):
        with open("/proc/self/stat") as f:
            stat = f.read()
        start = stat.rsplit(")", 1)[1].split()[19]
        self.tree.write("sessions/%d.json" % os.getpid(), json.dumps({
            "pid": os.getpid(), "sessionId": self.after.id, "procStart": start, "startedAt": 1}))
        self.tree.write("sessions/4194301.json", json.dumps({"pid": 4194301, "sessionId": self.older.id, "procStart": "1"}))
        self.assertEqual([self.after.id], self.roster("current"))

    def test_a_day(self):
        day = time.strftime("%Y-%m-%d", time.gmtime(self.down - 3600))
        self.assertIn(self.before.id, self.roster(day))
        self.assertEqual([], self.roster("2001-01-01", status=NOT_FOUND))

    def test_records_that_are_none(self):
        for data in (b"", b"x" * 1000, b"\xff" * 3840, utmp(BOOT_TIME, self.down + 60)[:200]):
            with self.subTest(data[:4]):
                with open(self.wtmp, "wb") as f:
                    f.write(data)
                self.csb("set", "last", env=self.env, status=(DONE, NOT_FOUND))
        os.remove(self.wtmp)
        self.csb("set", "last", env=self.env, status=(DONE, NOT_FOUND))

    def test_without_login_records_by_the_journal(self):
        need("journalctl")
        remote = next(filter(os.path.exists, ("/lib/systemd/systemd-journal-remote", "/usr/lib/systemd/systemd-journal-remote")),
                      None)
        if not remote:
            raise unittest.SkipTest("systemd-journal-remote, which makes journals, is not installed")
        journal, tools = (os.path.join(self.scratch, name) for name in ("journal", "tools"))
        os.mkdir(journal)
        os.mkdir(tools)
        entries = "".join("__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=%032x\nMESSAGE=x\n\n" % (
            at * 1_000_000, after * 1_000_000, boot) for boot, at, after in (
                (1, self.down - 90000, 5), (1, self.down, 90005), (2, self.down + 60, 5), (2, self.down + 7200, 7145)))
        subprocess.run([remote, "-o", os.path.join(journal, "x.journal"), "-"], input=entries.encode(), check=True,
                       capture_output=True)
        with open(os.path.join(tools, "journalctl"), "w", encoding="utf-8") as f:
            f.write('#!/bin/sh\nexec %s -D %s "$@"\n' % (shutil.which("journalctl"), journal))
        os.chmod(os.path.join(tools, "journalctl"), 0o755)
        self.env["PATH"] = tools + ":/usr/bin:/bin"
        self.assertFalse(os.path.exists(self.wtmp))
        self.assertEqual([self.before.id], self.roster("last"))
        self.assertEqual([self.after.id], self.roster("boot"))
        self.csb("set", "last~2", env=self.env, status=NOT_FOUND)

    def test_from_a_roster_to_a_set(self):
        self.clean_restart()
        self.csb("set", "new", "monday", "--from", "last", env=self.env)
        self.csb("set", "add", "monday", "boot:1", env=self.env)
        self.assertEqual([self.before.id, self.after.id], self.ids("monday"))
        self.csb("set", "add", "monday", "boot:7", env=self.env, status=NOT_FOUND)


if __name__ == "__main__":
    main()
