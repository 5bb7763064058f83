"""`csb resume` and `csb view`: the right program, in the right place, and nothing without being asked."""
import json
import os
import stat
import subprocess
import sys

import json_schema
import terminal
from harness import DONE, FAILED, NOT_FOUND, USAGE, CsbTest, main

RECORDER = """#!%s
import json, os, sys
mask = os.umask(0)
with open(%r, "w") as f:
    json.dump({"argv": sys.argv, "cwd": os.getcwd(), "config": os.environ.get("CLAUDE_CONFIG_DIR"),
               "pwd": os.environ.get("PWD"), "umask": mask, "stdin": sys.stdin.read() if %r else None,
               "inherited": sorted(int(n) for n in os.listdir("/proc/self/fd") if int(n) > 2)}, f)
sys.exit(%d)
"""


class WithPrograms(CsbTest):
    def setUp(self):
        super().setUp()
        self.bin = os.path.join(self.scratch, "bin")
        os.mkdir(self.bin)
        self.cwd = os.path.join(self.scratch, "engine room")
        os.mkdir(self.cwd)
        self.session = self.tree.session(cwd=self.cwd, title="Fix the login")

    def environment(self, **extra):
        return super().environment(**{"PATH": self.bin + ":/usr/bin:/bin", **extra})

    def program(self, name, status=0, reads=False):
        """A program that records how it was started. -> a function that gives the record, or None"""
        record = os.path.join(self.scratch, name + ".json")
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as f:
            # -I -S: a recorder started with a clean mind, whatever the directory holds.
            f.write(RECORDER.replace("#!%s", "#!%s -IS", 1) % (sys.executable, record, reads, status))
        os.chmod(path, 0o755)

        def recorded():
            if not os.path.exists(record):
                return None
            with open(record, encoding="utf-8") as f:
                return json.load(f)
        return recorded


class Resume(WithPrograms):
    def setUp(self):
        super().setUp()
        self.client = self.program("claude", status=42)
        self.backup()

    def test_a_number_on_a_roster_names_a_session(self):
        self.csb("set", "new", "mine", self.session.id)
        self.assertIn(self.session.id, self.csb("resume", "mine:1", "--print").out)
        self.assertIn("# Fix the login", self.csb("distill", "mine:1").out)
        self.assertEqual(self.session.id, self.csb("export", "mine:1", "--json").json()["session"]["id"])
        for command in (("resume", "--print"), ("distill",), ("export", "--json")):
            self.assertIn("1 sessions, not 2", self.csb(*command, "mine:2", status=NOT_FOUND).err)

    def test_the_client_is_started_where_it_finds_the_session(self):
        self.csb("resume", "fix the login", "--", "--model", "opus", "a b; $(c)", status=42)
        started = self.client()
        self.assertEqual(["--resume", self.session.id, "--model", "opus", "a b; $(c)"], started["argv"][1:])
        self.assertEqual((self.cwd, self.cwd, None), (started["cwd"], started["pwd"], started["config"]))
        self.assertEqual(os.umask(os.umask(0o22)), started["umask"])
        self.assertLessEqual(len(started["inherited"]), 2, "nothing of csb's is open in it (2: its own)")

    def test_signals_are_as_the_person_left_them(self):
        record = os.path.join(self.scratch, "signals")
        with open(os.path.join(self.bin, "claude"), "w", encoding="utf-8") as f:
            f.write("#!/bin/sh\ngrep SigIgn /proc/$$/status > '%s'\n" % record)
        self.csb("resume", self.session.id)
        with open(record, encoding="utf-8") as f:
            self.assertEqual(0, int(f.read().split()[1], 16), "none is ignored")

    def test_without_a_query_the_newest_of_this_folder(self):
        self.csb("resume", status=NOT_FOUND)
        self.csb("resume", status=42, cwd=self.cwd)
        self.assertEqual(self.session.id, self.client()["argv"][2])
        newer = self.tree.session(cwd=self.cwd)
        self.tree.session(cwd="/elsewhere")
        self.backup()
        self.csb("resume", status=42, cwd=self.cwd)
        self.assertEqual(newer.id, self.client()["argv"][2])

    def test_print_and_json_run_nothing(self):
        printed = self.csb("resume", self.session.id, "--print", "--", "it's").out
        self.assertIn("cd '%s' && " % self.cwd, printed)
        self.assertIn("--resume %s 'it'\\''s'" % self.session.id, printed)
        document = self.csb("resume", self.session.id, "--json", "--", "x").json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("resume")))
        self.assertEqual([os.path.join(self.bin, "claude"), "--resume", self.session.id, "x"], document["command"])
        self.assertIsNone(self.client())

    def test_a_session_that_is_open_is_left_alone(self):
        start = subprocess.run(["ps", "-o", "lstart=", "-p", str(os.getpid())], capture_output=True).stdout
        self.assertTrue(start)
        with open("/proc/self/stat", encoding="utf-8") as f:
            started = f.read().rsplit(")", 1)[1].split()[19]
        self.tree.write("sessions/%d.json" % os.getpid(), json.dumps(
            {"pid": os.getpid(), "sessionId": self.session.id, "cwd": self.cwd, "procStart": started}))
        refused = self.csb("resume", self.session.id, status=FAILED)
        self.assertIn("is open in a running client", refused.err)
        self.assertIsNone(self.client())
        self.csb("resume", self.session.id, "--allow-live", status=42)
        self.assertIsNotNone(self.client())

    def test_a_deleted_session_is_brought_back_if_wanted(self):
        self.session.footprint()
        self.backup()
        self.session.delete()
        self.backup()
        refused = self.csb("resume", self.session.id, status=FAILED)
        self.assertIn("csb resume --restore", refused.err)
        self.csb("resume", self.session.id, "--no-restore", status=FAILED)
        self.csb("resume", self.session.id, "--restore", "--no-restore", status=USAGE)
        self.assertFalse(os.path.exists(self.session.path))
        self.assertIsNone(self.client())
        self.csb("resume", self.session.id, "--restore", status=42)
        self.assertTrue(os.path.exists(self.session.path))
        self.assertEqual(self.session.id, self.client()["argv"][2])

    def test_what_the_client_would_refuse(self):
        os.truncate(self.session.path, 0)
        self.assertIn("holds no conversation", self.csb("resume", self.session.id, status=FAILED).err)
        self.csb("restore", self.session.id, "--force", status=None)
        twice = self.tree.path("projects/-elsewhere/%s.jsonl" % self.session.id)
        os.makedirs(os.path.dirname(twice))
        with open(twice, "wb") as f:
            f.write(b"{}\n")
        self.assertIn("lies in 2 project folders", self.csb("resume", self.session.id, status=FAILED).err)
        self.assertIsNone(self.client())

    def test_a_folder_that_is_gone(self):
        os.rmdir(self.cwd)
        done = self.csb("resume", self.session.id, status=42)
        self.assertIn("is not there any more", done.err)
        self.assertEqual(self.scratch, self.client()["cwd"])

    def test_another_client_and_another_directory(self):
        other = self.program("my client", status=7)
        self.csb("config", "csb.claude", os.path.join(self.bin, "my client"))
        self.csb("resume", self.session.id, status=7)
        self.assertIsNotNone(other())
        self.csb("config", "csb.claude", "/no/such/client")
        self.csb("resume", self.session.id, status=NOT_FOUND)
        os.rename(self.claude, self.claude + "2")
        self.csb("config", "--unset", "csb.claude")
        self.csb("backup", env={"CLAUDE_CONFIG_DIR": self.claude + "2"}, status=None)
        self.csb("--claude-dir", self.claude + "2", "resume", self.session.id, status=42)
        self.assertEqual(self.claude + "2", self.client()["config"])

    def test_no_client(self):
        os.remove(os.path.join(self.bin, "claude"))
        self.assertIn("csb.claude", self.csb("resume", self.session.id, status=NOT_FOUND).err)


