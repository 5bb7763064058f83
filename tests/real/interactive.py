"""The real client at a terminal (tmux), offline, in the scratch home of a RealClientTest."""
import json
import os
import select
import subprocess
import time

from real_client import KEY

LONG = 60


class Terminal:
    """One client at one terminal. Its standard error goes to a file."""

    def __init__(self, test, cwd, *args, **environment):
        self.test, self.cwd = test, cwd
        os.makedirs(cwd, exist_ok=True)
        self.name = "csb%d-%d" % (os.getpid(), time.monotonic_ns())
        self.errors = os.path.join(test.out, "client.err")
        self.seed()
        env = {**test.client_environment(), "TERM": "xterm-256color", **environment}
        script = os.path.join(test.out, self.name + ".sh")
        quote = lambda word: "'" + word.replace("'", "'\\''") + "'"
        with open(script, "w", encoding="utf-8") as f:
            f.write("cd %s\nenv -i %s %s %s 2>%s\necho CLIENT-EXIT=$?\nsleep 600\n" % (
                quote(cwd), " ".join(quote("%s=%s" % item) for item in env.items()), quote(test.program),
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
        """-> when Enter was pressed"""
        self.tmux("send-keys", "-t", "i", "-l", line)
        time.sleep(0.6)                      # the client takes what comes at once for something pasted
        pressed = time.monotonic()
        self.tmux("send-keys", "-t", "i", "Enter")
        return pressed

    def leave(self):
        """Types /exit. -> milliseconds from Enter to the end of the client's process"""
        client = os.pidfd_open(self.pid())
        try:
            pressed = self.type("/exit")
            ended, _, _ = select.select([client], [], [], LONG)
            took = 1000 * (time.monotonic() - pressed)
        finally:
            os.close(client)
        self.test.assertTrue(ended, "the client goes on")
        self.wait_for("CLIENT-EXIT=0")
        return took

    def pid(self):
        """Of the client: its own entry in its registry."""
        folder = os.path.join(self.test.claude, "sessions")
        return next(int(n[:-5]) for n in os.listdir(folder) if n.endswith(".json") and n[:-5].isdigit()
                    and os.path.exists("/proc/" + n[:-5]))

    def said_on_stderr(self):
        with open(self.errors, encoding="utf-8", errors="replace") as f:
            return f.read()
