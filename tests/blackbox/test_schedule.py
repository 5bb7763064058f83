"""csb schedule, with schedulers of straw: what is written where, what is run, what the status says."""
import os
import shutil
import stat
import subprocess
import time

import json_schema
from harness import DONE, FAILED, INCOMPLETE, NOT_FOUND, REFUSED, USAGE, CsbTest, main, need

NOT_RUNNING = 13

CRONTAB = """#!/bin/sh
# A crontab(1) over one file.
file=%(file)s
case $1 in
  -l) [ -f "$file" ] || { echo "no crontab for ada" >&2; exit 1; }; cat "$file" ;;
  -r) rm "$file" ;;
  -) cat > "$file" ;;
esac
"""
BROKEN_CRONTAB = "#!/bin/sh\necho 'You (ada) are not allowed to use this program (crontab)' >&2\nexit 1\n"

SYSTEMCTL = """#!/bin/sh
# A user's systemd that writes down what it is told and runs what it is told to start.
echo "$*" >> %(log)s
shift
units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user
case $1 in
  enable) mkdir -p "$units/timers.target.wants" && ln -sf "$units/$3" "$units/timers.target.wants/$3" ;;
  disable) rm -f "$units/timers.target.wants/$3" ;;
  is-active) [ -e "$units/timers.target.wants/$2" ] ;;
  start) eval "$(sed -n 's/^ExecStart=//p' "$units/$2")" ;;
esac
"""


class Base(CsbTest):
    def setUp(self):
        super().setUp()
        self.bin = os.path.join(self.scratch, "bin")
        os.mkdir(self.bin)
        self.crontab_file = os.path.join(self.scratch, "crontab")
        self.systemctl_log = os.path.join(self.scratch, "systemctl.log")

    def environment(self, **extra):
        # Nothing but what a test puts there: a scheduler of this machine must not be touched.
        for tool in ("sh", "env", "cat", "rm", "mkdir", "ln", "sed", "git", "ps", "chmod"):
            if shutil.which(tool) and not os.path.lexists(os.path.join(self.bin, tool)):
                os.symlink(shutil.which(tool), os.path.join(self.bin, tool))
        return super().environment(**{"PATH": self.bin, **extra})

    def program(self, name, text):
        path = os.path.join(self.bin, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o755)

    def with_cron(self, daemon=True, crontab=None):
        self.program("crontab", CRONTAB % {"file": self.crontab_file})
        if crontab is not None:
            with open(self.crontab_file, "wb") as f:
                f.write(crontab)
        if daemon:
            fake = os.path.join(self.scratch, "cron")   # a process by that name is all there is to see of it
            if os.path.exists(fake):
                return
            shutil.copy(shutil.which("sleep"), fake)
            process = subprocess.Popen([fake, "1000"])
            self.addCleanup(lambda: (process.kill(), process.wait()))

    def with_systemd(self):
        self.program("systemctl", SYSTEMCTL % {"log": self.systemctl_log})

    def crontab(self):
        if not os.path.exists(self.crontab_file):
            return None
        with open(self.crontab_file, "rb") as f:
            return f.read()

    def json(self, *args, **kw):
        document = self.csb("schedule", *args, "--json", **kw).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("schedule")))
        return document

    def cron_runs_already(self):
        return any(read(os.path.join("/proc", pid, "comm")).strip() in ("cron", "crond", "fcron", "dcron")
                   for pid in os.listdir("/proc") if pid.isdigit())


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