class View(WithPrograms):
    def setUp(self):
        super().setUp()
        self.browser = self.program("my-browser")
        self.backup()

    def on_terminal(self, *args, **env):
        return terminal.run([self.binary, *args], self.environment(**env), 80, cwd=self.scratch)

    def test_nothing_is_opened_off_a_terminal_unless_asked(self):
        self.csb("view", self.session.id, status=USAGE, env={"BROWSER": "my-browser"})
        self.assertIsNone(self.browser())
        self.csb("view", self.session.id, "--browser", env={"BROWSER": "my-browser"})
        address = self.browser()["argv"][1]
        self.assertTrue(address.startswith("file:///"), address)
        with open(address[7:], encoding="utf-8") as f:
            self.assertIn("Fix the login", f.read())
        self.assertEqual(0o600, stat.S_IMODE(os.stat(address[7:]).st_mode))
        self.assertEqual(0o700, stat.S_IMODE(os.stat(os.path.dirname(address[7:])).st_mode))

    def test_on_a_terminal(self):
        status, shown = self.on_terminal("view", self.session.id, BROWSER="my-browser --new %s:lynx")
        self.assertEqual(DONE, status, shown)
        self.assertEqual("--new", self.browser()["argv"][1])
        self.assertIn("file://", self.browser()["argv"][2])

    def test_a_file_of_ones_own_and_json(self):
        path = os.path.join(self.scratch, "a page.html")
        self.csb("view", self.session.id, "--browser", "-o", path, env={"BROWSER": "my-browser"})
        self.assertEqual("file://" + path.replace(" ", "%20"), self.browser()["argv"][1])
        document = self.csb("view", self.session.id, "--json").json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("view")))
        self.assertTrue(os.path.exists(document["path"]))

    def test_pages_do_not_pile_up(self):
        for number in range(40):
            self.tree.write(os.path.join("../.local/share/csb/view", "%010d-x.html" % number), "x")
        self.csb("view", self.session.id, "--json")
        self.assertEqual(16, len(os.listdir(os.path.join(self.csb_home, "view"))))

    def test_the_pager(self):
        pager = self.program("my-pager", status=3, reads=True)
        self.csb("view", self.session.id, "--pager", env={"PAGER": "my-pager -x"}, status=3)
        self.assertIn("# Fix the login", pager()["stdin"])
        self.assertEqual(["-x"], pager()["argv"][1:])
        self.session.fill(3 << 20)
        self.csb("view", self.session.id, "--pager", env={"PAGER": "true"})   # quits before it has read all

    def test_a_browser_that_fails(self):
        self.assertIn("BROWSER", self.csb("view", self.session.id, "--browser", status=FAILED,
                                          env={"BROWSER": "false"}).err)


if __name__ == "__main__":
    main()
