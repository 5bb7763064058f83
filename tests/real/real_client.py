"""The real client in a scratch home, offline: what tests/support/make_real_sessions.sh does, from Python.

Skips where npm has no client to offer, and only there. Everything else that is missing is a failure.
"""
import json
import os
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "blackbox"))
from harness import CsbTest  # noqa: E402

SCRIPT = os.path.join(HERE, "..", "support", "make_real_sessions.sh")
PACKAGE, VERSION = "@anthropic-ai/claude-code", "2.1.329"


class RealClientTest(CsbTest):
    """self.home is the client's and csb's home; nothing is in it until build() or client()."""

    def setUp(self):
        super().setUp()
        need_client()
        self.out = os.path.join(self.scratch, "real")
        os.mkdir(self.out)
        self.home = os.path.join(self.out, "home")
        os.mkdir(self.home)
        self.claude = os.path.join(self.home, ".claude")
        self.csb_home = os.path.join(self.home, ".local/share/csb")
        self.store = os.path.join(self.csb_home, "store.git")
        self.git = type(self.git)(self.store, self.home)
        self.prefix = os.environ.get("CSB_TEST_CLIENT_DIR") or os.path.join(self.scratch, "client")

    def script(self, command, *args, status=0, timeout=600):
        """One command of make_real_sessions.sh. -> CompletedProcess"""
        # npm needs what the person set up for it (a proxy, a registry); the client itself gets `env -i`.
        env = {**os.environ, "HOME": self.scratch, "CC_PREFIX": self.prefix, "CC_VERSION": VERSION,
               "TMPDIR": self.scratch}
        done = subprocess.run(["bash", SCRIPT, command, "--out", self.out, *args], env=env, timeout=timeout,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
        if done.returncode != status:
            self.fail("%s %s: exit %d\n%s\n%s" % (command, args, done.returncode, done.stdout[-2000:],
                                                  done.stderr[-2000:]))
        return done

    def build(self):
        """Real sessions of every kind. -> the manifest's sessions"""
        self.script("build", "--install", "--interactive", "--bulk", "20")
        with open(os.path.join(self.out, "manifest.json"), encoding="utf-8") as f:
            return json.load(f)["sessions"]

    def client(self, cwd, *args, **kw):
        return self.script("client", "--install", "--cwd", cwd, "--", *args, **kw)

    def requests(self):
        """What the client asked the stand-in for the API, in order."""
        with open(os.path.join(self.out, "requests.jsonl"), encoding="utf-8") as f:
            return [json.loads(line) for line in f]


def need_client():
    if not shutil.which("npm"):
        raise unittest.SkipTest("npm is not installed")
    known = subprocess.run(["npm", "view", "%s@%s" % (PACKAGE, VERSION), "version"], capture_output=True, text=True,
                           stdin=subprocess.DEVNULL)
    if VERSION not in known.stdout:
        raise unittest.SkipTest("npm has no %s %s: %s" % (PACKAGE, VERSION, known.stderr.strip()[-200:]))