class Cron(Base):
    def test_install_runs_once_is_idempotent_and_leaves_no_trace(self):
        for before in (None, b"", b"# mine\n0 5 * * 1 tar -zcf /x \\% %in\n", b"\xff\xfe\nodd  \n\n"):
            if os.path.exists(self.crontab_file):
                os.remove(self.crontab_file)
            self.with_cron(crontab=before)
            self.tree.session()
            done = self.json("install", "--interval", "15")
            self.assertEqual(("cron", False, "running"), (done["scheduler"], done["unchanged"], done["status"]["state"]))
            self.assertEqual("prime", done["status"]["last_run"]["by"])
            with_block = self.crontab()
            self.assertTrue(with_block.startswith(before or b""))
            self.assertIn(self.binary.encode() + b" schedule run --quiet --by cron", with_block)
            self.assertEqual([], [s for s in self.list() if s["state"] != "live"])   # it was backed up
            again = self.json("install", "--interval", "15")
            self.assertTrue(again["unchanged"])
            self.assertEqual(with_block, self.crontab())
            self.json("install", "--interval", "60")
            self.assertEqual(1, self.crontab().count(b"schedule run"))
            self.assertEqual(["csb's lines in your crontab"], self.json("remove")["removed"])
            self.assertEqual(before, self.crontab())
            self.assertEqual([], self.json("remove")["removed"])
            self.json("status", status=NOT_FOUND)

    def test_a_dry_run_and_a_print_change_nothing(self):
        self.with_cron(crontab=b"# mine\n")
        self.tree.session()
        shown = self.csb("schedule", "install", "--dry-run", "--interval", "30").out
        self.assertIn("schedule run", shown)
        for scheduler in ("cron", "systemd", "launchd", "task-scheduler"):
            self.json("install", "--print", scheduler)
            self.assertIn("schedule", self.csb("schedule", "install", "--print", scheduler).out)
        self.assertEqual(b"# mine\n", self.crontab())
        self.assertFalse(os.path.exists(self.csb_home))

    def test_refused_where_it_would_never_run(self):
        self.tree.session()
        refused = self.csb("schedule", "install", status=REFUSED)
        self.assertIn("crontab", refused.err)
        self.assertIn("systemd", refused.err)
        if self.cron_runs_already():
            self.skipTest("a cron daemon runs on this machine")
        self.with_cron(daemon=False, crontab=b"# mine\n")
        self.assertIn("no cron daemon runs", self.csb("schedule", "install", status=REFUSED).err)
        self.assertEqual(b"# mine\n", self.crontab())

    def test_a_crontab_that_cannot_be_read_is_not_replaced(self):
        self.with_cron(crontab=b"# mine\n")
        self.program("crontab", BROKEN_CRONTAB)
        self.assertIn("not allowed", self.csb("schedule", "install", status=REFUSED).err)
        self.assertEqual(b"# mine\n", self.crontab())

    def test_damaged_marks(self):
        self.with_cron(crontab=b"")
        self.tree.session()
        self.csb("schedule", "install")
        with open(self.crontab_file, "rb") as f:
            damaged = f.read().replace(b"# <<<", b"#")
        with open(self.crontab_file, "wb") as f:
            f.write(damaged)
        self.csb("schedule", "remove", status=FAILED)
        self.assertEqual(damaged, self.crontab())

    def test_paths_and_flags_go_along(self):
        self.with_cron(crontab=b"")
        odd = os.path.join(self.scratch, "it's 100% odd")
        os.makedirs(os.path.join(odd, "claude/projects"))
        self.csb("schedule", "install", "--claude-dir", "it's 100% odd/claude", env={"CSB_HOME": odd + "/home"})
        self.assertIn(b"100\\%", self.crontab())
        self.assertTrue(os.path.exists(odd + "/home/store.git") or os.path.exists(odd + "/home/log/schedule"))
        self.assertFalse(os.path.exists(self.csb_home))
        self.csb("schedule", "status", status=NOT_RUNNING)   # for this home it is another's
        self.csb("schedule", "install", "--claude-dir", "a\nb", status=USAGE)

    def test_a_first_run_that_fails_is_told(self):
        self.with_cron(crontab=b"# mine\n")
        shutil.rmtree(self.claude)
        failed = self.csb("schedule", "install", status=NOT_RUNNING)   # there is no Claude directory
        self.assertIn("first run failed", failed.err)
        self.assertIn("to back up", failed.err)
        self.csb("schedule", "remove")
        self.assertEqual(b"# mine\n", self.crontab())

    def test_installed_but_not_running(self):
        self.with_cron(crontab=b"")
        self.tree.session()
        self.csb("schedule", "install", "--interval", "1")
        self.csb("schedule", "status", status=DONE)
        log = os.path.join(self.csb_home, "log/schedule")
        state = os.path.join(self.csb_home, "schedule")
        with open("/proc/uptime", encoding="ascii") as f:
            if float(f.read().split()[0]) < 2000:
                self.skipTest("the machine has not run long enough")
        for path in (log, state):   # half an hour earlier
            text = read(path)
            for when in {w for w in text.replace("=", " ").split() if w.startswith("20") and w.endswith("Z")}:
                text = text.replace(when, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 1800)))
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        silent = self.json("status", status=NOT_RUNNING)["status"]
        self.assertEqual("installed_but_not_running", silent["state"])
        self.assertIn("every 1 minutes", silent["reason"])
        self.csb("schedule", "run")   # by hand: says nothing about cron
        self.json("status", status=NOT_RUNNING)
        self.csb("schedule", "run", "--by", "cron")
        self.assertEqual("running", self.json("status")["status"]["state"])
        os.remove(self.crontab_file)
        self.assertIn("no more", self.json("status", status=NOT_FOUND)["status"]["reason"])


