"""The plugin, installed as a person installs it, in the real client: -p, at a terminal, killed, compacted."""
import fcntl
import json
import os
import shutil
import signal
import time

from real_client import HERE, RealClientTest
from harness import main
from interactive import Terminal

TOP = os.path.join(HERE, "../..")
SESSION = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"
SOON = 5      # seconds in which the last row must be in the store


class PluginTest(RealClientTest):
    def setUp(self):
        super().setUp()
        self.cwd = os.path.join(self.out, "cwd/p")
        os.makedirs(os.path.join(self.home, ".local/bin"))
        self.csb_link = os.path.join(self.home, ".local/bin/csb")
        os.symlink(self.binary, self.csb_link)
        self.clone = os.path.join(self.out, "clone")
        for part in ("plugin", ".claude-plugin"):
            shutil.copytree(os.path.join(TOP, part), os.path.join(self.clone, part))

    def install(self):
        self.client(self.clone, "plugin", "marketplace", "add", "./")
        self.client(self.clone, "plugin", "install", "csb@csb")

    def prompt(self, text, *args, session=SESSION, **kw):
        """One prompt with -p; nothing on standard error."""
        done = self.client(self.cwd, "-p", text, *args, "--session-id" if not args else "--resume", session, **kw)
        self.assertEqual("", done.stderr)
        return done

    def transcript(self, session=SESSION):
        return next((os.path.join(base, session + ".jsonl")
                     for base, _, names in os.walk(os.path.join(self.claude, "projects")) if session + ".jsonl" in names), None)

    def on_disk(self, session=SESSION):
        with open(self.transcript(session), "rb") as f:
            return f.read()

    def stored(self, session=SESSION):
        """The newest stored content of the transcript; b"" when there is none."""
        if not os.path.isdir(self.store) or not self.git.refs():
            return b""
        return self.git.files().get(os.path.relpath(self.transcript(session), self.claude).encode(), b"")

    def assert_stored_soon(self, session=SESSION, seconds=SOON):
        deadline = time.monotonic() + seconds
        while self.stored(session) != self.on_disk(session):
            self.assertLess(time.monotonic(), deadline, "the last row is not in the store")
            time.sleep(0.1)

    def every_version(self, session=SESSION):
        """All that was ever stored of the transcript."""
        rel = os.path.relpath(self.transcript(session), self.claude)
        count = len(self.csb("log", session, "--json").json()["versions"])
        self.assertTrue(rel)
        return b"".join(self.csb("cat", session, "--version", str(n)).out_bytes for n in range(1, count + 1))

    def heartbeats(self):
        path = os.path.join(self.csb_home, "log/hooks")
        if not os.path.exists(path):
            return []
        with open(path, encoding="ascii") as f:
            return [line.split()[1] for line in f if line.strip()]


