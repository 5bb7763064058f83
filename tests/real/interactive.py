"""The real client at a terminal (tmux), offline, in the scratch home of a RealClientTest."""
import json
import os
import subprocess
import sys
import time

from real_client import HERE

MOCK = os.path.join(HERE, "..", "support", "mock_anthropic.py")
KEY = "sk-ant-test-000"
LONG = 60


class Terminal:
    """One client at one terminal. Its standard error goes to a file."""

    def __init__(self, test, cwd, *args, **environment):
        self.test, self.cwd = test, cwd
        os.makedirs(cwd, exist_ok=True)
        self.name = "csb%d-%d" % (os.getpid(), time.monotonic_ns())
        self.errors = os.path.join(test.out, "client.err")
        self.seed()
        env = {"PATH": "/usr/bin:/bin", "HOME": test.home, "TERM": "xterm-256color", "LANG": "C.UTF-8",
               "ANTHROPIC_BASE_URL": "http://127.0.0.1:%s" % self.start_mock(), "ANTHROPIC_API_KEY": KEY,
               "DISABLE_TELEMETRY": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1", "DISABLE_AUTOUPDATER": "1",
               "GIT_CONFIG_NOSYSTEM": "1", **environment}
        script = os.path.join(test.out, self.name + ".sh")
        client = os.path.join(test.prefix, "node_modules/.bin/claude")
        quote = lambda word: "'" + word.replace("'", "'\\''") + "'"
        with open(script, "w", encoding="utf-8") as f:
            f.write("cd %s\nenv -i %s %s %s 2>%s\necho CLIENT-EXIT=$?\nsleep 600\n" % (
                quote(cwd), " ".join(quote("%s=%s" % item) for item in env.items()), quote(client),
                " ".join(map(quote, args)), quote(self.errors)))
        self.tmux("-f", "/dev/null", "new-session", "-d", "-s", "i", "-x", "150", "-y", "50", "sh " + quote(script))
        test.addCleanup(self.close)
        self.wait_for("❯")

    def seed(self):
        """Neither onboarding nor questions of trust."""
        path = os.path.join(self.test.home, ".claude.json")
        data = {}
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                data = json.load(f)
        data.update(hasCompletedOnboarding=True, theme="dark",
                    customApiKeyResponses={"approved": [KEY[-20:]], "rejected": []})
        data.setdefault("projects", {}).setdefault(self.cwd, {}).update(hasTrustDialogAccepted=True,
                                                                        hasCompletedProjectOnboarding=True)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(data, f)

    def start_mock(self):
        port_file = os.path.join(self.test.out, self.name + ".port")
        mock = subprocess.Popen([sys.executable, MOCK, "--port", "0", "--port-file", port_file, "--log",
                                 os.path.join(self.test.out, "requests.jsonl")],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.test.addCleanup(lambda: (mock.terminate(), mock.wait()))
        self.until(lambda: os.path.exists(port_file) and os.path.getsize(port_file), "the mock does not start")
        with open(port_file, encoding="ascii") as f:
            return f.read().strip()

    def tmux(self, *args, check=True):
        return subprocess.run(["tmux", "-L", self.name, *args], env={"PATH": os.environ["PATH"], "HOME": self.test.home,
                                                                     "LANG": "C.UTF-8", "TERM": "xterm-256color"},
                              capture_output=True, text=True, check=check).stdout

    def close(self):
        self.tmux("kill-server", check=False)

    def until(self, condition, what, seconds=LONG):
        deadline = time.monotonic() + seconds
        while not condition():
            self.test.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.05)

    def screen(self):
        return self.tmux("capture-pane", "-p", "-t", "i", check=False)

    def wait_for(self, text):
        try:
            self.until(lambda: text in self.screen(), text)
        except AssertionError:
            self.test.fail("%r did not appear:\n%s" % (text, self.screen()))

    def type(self, line):
        self.tmux("send-keys", "-t", "i", "-l", line)
        time.sleep(0.6)                      # the client takes what comes at once for something pasted
        self.tmux("send-keys", "-t", "i", "Enter")

    def pid(self):
        """Of the client: its own entry in its registry."""
        folder = os.path.join(self.test.claude, "sessions")
        return next(int(n[:-5]) for n in os.listdir(folder) if n.endswith(".json") and n[:-5].isdigit()
                    and os.path.exists("/proc/" + n[:-5]))

    def said_on_stderr(self):
        with open(self.errors, encoding="utf-8", errors="replace") as f:
            return f.read()
