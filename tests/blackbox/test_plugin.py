"""The plugin and the settings snippet: whole, in step with csb, and silent where csb is missing."""
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import time

from harness import CsbTest, main, need
from waiting import Waiting

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
PLUGIN = os.path.join(TOP, "plugin")
RUN_CSB = os.path.join(PLUGIN, "scripts/run-csb")
EVENTS = {"SessionStart", "PreCompact", "Stop", "SubagentStop", "SessionEnd"}


def load(*parts):
    with open(os.path.join(TOP, *parts), encoding="utf-8") as f:
        return json.load(f)


def hooks_of(document):
    """-> {event: (matcher, the one hook)}"""
    return {event: (groups[0].get("matcher"), groups[0]["hooks"][0]) for event, groups in document["hooks"].items()}


class Files(CsbTest):
    def test_one_name_and_one_version(self):
        version = self.csb("--version").out.split()[1]
        manifest, market = load("plugin/.claude-plugin/plugin.json"), load(".claude-plugin/marketplace.json")
        entry = market["plugins"][0]
        self.assertEqual([version, version], [manifest["version"], entry["version"]])
        self.assertEqual(["csb", "csb"], [manifest["name"], entry["name"]])
        self.assertTrue(os.path.isdir(os.path.join(TOP, entry["source"])))

    def test_plugin_and_snippet_hold_the_same_hooks(self):
        plugin, snippet = hooks_of(load("plugin/hooks/hooks.json")), hooks_of(load("hooks/settings.json"))
        self.assertEqual(EVENTS, set(plugin))
        self.assertEqual(EVENTS, set(snippet))
        for event in EVENTS:
            (matcher, hook), (other_matcher, other) = plugin[event], snippet[event]
            self.assertEqual(matcher, other_matcher)
            self.assertEqual(["${CLAUDE_PLUGIN_ROOT}/scripts/run-csb", "hook", event], hook["args"])
            self.assertTrue(other["command"].endswith(" hook " + event))
            for key in ("timeout", "async"):
                self.assertEqual(hook.get(key), other.get(key), (event, key))
            self.assertEqual(event in ("Stop", "SubagentStop", "SessionEnd"), hook.get("async", False))
        self.assertEqual(60, plugin["PreCompact"][1]["timeout"])

    def test_commands_and_skill_name_what_exists(self):
        known = set(re.findall(r"^  ([a-z]+)  ", self.csb("help").out, re.M))
        for path in glob.glob(PLUGIN + "/commands/*.md") + glob.glob(PLUGIN + "/skills/*/SKILL.md"):
            with open(path, encoding="utf-8") as f:
                text = f.read()
            self.assertRegex(text, r"(?s)\A---\n.*?description: \S.*?\n---\n", path)
            for command in re.findall(r"`csb ([a-z]+)", text) + re.findall(r"Bash\(csb ([a-z]+)", text):
                self.assertIn(command, known, path)


