"""scripts/quickstart and scripts/test: they say what they install, install only that, and only as they may.

The package managers are stand-ins that write down how they were called: nothing is installed.
"""
import os
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
STAND_INS = {
    "apt-get": 'echo "apt-get $*" >>"$CALLS"; [ -z "${APT_FAILS:-}" ] || exit 100',
    "dpkg-query": 'case " $PRESENT " in *" ${@: -1} "*) printf installed ;; *) exit 1 ;; esac',
    "sudo": 'echo "sudo" >>"$CALLS"; "$@"',
    "id": 'echo "${FAKE_UID:-0}"',
    "dnf": 'echo "dnf $*" >>"$CALLS"',
    "rpm": 'case " $PRESENT " in *" ${@: -1} "*) ;; *) exit 1 ;; esac',
    "brew": 'case $1 in install) echo "brew $*" >>"$CALLS" ;; list) case " $PRESENT " in *" $3 "*) ;; *) exit 1 ;; '
            'esac ;; --prefix) echo /nowhere ;; esac',
}
# What the scripts themselves need; everything else is absent from the PATH of these tests.
TOOLS = ("bash", "env", "awk", "cat", "dirname", "find", "getconf")


class Install(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.mkdtemp(prefix="csb-scripts.")
        self.addCleanup(shutil.rmtree, self.scratch)
        self.bin = os.path.join(self.scratch, "bin")
        self.calls = os.path.join(self.scratch, "calls")
        os.mkdir(self.bin)
        for tool in TOOLS:
            os.symlink(shutil.which(tool), os.path.join(self.bin, tool))
        open(self.calls, "w", encoding="utf-8").close()

    def machine(self, *managers):
        for name in managers:
            path = os.path.join(self.bin, name)
            with open(path, "w", encoding="utf-8") as f:
                f.write("#!%s\n%s\n" % (shutil.which("bash"), STAND_INS[name]))
            os.chmod(path, 0o755)

    def run_script(self, name, *args, **env):
        """-> (status, what it said, [calls of the package managers])"""
        done = subprocess.run([os.path.join(TOP, "scripts", name), *args], capture_output=True, text=True,
                              env={"PATH": self.bin, "HOME": self.scratch, "CALLS": self.calls, "PRESENT": "", **env})
        with open(self.calls, encoding="utf-8") as f:
            return done.returncode, done.stdout + done.stderr, f.read().splitlines()

    def test_a_dry_run_says_what_is_missing_and_installs_nothing(self):
        self.machine("apt-get", "dpkg-query", "id")
        for script in ("quickstart", "test"):
            status, said, calls = self.run_script(script, "--dry-run", PRESENT="g++ cmake")
            self.assertEqual((0, []), (status, calls), said)
            self.assertRegex(said, r"To be installed by apt: .*\blibgit2-dev\b")
            self.assertNotRegex(said, r"\bcmake\b")

    def test_each_manager_is_asked_for_its_own_names(self):
        for managers, call in ((("apt-get", "dpkg-query", "id"), "apt-get install .*libgit2-dev"),
                               (("dnf", "rpm", "id"), r"dnf install -y .*pkgconfig\(libgit2\)"),
                               (("brew", "id"), "brew install .*libgit2")):
            with self.subTest(managers[0]):
                self.setUp()
                self.machine(*managers)
                status, said, calls = self.run_script("quickstart", "--no-backup")
                self.assertEqual(1, status, "there is no cmake here to go on with")
                self.assertRegex(calls[-1], call)
                self.assertIn("cmake is not installed", said)
                self.assertLess(said.index("To be installed"), said.index("cmake is not installed"))

    def test_nothing_missing_calls_nobody(self):
        self.machine("brew", "id")
        names = subprocess.run(["bash", "-c", ". scripts/lib/packages.sh; package_table"], cwd=TOP, text=True,
                               capture_output=True).stdout.split("\n")
        present = " ".join(line.split()[4] for line in names if line)
        _, said, calls = self.run_script("quickstart", "--no-backup", PRESENT=present)
        self.assertEqual([], calls)
        self.assertIn("nothing to install", said)

    def test_not_root_uses_sudo_and_without_sudo_says_what_to_do(self):
        self.machine("dnf", "rpm", "id")
        status, said, calls = self.run_script("quickstart", FAKE_UID="1000")
        self.assertEqual((1, []), (status, calls))
        self.assertIn("As root, run:\n  dnf install -y", said)
        self.machine("sudo")
        _, _, calls = self.run_script("quickstart", FAKE_UID="1000")
        self.assertEqual("sudo", calls[0])

    def test_a_failing_manager_is_a_failure(self):
        self.machine("apt-get", "dpkg-query", "id")
        status, said, calls = self.run_script("test", APT_FAILS="1")
        self.assertEqual(1, status)
        self.assertIn("apt-get could not", said)
        self.assertTrue(any(c.startswith("apt-get update") for c in calls), calls)

    def test_no_manager_is_said(self):
        self.machine("id")
        status, said, _ = self.run_script("quickstart")
        self.assertEqual(1, status)
        self.assertIn("no apt-get, dnf or brew", said)

    def test_sudo_quickstart_is_refused(self):
        self.machine("apt-get", "dpkg-query", "id")
        status, said, calls = self.run_script("quickstart", SUDO_USER="ada")
        self.assertEqual((1, []), (status, calls))
        self.assertIn("as yourself", said)

    def test_usage(self):
        self.machine("id")
        for script in ("quickstart", "test"):
            self.assertEqual(0, self.run_script(script, "--help")[0])
            self.assertEqual(2, self.run_script(script, "--nonsense")[0])


if __name__ == "__main__":
    unittest.main()
