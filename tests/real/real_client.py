"""The real client in a scratch home, offline: what tests/support/make_real_sessions.sh does, from Python.

Skips where npm has no client to offer, and only there. Everything else that is missing is a failure.
"""
import json
import os
import shutil
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "blackbox"))
from harness import CsbTest  # noqa: E402

SCRIPT = os.path.join(HERE, "..", "support", "make_real_sessions.sh")
MOCK = os.path.join(HERE, "..", "support", "mock_anthropic.py")
KEY = "sk-ant-test-000"
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

    @property
    def program(self):
        """The client, once client() or build() has installed it."""
        return os.path.join(self.prefix, "node_modules/.bin/claude")

    def client_environment(self):
        """For a client that is started without the script: with a stand-in for the API of its own."""
        return {"PATH": "/usr/bin:/bin", "HOME": self.home, "LANG": "C.UTF-8", "ANTHROPIC_API_KEY": KEY,
                "ANTHROPIC_BASE_URL": "http://127.0.0.1:" + self.start_mock(), "DISABLE_TELEMETRY": "1",
                "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1", "GIT_CONFIG_NOSYSTEM": "1"}

    def start_mock(self):
        """-> its port"""
        port_file = os.path.join(self.out, "mock-%d.port" % time.monotonic_ns())
        mock = subprocess.Popen([sys.executable, MOCK, "--port", "0", "--port-file", port_file, "--log",
                                 os.path.join(self.out, "requests.jsonl")],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (mock.terminate(), mock.wait()))
        deadline = time.monotonic() + 60
        while not os.path.exists(port_file) or not os.path.getsize(port_file):
            self.assertLess(time.monotonic(), deadline, "the mock does not start")
            time.sleep(0.05)
        with open(port_file, encoding="ascii") as f:
            return f.read().strip()

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
