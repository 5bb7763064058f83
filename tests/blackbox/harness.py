"""Black-box tests: the csb binary, a scratch home, real git as the judge. Python standard library only.

A test file looks like this:

    from harness import CsbTest, main

    class Backup(CsbTest):
        def test_second_backup_makes_no_commit(self):
            self.tree.session()
            self.csb("backup")
            before = self.git.refs()
            self.csb("backup")
            self.assertEqual(before, self.git.refs())

    if __name__ == "__main__":
        main()

The binary is $CSB_BINARY. Each test has a home of its own; nothing of the person's environment reaches csb.
A file in which every test was skipped exits 77, which ctest shows as skipped.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from claude_tree import ClaudeTree, Session, slug  # noqa: E402,F401  (re-exported)
from git_oracle import Git  # noqa: E402,F401
from snapshot import differences, digest, read_all, snapshot  # noqa: E402,F401

# The sanitizers csb was built with ("address,undefined", "thread"), or nothing.
SANITIZER = os.environ.get("CSB_TEST_SANITIZER", "")

# Exit statuses (README, "Exit status").
DONE, FAILED, USAGE, INCOMPLETE, NOT_FOUND, BUSY, REFUSED = 0, 1, 2, 3, 4, 11, 12
SKIPPED = 77


class Result:
    """How a run of csb ended."""

    def __init__(self, args, status, out, err):
        self.args, self.status, self.out_bytes, self.err_bytes = args, status, out, err
        self.out = out.decode("utf-8", "backslashreplace")
        self.err = err.decode("utf-8", "backslashreplace")

    def json(self):
        return json.loads(self.out_bytes)

    def json_lines(self):
        return [json.loads(line) for line in self.out_bytes.splitlines()]

    def __str__(self):
        return "csb %s: exit %s\n--- stdout\n%s\n--- stderr\n%s" % (
            " ".join(map(str, self.args)), self.status, self.out[-4000:], self.err[-4000:])


class CsbTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.binary = os.environ.get("CSB_BINARY") or self.fail("CSB_BINARY is not set: the csb to test")
        self.scratch = tempfile.mkdtemp(prefix="csb-blackbox.")
        self.addCleanup(self.remove_scratch)
        self.reports = os.path.join(self.scratch, "sanitizer")
        self.addCleanup(self.assert_no_report)
        self.home = os.path.join(self.scratch, "home")
        os.mkdir(self.home)
        self.claude = os.path.join(self.home, ".claude")
        self.csb_home = os.path.join(self.home, ".local/share/csb")
        self.store = os.path.join(self.csb_home, "store.git")
        self.tree = ClaudeTree(self.claude)
        self.git = Git(self.store, self.home)

    def remove_scratch(self):
        for base, dirs, _ in os.walk(self.scratch):   # tests make things unreadable
            for name in dirs:
                path = os.path.join(base, name)
                if not os.path.islink(path):
                    os.chmod(path, 0o700)
        shutil.rmtree(self.scratch, ignore_errors=True)

    def assert_no_report(self):
        """Of a sanitizer, by any run of the test: those nobody waited for too."""
        reports = [name for name in os.listdir(self.scratch) if name.startswith("sanitizer.")]
        for name in reports:
            with open(os.path.join(self.scratch, name), errors="replace") as f:
                self.fail(f.read()[:20_000])

    # ---- running csb
    def environment(self, **extra):
        """What csb gets to see. A value of None removes the name."""
        env = {"HOME": self.home, "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
               "TMPDIR": self.scratch}
        if SANITIZER:   # a report must not pass for csb's own failure, nor be lost with what a hook leaves behind
            for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
                env[name] = "%s:exitcode=99:log_path=%s" % (os.environ.get(name, ""), self.reports)
        env.update(extra)
        if not env["HOME"]:   # csb asks the password file then, and finds the home of the person who runs the tests
            self.assertLessEqual({"CSB_HOME", "CLAUDE_CONFIG_DIR"}, set(env), "without HOME nothing may be left to chance")
        return {name: value for name, value in env.items() if value is not None}

    def traceable(self, wrap, env=None):
        """The environment of a run. Its leaks cannot be looked for by two who trace; a crash sent is no find."""
        env = self.environment(**(env or {}))
        if "strace" in wrap:
            env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":detect_leaks=0:handle_segv=0"
        return env

    def csb(self, *args, status=DONE, env=None, wrap=(), input=b"", timeout=300, **popen):
        """Runs csb; fails the test unless it exits with `status` (one, several, or None for any).

        `env`: additions to the environment; `wrap`: a command to run it under (strace, prlimit, …).
        """
        command = [*wrap, self.binary, *args]
        done = subprocess.run(command, env=self.traceable(wrap, env), input=input, capture_output=True,
                              timeout=timeout, **{"cwd": self.scratch, **popen})
        result = Result(args, done.returncode, done.stdout, done.stderr)
        if status is not None and result.status not in (status if isinstance(status, tuple) else (status,)):
            self.fail("expected exit %s\n%s" % (status, result))
        return result

    def start(self, *args, env=None, wrap=(), **popen):
        """Starts csb without waiting. -> Popen (stdout and stderr are pipes)"""
        process = subprocess.Popen([*wrap, self.binary, *args], env=self.traceable(wrap, env),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   **{"cwd": self.scratch, **popen})
        self.addCleanup(end, process)
        return process

    def backup(self, *args, **kw):
        """`csb backup --json`. -> the report"""
        return self.csb("backup", "--json", *args, **kw).json()

    def list(self, *args, **kw):
        """`csb list --json`. -> the sessions"""
        listed = self.csb("list", "--json", *args, **kw).json()
        return listed["sessions"] if isinstance(listed, dict) else listed

    # ---- what must hold
    def assert_stored(self, *rels):
        """The newest stored content of each path (default: every session file) is what is on disk."""
        stored = self.git.files()
        for rel in rels or [s for s in self.session_files()]:
            with open(os.path.join(os.fsencode(self.claude), os.fsencode(rel)), "rb") as f:
                self.assertEqual(stored.get(os.fsencode(rel)), f.read(), "stored content of %r" % rel)

    def session_files(self):
        """Every file on disk that belongs to a session, relative to the config directory."""
        found = []
        for top in ("projects", "file-history", "tasks"):
            for base, _, names in os.walk(os.path.join(os.fsencode(self.claude), top.encode())):
                found += [os.path.relpath(os.path.join(base, n), os.fsencode(self.claude)) for n in names
                          if n != b".lock" and not os.path.islink(os.path.join(base, n))]
        return sorted(found)

    def assert_store_sound(self):
        """git and csb both find nothing wrong."""
        self.git.fsck()
        self.csb("verify")

    def assert_same_tree(self, before, after):
        if before != after:
            self.fail("\n".join(differences(before, after)[:40]))


def end(process):
    """Kills what a test left running and closes its pipes."""
    if process.poll() is None:
        process.kill()
    process.communicate()


def need(program):
    """Skips the test unless `program` is installed."""
    if not shutil.which(program):
        raise unittest.SkipTest("%s is not installed" % program)


def main():
    """Runs the test file that called. Exit 0 passed, 1 failed, 77 when there was nothing but skips."""
    program = unittest.main(module="__main__", exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.testsRun and len(result.skipped) >= result.testsRun else 0)
