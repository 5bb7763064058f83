"""csb doctor: what it says of a sound installation and of each thing that can be wrong with one."""
import json
import os
import shutil
import subprocess
import time

import json_schema
import terminal
from harness import USAGE, main
from test_schedule import Base, read
from waiting import Waiting

GAP = 10


class Doctor(Waiting, Base):
    def checks(self, *args, status=(0, GAP), **kw):
        document = self.csb("doctor", "--json", *args, status=status, **kw).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("doctor")))
        self.assertEqual(document["failing"], "fail" in [c["state"] for c in document["checks"]])
        found = {}
        for check in document["checks"]:
            worst = found.get(check["id"])
            rank = ("ok", "note", "warn", "fail").index
            if worst is None or rank(check["state"]) > rank(worst["state"]):
                found[check["id"]] = check
        return found

    def state(self, which, **kw):
        return self.checks(**kw)[which]["state"]

    def sound(self):
        self.with_cron(crontab=b"")
        self.program("csb", '#!/bin/sh\nexec "%s" "$@"\n' % self.binary)
        os.remove(os.path.join(self.bin, "csb"))
        os.symlink(self.binary, os.path.join(self.bin, "csb"))
        self.session = self.tree.session()
        self.csb("setup", "--auto", "--keep-days", "365")

    def test_a_sound_installation(self):
        self.sound()
        checks = self.checks(status=0)
        self.assertEqual({"ok"}, {c["state"] for c in checks.values()}, checks)
        self.assertEqual({"program", "config", "claude-dir", "store", "catalogue", "backup", "disk", "permissions",
                          "retention", "hooks", "schedule", "clock"}, set(checks) - {"secrets"})
        self.assertIn("All is well", self.csb("doctor").out)
        self.assertEqual("", self.csb("doctor", "--quiet").out)

    def test_before_anything_is_set_up(self):
        self.tree.session()
        checks = self.checks(status=GAP)
        self.assertEqual("fail", checks["store"]["state"])
        self.assertEqual("csb backup", checks["store"]["mend"])
        self.assertEqual("warn", checks["hooks"]["state"])
        self.assertFalse(os.path.exists(self.csb_home))   # looking makes nothing

    def test_each_thing_that_can_be_wrong(self):
        self.sound()
        self.assertEqual("warn", self.state("program", env={"PATH": "/nonexistent"}))

        config = os.path.join(self.home, ".config/csb/config")
        os.makedirs(os.path.dirname(config))
        for text, expected in (("[csb]\n\tstoer = x\n", "warn"), ("[csb\n", None)):
            with open(config, "w", encoding="utf-8") as f:
                f.write(text)
            if expected:
                self.assertEqual(expected, self.state("config"))
            else:
                self.csb("doctor", status=1)   # nothing can be told without it
        os.remove(config)

        os.chmod(self.csb_home, 0o755)
        broken = self.checks(status=GAP)["permissions"]
        self.assertEqual(("fail", ["chmod", "-R", "go-rwx", self.csb_home]), (broken["state"], broken["command"]))
        os.chmod(self.csb_home, 0o700)

        settings = self.tree.path("settings.json")
        sound = read(settings)
        for text, check, expected in ((sound.replace("365", "5"), "retention", "warn"),
                                      ("{", "retention", "warn"), ("{", "hooks", "fail"),
                                      ("{}", "hooks", "warn")):
            with open(settings, "w", encoding="utf-8") as f:
                f.write(text)
            self.assertEqual(expected, self.state(check), text)
        with open(settings, "w", encoding="utf-8") as f:
            f.write(sound)

        crontab = self.crontab()
        os.remove(self.crontab_file)
        self.assertEqual("warn", self.state("schedule"))
        with open(self.crontab_file, "wb") as f:
            f.write(crontab)
        os.rename(self.claude, self.claude + ".away")
        self.assertEqual("fail", self.state("claude-dir"))
        os.rename(self.claude + ".away", self.claude)

        pack = [n for n in os.listdir(self.store + "/objects/pack") if n.endswith(".pack")][0]
        path = os.path.join(self.store, "objects/pack", pack)
        os.chmod(path, 0o600)
        with open(path, "r+b") as f:
            f.seek(40)
            f.write(b"\0\0\0\0")
        damaged = self.checks(status=GAP)["store"]
        self.assertEqual(("fail", "csb verify --repair"), (damaged["state"], damaged["mend"]))

    def test_hooks_that_do_not_fire(self):
        self.sound()
        settings = self.tree.path("settings.json")
        now = time.time()
        os.utime(settings, (now - 20 * 86400,) * 2)                # installed long ago
        self.tree.clock = now - 2 * 86400                          # a session since
        self.tree.session()
        self.csb("backup")
        silent = self.checks(status=GAP)["hooks"]
        self.assertEqual("fail", silent["state"])
        self.assertIn("no hook has fired", silent["text"])
        self.csb("hook", "SessionEnd", input=json.dumps({"hook_event_name": "SessionEnd"}).encode())
        self.wait_for_heartbeats(1)
        self.assertEqual("ok", self.state("hooks"))
        os.utime(settings, (now,) * 2)                             # only sessions from before
        self.assertEqual("ok", self.state("hooks"))
        os.utime(settings, (now - 20 * 86400,) * 2)
        shutil.rmtree(os.path.join(self.csb_home, "log"))
        self.assertEqual("fail", self.state("hooks"))
        self.csb("doctor", "--fire-drill", "--runs", "1")          # proves nothing about the client
        self.assertEqual("fail", self.state("hooks"))

    def test_a_tracked_secret_in_an_adopted_repository(self):
        self.tree.session()
        self.tree.secrets()
        self.git_run("init", "-q")
        self.git_run("add", "-f", ".credentials.json", "projects")
        self.git_run("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all of it")
        found = self.checks("--store", self.claude + "/.git", status=GAP)["secrets"]
        self.assertIn(".credentials.json", found["text"])
        self.assertEqual("fail", self.state("secrets"))   # beside a store of csb's own, too

    def test_a_secret_that_only_the_history_has(self):
        self.tree.session()
        self.git_run("init", "-q", "-b", "main")
        self.commit("projects")
        self.tree.secrets()
        self.commit(".credentials.json")
        taken_in = self.git_run("rev-parse", "--short=8", "HEAD").strip()
        self.git_run("rm", "-q", "--cached", ".credentials.json")
        self.commit()
        self.git_run("checkout", "-q", "-b", "side", "HEAD~2")       # and one on a branch that was merged
        self.tree.write("backups/.claude.json.backup.1", b"{}")
        self.commit("backups")
        self.git_run("rm", "-rq", "--cached", "backups")
        self.commit()
        self.git_run("checkout", "-q", "main")
        self.git_run("-c", "user.name=a", "-c", "user.email=a@b", "merge", "-q", "--no-ff", "-m", "m", "side")
        self.git_run("branch", "-qD", "side")
        found = self.checks(status=GAP)["secrets"]
        self.assertEqual("fail", found["state"])
        self.assertIn("%s:.credentials.json" % taken_in, found["text"])
        self.assertIn("backups/.claude.json.backup.1", found["text"])
        self.assertRegex(found["text"], "^2 secret files")
        self.git_run("checkout", "-q", "--orphan", "clean")
        self.git_run("rm", "-rqf", "--cached", ".")
        self.commit("projects")
        self.git_run("branch", "-qD", "main")
        clean = self.checks(status=GAP)["secrets"]                  # what no branch leads to is not pushed
        self.assertEqual("ok", clean["state"])
        self.assertIn("1 commit", clean["text"])

    def test_a_history_that_cannot_be_read_to_its_end_is_no_clean_one(self):
        self.tree.session()
        self.git_run("init", "-q", "-b", "main")
        self.commit("projects")
        first = self.git_run("rev-parse", "HEAD").strip()
        self.commit()
        os.remove(os.path.join(self.claude, ".git/objects", first[:2], first[2:]))
        said = self.checks(status=GAP)["secrets"]
        self.assertEqual("note", said["state"])
        self.assertIn("not all", said["text"])

    def test_a_history_too_long_to_be_searched_is_no_clean_one(self):
        self.tree.session()
        self.git_run("init", "-q", "-b", "main")
        commit = "commit refs/heads/main\ncommitter a <a@b> %d +0000\ndata 1\nm\n%s\n"
        stream = commit % (1_600_000_000, 'M 100644 inline .credentials.json\ndata 2\n{}\n')
        stream += commit % (1_600_000_001, "D .credentials.json\n")
        stream += "".join(commit % (1_600_000_002 + n, "") for n in range(20_000))
        self.git_run("fast-import", "--quiet", input=stream)
        said = self.checks(status=GAP)["secrets"]
        self.assertEqual("note", said["state"], said)
        self.assertRegex(said["text"], r"looked at [1-9]\d* commits, not all: there may be more")
        self.assertIn("git log --all", said["mend"])
        self.assertRegex(self.csb("doctor", status=GAP).out, "not all: there may be\\s+more")

    def test_two_directories_with_short_periods(self):
        work = os.path.join(self.home, "work")
        os.makedirs(work)
        for directory in (self.claude, work):
            with open(os.path.join(directory, "settings.json"), "w", encoding="utf-8") as f:
                f.write('{"cleanupPeriodDays": 5}')
        document = self.csb("doctor", "--json", "--claude-dir", self.claude, "--claude-dir", work, status=GAP).json()
        mends = [c["command"] for c in document["checks"] if c["id"] == "retention"]
        self.assertEqual([["csb", "config", "settings:cleanupPeriodDays", "365"],
                          ["csb", "config", "settings:cleanupPeriodDays", "365", "--claude-dir", work]], mends)

    def commit(self, *paths):
        if paths:
            self.git_run("add", "-f", *paths)
        self.git_run("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "m")

    def git_run(self, *args, **kw):
        return subprocess.run(["git", "-C", self.claude, *args], check=True, capture_output=True, text=True,
                              env=self.environment(), **kw).stdout

    def test_fix_asks_and_mends(self):
        self.sound()
        os.chmod(self.csb_home, 0o755)
        os.remove(self.crontab_file)
        self.tree.session()
        refused = self.csb("doctor", "--fix", status=USAGE)
        self.assertIn("--yes", refused.err)
        fixed = self.csb("doctor", "--fix", "--yes", "--json")
        self.assertFalse(fixed.json()["failing"])
        self.assertEqual(0o700, os.stat(self.csb_home).st_mode & 0o777)
        self.assertIn(b"schedule run", self.crontab())

    def test_fire_drill(self):
        self.sound()
        document = self.csb("doctor", "--fire-drill", "--runs", "3", "--json").json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("fire-drill")))
        self.assertEqual(["SessionStart", "PreCompact", "Stop", "SubagentStop", "SessionEnd", "schedule"],
                         [d["what"] for d in document["drills"]])
        self.assertEqual({0}, {d["failed"] for d in document["drills"]}, document)
        self.assertIn("p99", self.csb("doctor", "--fire-drill", "--runs", "2").out)
        self.csb("doctor", "--fire-drill", "--runs", "0", status=USAGE)
        self.csb("schedule", "remove")
        self.assertEqual(5, len(self.csb("doctor", "--fire-drill", "--runs", "1", "--json").json()["drills"]))

    def test_on_terminals(self):
        self.tree.session()
        for columns in (80, 200):
            status, shown = terminal.run([self.binary, "doctor", "--color", "never"], self.environment(), columns)
            self.assertEqual(GAP, status)
            self.assertLessEqual(max(len(line) for line in shown.decode().splitlines()), columns, shown.decode())


if __name__ == "__main__":
    main()
