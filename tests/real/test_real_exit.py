"""How long the real client takes to exit: what of that is csb's.

With -p, from its last output; at a terminal, from the Enter of /exit.

The plugin is meant to delay it by 50 ms at most. Runs of all kinds are interleaved and medians compared, and printed.
Times depend on the machine: with more to run than processors, Stop's hook still runs when the client exits, which then
looks every 100 ms whether it is gone. So the test fails only when every measurement is far off, as with a hook that the
client waits for.
CSB_TEST_EXIT_RUNS is how many runs of each kind one measurement has.
"""
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time

from interactive import Terminal
from real_client import HERE, RealClientTest
from harness import main

MUST, FAR_OFF = 50, 300   # milliseconds
FROM_OUTPUT = "from the last output to the exit"
RUNS = int(os.environ.get("CSB_TEST_EXIT_RUNS", "7"))
ATTEMPTS = 3
PLUGIN = os.path.join(HERE, "../../plugin")
SERVER = "plugin:csb:csb"
# Answers after a second: by then the server is connected.
PROMPT = 'hi MOCK:[{"text":"an answer","delay":1}]'


class ExitTest(RealClientTest):
    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.home, ".local/bin"))
        os.symlink(self.binary, os.path.join(self.home, ".local/bin/csb"))
        self.cwd = os.path.join(self.out, "cwd")
        os.mkdir(self.cwd)
        self.client(self.cwd, "--version")      # installs it
        self.environ = self.client_environment()
        self.arguments = {"no plugin": [], "hooks": self.plugin("hooks"),
                          "the whole plugin": self.plugin("whole", has_server=True)}

    def plugin(self, name, has_server=False):
        """A copy of the plugin. -> arguments for the client"""
        copy = shutil.copytree(PLUGIN, os.path.join(self.out, name))
        if not has_server:
            os.unlink(os.path.join(copy, ".mcp.json"))
        return ["--plugin-dir", copy]

    def said_of_the_server(self, run, kind):
        """One run with a log. -> what the client noted of the plugin's server"""
        log = os.path.join(self.out, "debug%d.log" % time.monotonic_ns())
        run(kind, "--debug-file", log)
        with open(log, encoding="utf-8", errors="replace") as f:
            return [line.partition('"%s": ' % SERVER)[2].strip() for line in f if '"%s": ' % SERVER in line]

    def measure(self, kinds, run, what, runs=RUNS):
        """-> {kind: median}, printed"""
        times = {kind: [] for kind in kinds}
        for kind in kinds:
            run(kind)                           # the first of each is warmed up with
        for _ in range(runs):
            for kind in random.sample(kinds, len(kinds)):
                times[kind].append(run(kind))
        medians = {kind: statistics.median(values) for kind, values in times.items()}
        print("\n%d runs each, %s: " % (runs, what) +
              ", ".join("%s %.0f ms (at most %.0f)" % (kind, medians[kind], max(times[kind])) for kind in kinds) +
              "; load %.1f" % os.getloadavg()[0], file=sys.stderr, flush=True)
        return medians


class Exit(ExitTest):
    """claude -p"""

    def run_client(self, kind, *more):
        """One prompt. -> milliseconds from the last output to the exit"""
        process = subprocess.Popen([self.program, "-p", PROMPT, *more, *self.arguments[kind]], env=self.environ, cwd=self.cwd,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said, last = b"", time.monotonic()
        while piece := os.read(process.stdout.fileno(), 65536):
            said, last = said + piece, time.monotonic()
        process.wait(timeout=60)
        took = 1000 * (time.monotonic() - last)
        self.assertEqual((b"an answer\n", b"", 0), (said, process.stderr.read(), process.returncode))
        process.stdout.close()
        process.stderr.close()
        return took

    def test_the_plugin_delays_the_exit_by_no_more_than_it_must(self):
        least = float("inf")
        for _ in range(ATTEMPTS):
            medians = self.measure(list(self.arguments), self.run_client, FROM_OUTPUT)
            hooks, plugin = (medians[kind] - medians["no plugin"] for kind in ("hooks", "the whole plugin"))
            print("hooks: %+.0f ms; the whole plugin: %+.0f ms" % (hooks, plugin), file=sys.stderr, flush=True)
            least = min(least, plugin)
            if least <= MUST:
                return
        print("missed %d ms; load %.1f" % (MUST, os.getloadavg()[0]), file=sys.stderr, flush=True)
        self.assertLess(least, FAR_OFF, "milliseconds")

    def test_a_hook_that_is_waited_for_is_seen(self):
        path = os.path.join(self.out, "hooks/hooks/hooks.json")
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
        document["hooks"]["SessionEnd"][0]["hooks"][0] = {"type": "command", "command": "sleep 0.8"}
        with open(path, "w", encoding="utf-8") as f:
            json.dump(document, f)
        medians = self.measure(["no plugin", "hooks"], self.run_client, FROM_OUTPUT, runs=3)
        self.assertGreater(medians["hooks"] - medians["no plugin"], FAR_OFF)

    def test_the_server_has_ended_before_it_is_asked_to(self):
        said = self.said_of_the_server(self.run_client, "the whole plugin")
        self.assertTrue(any("Successfully connected" in line for line in said), said)
        self.assertFalse(any("SIGINT" in line for line in said), said)


class ExitAtATerminal(ExitTest):
    """Printed only: the terminal has its share in every figure."""

    def run_client(self, kind, *more):
        """One prompt, and /exit. -> milliseconds from Enter to the end of the process"""
        shutil.rmtree(os.path.join(self.claude, "sessions"), ignore_errors=True)     # of clients that have ended
        terminal = Terminal(self, self.cwd, *more, *self.arguments[kind])
        terminal.type(PROMPT)
        terminal.wait_for("● an answer")
        took = terminal.leave()
        terminal.close()
        self.assertEqual("", terminal.said_on_stderr())
        return took

    def test_the_exit_at_a_terminal(self):
        kinds = ["no plugin", "hooks", "the whole plugin"]
        medians = self.measure(kinds, self.run_client, "from the Enter of /exit to the end of the process")
        print("; ".join("%s: %+.0f ms" % (kind, medians[kind] - medians["no plugin"]) for kind in kinds[1:]),
              file=sys.stderr, flush=True)

    def test_the_server_stays_and_ends_when_the_client_first_asks_it_to(self):
        # It sends SIGINT, looks every 50 ms whether the server is there, and sends SIGTERM after 100.
        for _ in range(ATTEMPTS):
            said = self.said_of_the_server(self.run_client, "the whole plugin")
            self.assertIn("Sending SIGINT to MCP server process", said)
            if "MCP server process exited cleanly" in said and not any("SIGTERM" in line for line in said):
                return
        self.fail("\n".join(said))


if __name__ == "__main__":
    main()