class Systemd(Base):
    def units(self, *parts):
        return os.path.join(self.home, ".config/systemd/user", *parts)

    def test_install_and_remove(self):
        self.with_systemd()
        self.with_cron(crontab=b"# mine\n")
        self.tree.session()
        done = self.json("install", "--interval", "120")
        self.assertEqual("systemd", done["scheduler"])
        self.assertEqual("systemd", done["status"]["last_run"]["by"])
        self.assertEqual(b"# mine\n", self.crontab())
        self.assertIn("Persistent=true", read(self.units("csb-backup.timer")))
        self.assertTrue(self.json("install", "--interval", "120")["unchanged"])
        self.assertEqual("running", self.json("status")["status"]["state"])
        os.remove(self.units("timers.target.wants/csb-backup.timer"))   # as 'systemctl --user disable'
        self.assertIn("not active", self.json("status", status=NOT_RUNNING)["status"]["reason"])
        self.json("install", "--interval", "60")
        self.assertEqual(2, len(self.json("remove")["removed"]))
        self.assertFalse(os.path.exists(os.path.join(self.home, ".config")))   # none of it was there before
        self.assertIn("daemon-reload", read(self.systemctl_log).splitlines()[-1])

    def test_what_was_there_stays(self):
        self.with_systemd()
        self.tree.session()
        os.makedirs(self.units("timers.target.wants"))
        with open(self.units("mine.service"), "w", encoding="utf-8") as f:
            f.write("[Unit]\n")
        before = sorted(os.listdir(self.units()))
        self.csb("schedule", "install")
        self.csb("schedule", "remove")
        self.assertEqual(before, sorted(os.listdir(self.units())))
        self.assertEqual([], os.listdir(self.units("timers.target.wants")))

    def test_moving_from_one_scheduler_to_another(self):
        self.with_cron(crontab=b"# mine\n")
        self.tree.session()
        self.csb("schedule", "install")
        self.with_systemd()
        self.assertEqual("systemd", self.json("install")["scheduler"])
        self.assertEqual(b"# mine\n", self.crontab())
        self.json("install", "--scheduler", "cron")
        self.assertFalse(os.path.exists(self.units("csb-backup.timer")))

    def test_systemd_finds_nothing_wrong_with_the_units(self):
        need("systemd-analyze")
        for interval in ("1", "15", "60", "240", "1440"):
            files = self.json("install", "--print", "systemd", "--interval", interval,
                              env={"CSB_HOME": self.scratch + "/it's 100% \"odd\" $HOME"})["files"]
            directory = os.path.join(self.scratch, "units" + interval)
            os.mkdir(directory)
            for file in files:
                with open(os.path.join(directory, file["name"]), "w", encoding="utf-8") as f:
                    f.write(file["text"])
            done = subprocess.run(["systemd-analyze", "--user", "verify"] +
                                  [os.path.join(directory, file["name"]) for file in files],
                                  capture_output=True, text=True,
                                  env={**os.environ, "XDG_RUNTIME_DIR": directory})
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            calendar = files[1]["text"].split("OnCalendar=")[1].splitlines()[0]
            subprocess.run(["systemd-analyze", "calendar", calendar], check=True, capture_output=True)


class Run(Base):
    def log(self):
        return read(os.path.join(self.csb_home, "log/schedule")).splitlines()

    def test_a_run_backs_up_and_maintains_once_a_day(self):
        session = self.tree.session()
        first = self.json("run")
        self.assertEqual(("ok", "hand", True), (first["run"]["outcome"], first["run"]["by"], first["maintained"]))
        self.assert_stored(session.rel)
        self.assertGreater(first["texts"], 0)   # what a search then finds at once
        again = self.json("run")
        self.assertEqual((False, 0), (again["maintained"], again["texts"]))
        yesterday = time.time() - 90000
        os.utime(os.path.join(self.csb_home, "last-maintenance"), (yesterday, yesterday))
        self.assertTrue(self.json("run")["maintained"])
        self.assertEqual("", self.csb("schedule", "run", "--quiet").out)
        self.assertEqual(4, len(self.log()))
        for name in ("log", "log/schedule"):
            mode = stat.S_IMODE(os.stat(os.path.join(self.csb_home, name)).st_mode)
            self.assertEqual(0, mode & 0o077, name)

    def test_busy_is_success(self):
        import fcntl
        self.tree.session()
        self.csb("schedule", "run")
        self.tree.session()
        with open(os.path.join(self.csb_home, "lock"), "r+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.assertEqual("busy", self.json("run")["run"]["outcome"])

    def test_trouble_is_in_the_log_and_in_the_status(self):
        shutil.rmtree(self.claude)
        self.csb("schedule", "run", status=FAILED)   # no Claude directory
        self.assertIn("outcome=error", self.log()[-1])
        self.tree.session()
        self.with_cron(crontab=b"")
        self.csb("schedule", "install")
        shutil.move(self.claude, self.claude + ".away")
        self.csb("schedule", "run", "--by", "cron", status=FAILED)
        self.assertEqual("failing", self.json("status", status=INCOMPLETE)["status"]["state"])

    def test_the_log_is_bounded(self):
        self.tree.session()
        self.csb("schedule", "run")
        log = os.path.join(self.csb_home, "log/schedule")
        with open(log, "a", encoding="utf-8") as f:
            f.write("garbage \xe9\n" * 30000)
        self.csb("schedule", "run")
        self.csb("schedule", "run")
        sizes = {n: os.path.getsize(os.path.join(self.csb_home, "log", n)) for n in os.listdir(os.path.dirname(log))}
        self.assertEqual({"schedule", "schedule.old"}, set(sizes))
        self.assertLess(sizes["schedule"], 1000)

    def test_usage(self):
        self.assertIn("did you mean install?", self.csb("schedule", "instal", status=USAGE).err)
        self.csb("schedule", "install", "--interval", "7", status=USAGE)
        self.csb("schedule", "status", "--interval", "15", status=USAGE)
        self.csb("schedule", "run", "now", status=USAGE)


if __name__ == "__main__":
    main()