class Installed(PluginTest):
    def test_validate_install_and_list_are_clean(self):
        for arguments in ((".",), ("./plugin",), ("--profile", "directory", "./plugin")):
            done = self.client(self.clone, "plugin", "validate", "--strict", *arguments)
            self.assertIn("Validation passed", done.stdout)
            self.assertNotRegex(done.stdout, "⚠|✘")
        self.install()
        listed = json.loads(self.client(self.clone, "plugin", "list", "--json").stdout)
        self.assertEqual([("csb@csb", True)], [(p["id"], p["enabled"]) for p in listed])
        self.assertNotIn("errors", listed[0])

    def test_a_prompt_is_archived_and_the_client_asks_the_server(self):
        self.install()
        self.prompt('one MOCK:[{"text":"first answer"}]')
        self.assert_stored_soon()
        self.assertIn(b"first answer", self.stored())
        self.assertLessEqual({"SessionStart", "Stop", "SessionEnd"}, set(self.heartbeats()))
        self.assertRegex(self.client(self.cwd, "mcp", "list").stdout, "csb.*Connected")
        # The server ends when nothing is asked of it; the client starts it again.
        calls = [{"tool": "mcp__plugin_csb_csb__list", "input": {}, "delay": 0.5},
                 {"tool": "mcp__plugin_csb_csb__read", "input": {"session": SESSION}, "delay": 0.5},
                 {"tool": "mcp__plugin_csb_csb__show", "input": {"session": SESSION}}, {"text": "done"}]
        self.client(self.cwd, "-p", "ask MOCK:" + json.dumps(calls), "--session-id", OTHER, "--allowedTools",
                    "mcp__plugin_csb_csb__list mcp__plugin_csb_csb__read mcp__plugin_csb_csb__show")
        rows = [json.loads(line) for line in self.on_disk(OTHER).splitlines()]
        results = [block for row in rows if row.get("type") == "user" and isinstance(row["message"]["content"], list)
                   for block in row["message"]["content"] if block.get("type") == "tool_result"]
        self.assertEqual(3, len(results))
        self.assertFalse(any(block.get("is_error") for block in results), results)
        self.assertIn("first answer", json.dumps(results[1]))
        self.git.fsck()

    def test_without_csb_the_client_notices_nothing(self):
        self.install()
        os.unlink(self.csb_link)
        self.prompt('one MOCK:[{"text":"first answer"}]')
        self.assertFalse(os.path.exists(self.csb_home))

    def test_a_store_that_cannot_be_used_disturbs_nothing(self):
        self.install()
        os.makedirs(self.csb_home)
        with open(self.store, "w", encoding="utf-8"):     # a file where the store should be
            pass
        self.prompt('one MOCK:[{"text":"first answer"}]')
        self.assertIn(b'"compact_boundary"', self.compacted())
        self.assertIn("the last backup ended with status", self.csb("status", status=3).err)

    def doctor(self):
        return {c["id"]: c for c in self.csb("doctor", "--json", status=None).json()["checks"]}

    def test_a_disk_that_takes_nothing_disturbs_nothing(self):
        self.install()
        os.unlink(self.csb_link)
        with open(self.csb_link, "w", encoding="utf-8") as f:     # files of 4 KiB, and not a byte more
            f.write('#!/bin/sh\nulimit -f 8\nexec "%s" "$@"\n' % self.binary)
        os.chmod(self.csb_link, 0o755)
        self.prompt('one MOCK:[{"text":"first answer"}]')
        self.assertIn(b'"compact_boundary"', self.compacted())
        self.assertEqual(b"", self.stored())
        self.assertIn("fail", {self.doctor()[which]["state"] for which in ("hooks", "backup", "store")})
        os.unlink(self.csb_link)
        os.symlink(self.binary, self.csb_link)
        self.prompt('two MOCK:[{"text":"second answer"}]', "--resume")
        self.assert_stored_soon()

    def test_a_store_that_another_run_holds_disturbs_nothing(self):
        self.install()
        self.prompt('one MOCK:[{"text":"first answer"}]')
        self.assert_stored_soon()
        with open(os.path.join(self.csb_home, "lock"), "a", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.prompt('two MOCK:[{"text":"second answer"}]', "--resume")
            self.assertIn(b'"compact_boundary"', self.compacted())
            self.assertNotEqual(self.on_disk(), self.stored())
            self.assertIn("not as stored", self.doctor()["backup"]["text"])
        self.prompt('three MOCK:[{"text":"third answer"}]', "--resume")
        self.assert_stored_soon(seconds=30)

    def compacted(self):
        self.client(self.cwd, "-p", "/compact", "--resume", SESSION)
        return self.on_disk()

    def only_hook(self, event):
        """What this hook does not archive is gone."""
        path = os.path.join(self.clone, "plugin/hooks/hooks.json")
        with open(path, encoding="utf-8") as f:
            document = json.load(f)
        document["hooks"] = {event: document["hooks"][event]}
        with open(path, "w", encoding="utf-8") as f:
            json.dump(document, f)

    def rewritten(self, trigger, *prompt):
        """A transcript of over 5 MiB, which the client rewrites smaller when it compacts."""
        self.install()
        big = '[{"text":"0123456789abcdef","repeat":120000}]'
        self.prompt("Bulk1 NEEDLE-BEFORE MOCK:" + big)
        for n in (2, 3):
            self.client(self.cwd, "-p", "Bulk%d MOCK:%s" % (n, big), "--resume", SESSION)
        self.only_hook("PreCompact")
        full = [{"text": "UNSEEN-BY-OTHER-HOOKS", "usage": {"input_tokens": 990_000, "output_tokens": 10}}]
        self.client(self.cwd, "-p", "more MOCK:" + json.dumps(full), "--resume", SESSION)
        before = self.on_disk()
        self.assertGreater(len(before), 5 << 20)
        os.environ["CC_ENV"] = "CLAUDE_CODE_TRANSCRIPT_LOCAL_GC=1"
        self.addCleanup(os.environ.pop, "CC_ENV")
        self.client(self.cwd, "-p", *prompt, "--resume", SESSION)
        after = self.on_disk()
        self.assertIn(b'"trigger":"%s"' % trigger, after)
        self.assertNotIn(b"NEEDLE-BEFORE", after, "the client rewrote its transcript")
        stored = self.every_version()
        self.assertEqual([], [row[:100] for row in before.splitlines() if row not in stored])
        self.assertIn(b"UNSEEN-BY-OTHER-HOOKS", stored)

    def test_nothing_is_lost_by_a_compaction(self):
        self.rewritten(b"manual", "/compact")

    def test_nothing_is_lost_by_a_compaction_that_comes_by_itself(self):
        self.rewritten(b"auto", 'on MOCK:[{"text":"after"}]')


class BySetup(PluginTest):
    """`csb setup` has the real client do it, and takes it back."""

    def setUp(self):
        super().setUp()
        for part in ("bin", "share"):      # as `cmake --install` lays it out
            os.makedirs(os.path.join(self.out, "prefix", part))
        os.rename(self.clone, os.path.join(self.out, "prefix/share/csb-plugin"))
        os.unlink(self.csb_link)
        self.binary = shutil.copy(self.binary, os.path.join(self.out, "prefix/bin/csb"))
        os.symlink(self.binary, self.csb_link)
        self.settings = os.path.join(self.claude, "settings.json")

    def setup(self, *args, **kw):
        # The client as csb finds it: on the PATH. It gets what csb got, and no more.
        path = os.path.join(self.prefix, "node_modules/.bin") + ":/usr/bin:/bin"
        return self.csb("setup", "--json", *args, env={"PATH": path}, **kw).json()

    def snapshot(self):
        """The files of the Claude directory that a person or csb writes, with mode and bytes."""
        with open(self.settings, "rb") as f:
            return os.stat(self.settings).st_mode, f.read()

    def test_installed_used_and_taken_back(self):
        self.client(self.cwd, "-p", 'zero MOCK:[{"text":"before csb"}]', "--session-id", OTHER)
        with open(self.settings, "wb") as f:
            f.write(b'{"model": "sonnet",\r\n\t"env": {"A": "\xc3\xa9"}, "a": [1,2]}')
        os.chmod(self.settings, 0o644)
        before = self.snapshot()
        done = self.setup("--auto", "--no-schedule")
        self.assertEqual({"backup": "done", "plugin": "done"}, {s["what"]: s["state"] for s in done["steps"]}, done)
        listed = json.loads(self.client(self.cwd, "plugin", "list", "--json").stdout)
        self.assertEqual([("csb@csb", True)], [(p["id"], p["enabled"]) for p in listed])
        self.assertNotIn(b'"hooks"', self.snapshot()[1], "never both")
        self.prompt('one MOCK:[{"text":"first answer"}]')
        self.assert_stored_soon()
        beats = self.heartbeats()
        self.assertEqual([1, 1], [beats.count(event) for event in ("Stop", "SessionEnd")], "each event once")
        again = self.setup("--auto", "--no-schedule")
        self.assertEqual({"already"}, {s["state"] for s in again["steps"] if s["what"] != "backup"}, again)
        undone = self.setup("--undo")
        self.assertEqual({"done"}, {s["state"] for s in undone["steps"]}, undone)
        self.assertEqual(before, self.snapshot())
        self.assertEqual([], json.loads(self.client(self.cwd, "plugin", "list", "--json").stdout))
        self.assertEqual([], json.loads(self.client(self.cwd, "plugin", "marketplace", "list", "--json").stdout))
        self.prompt('two MOCK:[{"text":"second answer"}]', "--resume")
        self.assertEqual(beats, self.heartbeats(), "no hook fires any more")

    def test_a_directory_of_another_name(self):
        work = os.path.join(self.home, "work dir")
        os.makedirs(os.path.join(work, "projects"))
        self.setup("--auto", "--no-schedule", "--claude-dir", work)
        with open(os.path.join(work, "settings.json"), encoding="utf-8") as f:
            self.assertTrue(json.load(f)["enabledPlugins"]["csb@csb"])
        self.assertFalse(os.path.exists(self.settings))
        self.setup("--undo")
        self.assertFalse(os.path.exists(os.path.join(work, "settings.json")))


class AtATerminal(PluginTest):
    def setUp(self):
        super().setUp()
        self.install()

    def open(self, *args, session=SESSION, **environment):
        terminal = Terminal(self, self.cwd, *(args or ("--session-id", session)), **environment)
        terminal.type('say it MOCK:[{"text":"FIRST-ANSWER"}]')
        terminal.wait_for("● FIRST-ANSWER")
        return terminal

    def ended(self, terminal):
        """The client is gone, said nothing, and its last row is in the store."""
        self.assert_stored_soon()
        self.assertIn("SessionEnd", self.heartbeats())
        self.assertEqual("", terminal.said_on_stderr())
        self.git.fsck()

    def test_exit(self):
        terminal = self.open()
        terminal.type("/exit")
        terminal.wait_for("CLIENT-EXIT=0")
        self.ended(terminal)

    def test_a_closed_terminal(self):
        terminal = self.open()
        pid = terminal.pid()
        terminal.close()
        terminal.until(lambda: not os.path.exists("/proc/%d" % pid), "the client goes on")
        self.ended(terminal)

    def test_sigterm(self):
        terminal = self.open()
        os.kill(terminal.pid(), signal.SIGTERM)
        terminal.wait_for("CLIENT-EXIT")
        self.ended(terminal)

    def test_sigkill_is_made_good_at_the_next_start(self):
        terminal = self.open()
        os.kill(terminal.pid(), signal.SIGKILL)
        terminal.wait_for("CLIENT-EXIT")
        self.assertNotIn("SessionEnd", self.heartbeats())
        with open(self.transcript(), "ab") as f:      # as if no hook had run after the last answer
            f.write(b'{"type":"user","message":{"role":"user","content":"LAST-WORDS"},"sessionId":"%s"}\n' % SESSION.encode())
        hour_ago = time.time() - 3600
        os.utime(self.transcript(), (hour_ago, hour_ago))
        terminal.close()
        next_one = Terminal(self, self.cwd, "--session-id", OTHER)
        next_one.wait_for("not archived")
        self.assert_stored_soon()
        self.assertIn(b"LAST-WORDS", self.stored())

    def test_compact(self):
        terminal = self.open()
        before = self.on_disk()
        terminal.type("/compact")
        terminal.until(lambda: b'"compact_boundary"' in self.on_disk(), "no compaction")
        self.assertIn("PreCompact", self.heartbeats())
        stored = self.every_version()
        self.assertEqual([], [row for row in before.splitlines() if row not in stored])
        terminal.type("/exit")
        terminal.wait_for("CLIENT-EXIT=0")
        self.ended(terminal)


if __name__ == "__main__":
    main()
