"""A user's systemd, for real: the timer fires by itself, the commit is there, and the units end as they were.

Needs root, to give a systemd of its own what it insists on: a /run that says that systemd started the machine, and a
control group that is the root of all it sees, so that it leaves every other process where it is.
"""
import os
import subprocess
import time
import unittest

from harness import NOT_FOUND, CsbTest, main, need
from waiting import LONG, Waiting

PLACES = ("/usr/lib/systemd/systemd", "/lib/systemd/systemd")
PATIENCE = 135      # seconds: the timer fires once a minute
# $1: the control group, $2: the runtime directory, $3: systemd
START = r"""
echo $$ >"$1/cgroup.procs" || exit
exec unshare --mount --cgroup --propagation private sh -c '
umount --lazy /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && mount -t tmpfs none /run &&
mkdir -p /run/systemd/system && exec "$0" --user --log-target=console' "$3"
"""


def control_groups():
    """-> where version 2 of them is mounted; nothing where it is not"""
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as f:
        return next((line.split()[1] for line in f if line.split()[2] == "cgroup2"), None)


class Systemd(Waiting, CsbTest):
    def setUp(self):
        super().setUp()
        self.runtime = os.path.join(self.scratch, "run")
        os.mkdir(self.runtime, 0o700)

    def environment(self, **extra):
        return super().environment(XDG_RUNTIME_DIR=self.runtime, **extra)

    def systemctl(self, *args):
        return subprocess.run(["systemctl", "--user", *args], env=self.environment(), capture_output=True, text=True)

    def make_control_group(self):
        top = control_groups()
        if top is None:
            raise unittest.SkipTest("no control groups of version 2 are mounted")
        group = os.path.join(top, "csb-test-%d" % os.getpid())
        try:
            os.mkdir(group)
        except OSError as error:
            raise unittest.SkipTest("no control group can be made: %s" % error)
        self.addCleanup(self.remove_control_group, group)
        return group

    def remove_control_group(self, group):
        def gone():
            for base, _, _ in os.walk(group, topdown=False):
                try:
                    os.rmdir(base)
                except OSError:
                    return False        # its last process has not quite ended
            return True
        self.wait_until(gone, "systemd leaves something running")

    def start_systemd(self):
        if not os.path.isdir("/proc/self") or os.geteuid() != 0:
            raise unittest.SkipTest("only root of a Linux can start a systemd of its own")
        need("unshare")
        need("systemctl")
        program = next(filter(os.path.exists, PLACES), None)
        if program is None:
            raise unittest.SkipTest("systemd is not installed")
        log = os.path.join(self.scratch, "systemd.log")
        with open(log, "w", encoding="utf-8") as out:
            systemd = subprocess.Popen(["sh", "-c", START, "sh", self.make_control_group(), self.runtime, program],
                                       env=self.environment(), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.addCleanup(lambda: (systemd.terminate(), systemd.wait(LONG)))
        def is_up():
            if systemd.poll() is not None:
                with open(log, encoding="utf-8", errors="replace") as f:
                    raise unittest.SkipTest("no systemd starts here: " + f.read().strip()[-300:])
            return self.systemctl("show-environment").returncode == 0
        self.wait_until(is_up, "systemd does not start")

    def runs_by_systemd(self):
        with open(os.path.join(self.csb_home, "log/schedule"), encoding="utf-8") as f:
            return f.read().count("by=systemd")

    def test_the_timer_fires(self):
        self.start_systemd()
        session = self.tree.session()
        installed = self.csb("schedule", "install", "--interval", "1", "--scheduler", "systemd", "--json").json()
        self.assertEqual("running", installed["status"]["state"])
        self.assert_stored(session.rel)                 # by the first run, through systemd
        units = os.path.join(self.home, ".config/systemd/user")
        near = os.path.join(units, "csb-backup.timer.d")
        os.mkdir(near)
        with open(os.path.join(near, "near.conf"), "w", encoding="utf-8") as f:
            f.write("[Timer]\nAccuracySec=1s\n")        # it may be a minute late otherwise
        self.assertEqual(0, self.systemctl("daemon-reload").returncode)
        self.assertEqual(0, self.systemctl("restart", "csb-backup.timer").returncode)
        later, before = self.tree.session(), self.runs_by_systemd()
        until = time.monotonic() + PATIENCE
        while self.runs_by_systemd() == before:
            self.assertLess(time.monotonic(), until, self.systemctl("status", "csb-backup.timer").stdout)
            time.sleep(0.5)
        self.assert_stored(session.rel, later.rel)      # by the timer alone
        self.csb("schedule", "status")

        self.csb("schedule", "remove")
        self.assertEqual("inactive", self.systemctl("is-active", "csb-backup.timer").stdout.strip())
        left = [name for _, _, names in os.walk(units) for name in names]
        self.assertEqual(["near.conf"], left)
        self.csb("schedule", "status", status=NOT_FOUND)


if __name__ == "__main__":
    main()