class Wrapper(Waiting, CsbTest):
    def run_csb(self, *args, path="/usr/bin:/bin", status=0, **env):
        done = subprocess.run(["sh", RUN_CSB, *args], env=self.environment(PATH=path, **env), input=b"{}",
                              capture_output=True)
        self.assertEqual(status, done.returncode, done.stderr)
        return done

    def install(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copy(self.binary, path)
        return path

    def test_without_csb_a_hook_is_silent_and_succeeds(self):
        for path in ("/usr/bin:/bin", "", "/nonexistent"):
            for event in EVENTS:
                done = subprocess.run(["/bin/sh", RUN_CSB, "hook", event], env=self.environment(PATH=path), input=b"{}",
                                      capture_output=True)
                self.assertEqual((0, b"", b""), (done.returncode, done.stdout, done.stderr))
        self.assertIn(b"not installed", self.run_csb("mcp", status=127).stderr)

    def test_csb_is_found(self):
        for where, env in ((os.path.join(self.home, ".local/bin/csb"), {}),
                           (os.path.join(self.scratch, "on path/csb"), {"path": self.scratch + "/on path:/usr/bin:/bin"})):
            self.install(where)
            self.assertTrue(self.run_csb("--version", **env).stdout.startswith(b"csb "), where)
            os.unlink(where)

    def test_csb_is_found_where_it_last_ran(self):
        session = self.tree.session()
        place = self.install(os.path.join(self.scratch, "an odd place/csb"))
        self.assertEqual(127, self.run_csb("--version", status=127).returncode)
        subprocess.run([place, "backup", "--quiet"], env=self.environment(), check=True)
        self.assertTrue(self.run_csb("--version").stdout.startswith(b"csb "))
        session.turn()
        self.run_csb("hook", "PreCompact")
        self.assert_stored(session.rel)

    def test_a_server_becomes_csb_and_a_hook_starts_no_more_than_it(self):
        place = self.install(os.path.join(self.home, ".local/bin/csb"))
        server = subprocess.Popen(["sh", RUN_CSB, "mcp"], env=self.environment(), stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        server.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        server.stdin.flush()
        self.assertIn(b'"result"', server.stdout.readline())
        if os.path.isdir("/proc/self"):      # the signal the client sends at its end meets csb, not a shell before it
            self.assertEqual(os.path.realpath(place), os.path.realpath("/proc/%d/exe" % server.pid))
        server.stdin.close()
        self.assertEqual(0, server.wait(timeout=60))
        need("strace")
        trace = os.path.join(self.scratch, "trace")
        for words, programs in ((("hook", "Stop"), 2), (("--version",), 2)):
            subprocess.run(["strace", "-f", "-qq", "-e", "trace=execve", "-e", "signal=none", "-o", trace, "sh", RUN_CSB,
                            *words], env=self.traceable(["strace"]), input=b"{}", capture_output=True, check=True)
            with open(trace, encoding="utf-8") as f:
                started = [line for line in f if "execve(" in line and " = 0" in line]
            self.assertEqual(programs, len(started), started)    # sh, and csb

    def test_a_csb_that_cannot_run_disturbs_nothing(self):
        broken = os.path.join(self.home, ".local/bin/csb")
        os.makedirs(os.path.dirname(broken))
        for content in (b"\x7fELF nonsense", b"#!/nonexistent\n", b"exit 2\n", b"echo said; echo said >&2; exit 2\n"):
            with open(broken, "wb") as f:
                f.write(content)
            os.chmod(broken, 0o755)
            self.assertEqual(b"", self.run_csb("hook", "Stop").stderr)
        os.unlink(broken)
        os.mkdir(broken)
        self.assertEqual((b"", b""), (lambda d: (d.stdout, d.stderr))(self.run_csb("hook", "Stop")))

    def told_to_end(self, *command):
        """A hook that waits for its input when the client, which exits, sends SIGTERM to its group. -> exit status"""
        hook = subprocess.Popen(command, env=self.environment(), stdin=subprocess.PIPE, start_new_session=True)
        time.sleep(0.5)
        os.killpg(hook.pid, signal.SIGTERM)
        time.sleep(0.1)
        hook.communicate(json.dumps({"session_id": "00000000-0000-4000-8000-0000000000ff"}).encode(), timeout=60)
        return hook.returncode

    def test_a_hook_that_the_client_ends_sees_it_through(self):
        # A client that exits waits for all that is left of a hook it has ended, up to 1.5 s: for what a killed shell
        # leaves to an init process that never looks, too.
        self.install(os.path.join(self.home, ".local/bin/csb"))
        events = ("Stop", "SubagentStop", "SessionEnd")
        for event in events:
            for command in (["sh", RUN_CSB, "hook", event], ["sh", "-c", hooks_of(load("hooks/settings.json"))[event][1]["command"]]):
                self.assertEqual(0, self.told_to_end(*command), command)
        beats = [words[1] for words in self.wait_for_heartbeats(2 * len(events))]
        self.assertEqual(sorted(event for event in events for _ in range(2)), sorted(beats))
        self.assertEqual(-signal.SIGTERM, self.told_to_end("sh", RUN_CSB, "hook", "PreCompact"), "a person who gives up")

    def test_the_snippet_runs_csb_where_quickstart_puts_it(self):
        session = self.tree.session()
        hooks = hooks_of(load("hooks/settings.json"))
        event = json.dumps({"session_id": session.id}).encode()
        for present in (False, True):
            if present:
                self.install(os.path.join(self.home, ".local/bin/csb"))
            for name in ("SessionEnd", "PreCompact"):
                done = subprocess.run(["sh", "-c", hooks[name][1]["command"]], env=self.environment(), input=event,
                                      capture_output=True)
                self.assertEqual((0, b"", b""), (done.returncode, done.stdout, done.stderr))
            self.assertEqual(present, os.path.exists(self.store))
        self.assert_stored(session.rel)


if __name__ == "__main__":
    main()
