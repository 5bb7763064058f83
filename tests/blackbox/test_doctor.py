"""csb doctor: what it says of a sound installation and of each thing that can be wrong with one."""
import json
import os
import shutil
import time

import json_schema
import terminal
from harness import USAGE, main
from test_schedule import Base, read

GAP = 10


class Doctor(Base):
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

    def git_run(self, *args):
        import subprocess
        subprocess.run(["git", "-C", self.claude, *args], check=True, capture_output=True, env=self.environment())

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
