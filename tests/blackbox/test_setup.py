"""csb setup and its undo: every byte outside of csb's home as it was."""
import json
import os
import shutil
import subprocess
import time

import json_schema
import terminal
from claude_tree import ClaudeTree
from fake_claude import FakeClaude
from harness import FAILED, INCOMPLETE, USAGE, main, need
from test_schedule import Base, read

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
EVENTS = ["SessionStart", "PreCompact", "Stop", "SubagentStop", "SessionEnd"]

STYLES = {
    "spaces": b'{\n  "model": "opus",\n  "env": {"A": "\xc3\xa9"}\n}\n',
    "tabs": b'{\n\t"z": 1,\n\t"hooks": {\n\t\t"Stop": [\n\t\t\t{"hooks": [{"type": "command", "command": "mine"}]}\n\t\t]\n\t}\n}',
    "crlf": b'{\r\n    "a": [1, 2,\r\n 3],\r\n    "cleanupPeriodDays": 10\r\n}\r\n',
    "one line": b'{"a":1,"hooks":{}}',
    "byte order mark": b'\xef\xbb\xbf{ "a" : 1 }\n\n\n',
    "empty object": b"{}",
    "empty file": b"",
    "no file": None,
}


class SetupCase(Base):
    def setUp(self):
        super().setUp()
        self.settings = self.tree.path("settings.json")

    def json(self, *args, **kw):
        document = self.csb("setup", "--json", *args, **kw).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("setup")))
        return document

    def write_settings(self, text):
        if text is None:
            if os.path.exists(self.settings):
                os.remove(self.settings)
            return
        with open(self.settings, "wb") as f:
            f.write(text)

    def read_settings(self):
        if not os.path.exists(self.settings):
            return None
        with open(self.settings, "rb") as f:
            return f.read()

    def states(self, document):
        return {s["what"]: s["state"] for s in document["steps"]}

    def outside(self):
        """Every file but csb's home and the sessions, with its bytes."""
        found = {}
        for base, dirs, names in os.walk(self.home):
            if base == os.path.join(self.home, ".local/share"):
                dirs[:] = [d for d in dirs if d != "csb"]
            for name in names:
                path = os.path.join(base, name)
                with open(path, "rb") as f:
                    found[path] = f.read()
        return found, self.crontab()


class Setup(SetupCase):
    def test_setup_and_undo_in_every_style(self):
        self.with_cron(crontab=b"# mine\n1 2 * * * date +\\%s\n")
        self.tree.session()
        for name, text in STYLES.items():
            with self.subTest(name):
                self.write_settings(text)
                before = self.outside()
                done = self.json("--auto", "--keep-days", "400")
                self.assertEqual({"done"}, set(self.states(done).values()) - {"already"}, done)
                settings = json.loads(self.read_settings().decode("utf-8-sig"))
                self.assertEqual(EVENTS, [e for e in EVENTS if "csb" in json.dumps(settings["hooks"].get(e))])
                self.assertEqual(400, settings["cleanupPeriodDays"])
                for key, value in json.loads((text or b"{}").decode("utf-8-sig") or "{}").items():
                    if key not in ("hooks", "cleanupPeriodDays"):
                        self.assertEqual(value, settings[key])
                after = self.outside()
                again = self.json("--auto", "--keep-days", "400")
                self.assertEqual({"already"}, set(self.states(again).values()))
                self.assertEqual(after, self.outside())
                undone = self.json("--undo")
                self.assertEqual("undo", undone["action"])
                self.assertEqual(before, self.outside())
                self.assertEqual([], self.json("--undo")["steps"])

    def test_with_systemd(self):
        self.with_systemd()
        self.tree.session()
        before = self.outside()
        done = self.json("--auto")
        self.assertEqual("done", self.states(done)["schedule"])
        self.assertTrue(os.path.exists(os.path.join(self.home, ".config/systemd/user/csb-backup.timer")))
        self.json("--undo")
        self.assertEqual(before, self.outside())
        self.assertFalse(os.path.exists(os.path.join(self.home, ".config")))

    def test_undo_keeps_what_others_wrote_meanwhile(self):
        self.tree.session()
        self.write_settings(b'{\n  "a": 1,\n  "cleanupPeriodDays": 7\n}\n')
        self.json("--auto", "--no-schedule", "--keep-days", "90")
        settings = json.loads(self.read_settings())
        settings["theirs"] = {"x": [1, 2]}
        settings["hooks"]["Stop"].append({"hooks": [{"type": "command", "command": "theirs"}]})
        self.write_settings(json.dumps(settings, indent=4).encode())
        self.json("--undo")
        self.assertEqual({"a": 1, "cleanupPeriodDays": 7, "theirs": {"x": [1, 2]},
                          "hooks": {"Stop": [{"hooks": [{"type": "command", "command": "theirs"}]}]}},
                         json.loads(self.read_settings()))

    def test_setup_again_after_others_wrote(self):
        self.tree.session()
        self.write_settings(b'{"a":1}')
        self.json("--auto", "--no-schedule")
        self.write_settings(self.read_settings().replace(b'"a":1', b'"a":2'))
        self.json("--auto", "--no-schedule", "--keep-days", "90")
        self.json("--undo")
        self.assertEqual({"a": 2}, json.loads(self.read_settings()))

    def test_malformed_settings_are_left_alone(self):
        self.tree.session()
        for text in (b'{\n  // mine\n  "a": 1\n}\n', b'{"a": 1,}', b'[]', b'{"hooks": []}', b'{"hooks": {"Stop": 5}}'):
            self.write_settings(text)
            done = self.json("--auto", "--no-schedule", status=INCOMPLETE)
            self.assertEqual("failed", self.states(done)["hooks"])
            self.assertIn(self.states(done)["backup"], ("done", "already"))   # the others went on
            self.assertEqual(text, self.read_settings())
            self.json("--undo")
            self.assertEqual(text, self.read_settings())

    def test_a_dry_run_does_nothing(self):
        self.with_cron(crontab=b"# mine\n")
        self.tree.session()
        self.write_settings(b"{}")
        before = self.outside()
        planned = self.json("--dry-run", "--keep-days", "90")
        self.assertEqual({"planned"}, set(self.states(planned).values()))
        self.assertIn("planned", self.csb("setup", "--dry-run").out)
        self.assertEqual(before, self.outside())
        self.assertFalse(os.path.exists(self.csb_home))

    def test_without_a_scheduler(self):
        self.tree.session()
        done = self.json("--auto")
        if done["found"]["scheduler"] is not None:
            self.skipTest("a scheduler runs on this machine")
        self.assertEqual("skipped", self.states(done)["schedule"])
        self.assertIn(False, [c["protected"] for c in done["checklist"] if "schedule" in c["text"]])

    def test_the_plugin_needs_no_hooks(self):
        self.tree.session()
        self.write_settings(b'{"enabledPlugins":{"csb@csb":true}}')
        done = self.json("--auto", "--no-schedule")
        self.assertEqual("already", self.states(done)["hooks"])
        self.assertEqual(b'{"enabledPlugins":{"csb@csb":true}}', self.read_settings())

    def test_a_pipe_is_not_asked(self):
        self.tree.session()
        refused = self.csb("setup", status=USAGE)
        self.assertIn("--auto", refused.err)
        self.assertFalse(os.path.exists(self.csb_home))
        os.rename(self.claude, self.claude + ".away")
        self.csb("setup", "--auto", status=FAILED)
        self.assertFalse(os.path.exists(self.csb_home))

    def test_guided_on_a_terminal(self):
        self.with_cron(crontab=b"# mine\n")
        self.tree.session()
        script = ("import os,sys,pty,time\npid, fd = pty.fork()\nif pid == 0: os.execv(sys.argv[1], sys.argv[1:])\n"
                  "seen = b''\nanswers = [b'y\\n', b'maybe\\n', b'n\\n', b'\\n']\n"
                  "while True:\n    try: piece = os.read(fd, 4096)\n    except OSError: break\n    if not piece: break\n"
                  "    seen += piece\n    while answers and (seen.count(b'/n] ') + seen.count(b'/N] ')) > 4 - len(answers):\n"
                  "        os.write(fd, answers.pop(0))\n"
                  "sys.stdout.buffer.write(seen)\nsys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n")
        import sys
        done = subprocess.run([sys.executable, "-c", script, self.binary, "setup"], env=self.environment(),
                              capture_output=True, timeout=60)
        shown = done.stdout.decode()
        self.assertEqual(0, done.returncode, shown)
        settings = json.loads(self.read_settings())
        self.assertIn("PreCompact", settings["hooks"])       # yes
        self.assertEqual(b"# mine\n", self.crontab())        # "maybe" is asked again, then no
        self.assertEqual(365, settings["cleanupPeriodDays"])  # the default
        self.assertIn("[x]", shown)
        self.assertIn("[ ]", shown)

    def test_at_eighty_columns(self):
        self.tree.session()
        status, shown = terminal.run([self.binary, "setup", "--auto", "--no-schedule", "--color", "never"],
                                     self.environment(), 80)
        self.assertEqual(0, status)
        self.assertLessEqual(max(len(line) for line in shown.decode().splitlines()), 80, shown.decode())

    def test_several_directories(self):
        other = ClaudeTree(os.path.join(self.home, "other"))
        other.session()
        self.tree.session()
        self.json("--auto", "--no-schedule", "--claude-dir", self.claude, "--claude-dir", other.root)
        for directory in (self.claude, other.root):
            self.assertIn("PreCompact", read(os.path.join(directory, "settings.json")))
        self.json("--undo")
        for directory in (self.claude, other.root):
            self.assertFalse(os.path.exists(os.path.join(directory, "settings.json")))


class Plugin(SetupCase):
    """With a client of straw that installs plugins."""

    def setUp(self):
        super().setUp()
        self.client = FakeClaude(self.bin, self.scratch)
        # As `cmake --install` lays it out: bin/csb beside share/csb-plugin.
        prefix = os.path.join(self.scratch, "prefix dir")
        self.share = os.path.join(prefix, "share/csb-plugin")
        os.makedirs(os.path.join(prefix, "bin"))
        shutil.copy(self.binary, os.path.join(prefix, "bin/csb"))
        self.binary = os.path.join(prefix, "bin/csb")
        for part in ("plugin", ".claude-plugin"):
            shutil.copytree(os.path.join(TOP, part), os.path.join(self.share, part))
        self.tree.session()

    def argvs(self):
        calls = self.client.calls()
        self.assertEqual({""}, {call["stdin"] for call in calls} | {""})
        return [" ".join(call["argv"]) for call in calls]

    def test_the_plugin_comes_and_goes_in_every_style(self):
        for name, text in STYLES.items():
            with self.subTest(name):
                self.write_settings(text)
                done = self.json("--auto", "--no-schedule")
                self.assertEqual(["plugin marketplace add " + self.share, "plugin install csb@csb"], self.argvs())
                self.assertEqual("done", self.states(done)["plugin"])
                self.assertNotIn("hooks", self.states(done))
                self.assertIn(True, [c["protected"] for c in done["checklist"] if "(hooks)" in c["text"]])
                settings = json.loads(self.read_settings().decode("utf-8-sig"))
                self.assertEqual({"csb@csb": True}, settings["enabledPlugins"])
                self.assertNotIn("csb", json.dumps(settings.get("hooks", {})), "never both")
                after = self.read_settings()
                again = self.json("--auto", "--no-schedule")
                self.assertEqual({"already"}, {s["state"] for s in again["steps"] if s["what"] != "backup"}, again)
                self.assertEqual((after, []), (self.read_settings(), self.argvs()))
                self.json("--undo")
                self.assertEqual(["plugin uninstall csb@csb", "plugin marketplace remove csb"], self.argvs())
                self.assertEqual(text, self.read_settings())
                self.assertEqual([], self.json("--undo")["steps"])

    def test_what_others_wrote_meanwhile_stays(self):
        self.write_settings(b'{"z": 1, "a": 2, "enabledPlugins": {}}')
        self.json("--auto", "--no-schedule", "--keep-days", "90")
        settings = json.loads(self.read_settings())
        settings["enabledPlugins"]["theirs@x"] = True
        settings["extraKnownMarketplaces"]["x"] = {}
        self.write_settings(json.dumps(settings).encode())
        self.json("--undo")
        self.assertEqual({"z": 1, "a": 2, "enabledPlugins": {"theirs@x": True}, "extraKnownMarketplaces": {"x": {}}},
                         json.loads(self.read_settings()))

    def test_a_client_that_does_not_do_it_gets_hooks(self):
        text = STYLES["crlf"]
        for how in ({"version": "2.0.5 (Claude Code)"}, {"version": "claude 9"}, {"version_status": 3},
                    {"fails": ["plugin marketplace add"]}, {"fails": ["plugin install"]}, {"does_nothing": True}):
            with self.subTest(str(how)):
                self.client.behave(**how)
                self.write_settings(text)
                done = self.json("--auto", "--no-schedule")
                self.assertEqual("done", self.states(done)["hooks"])
                if "version" in str(how):
                    self.assertEqual([], self.argvs(), "what might take the words for a prompt is not called")
                    self.assertIsNotNone(done["found"]["client_trouble"])
                else:
                    self.assertEqual("skipped", self.states(done)["plugin"])
                settings = json.loads(self.read_settings())
                self.assertEqual([{}, {}], [settings.get(k, {}) for k in ("enabledPlugins", "extraKnownMarketplaces")])
                self.assertIn("csb", json.dumps(settings["hooks"]))
                self.json("--undo")
                self.assertEqual(text, self.read_settings())
                self.client.behave()
                self.argvs()

    def test_what_it_said_is_told(self):
        self.client.behave(fails=["plugin install"])
        done = self.json("--auto", "--no-schedule", "--plugin", status=INCOMPLETE)
        step = [s for s in done["steps"] if s["what"] == "plugin"][0]
        self.assertEqual("failed", step["state"])
        self.assertIn("it will not, said the client", step["text"])
        self.assertNotIn("hooks", self.states(done))     # the plugin was asked for, and nothing else
        self.assertIsNone(self.read_settings())
        self.assertIn(False, [c["protected"] for c in done["checklist"] if "(hooks)" in c["text"]])

    def test_the_plugin_takes_the_place_of_csbs_hooks(self):
        self.write_settings(STYLES["tabs"])
        self.json("--auto", "--no-schedule", "--hooks")
        self.assertEqual([], self.argvs())
        self.assertIn("PreCompact", json.loads(self.read_settings())["hooks"])
        self.json("--auto", "--no-schedule")             # what is there stays
        self.assertEqual([], self.argvs())
        self.json("--auto", "--no-schedule", "--plugin")
        settings = json.loads(self.read_settings())
        self.assertTrue(settings["enabledPlugins"]["csb@csb"])
        self.assertEqual({"Stop": [{"hooks": [{"type": "command", "command": "mine"}]}]}, settings["hooks"])
        self.json("--auto", "--no-schedule", "--hooks")  # nor do hooks come back beside it
        self.assertNotIn("PreCompact", json.loads(self.read_settings())["hooks"])
        self.json("--undo")
        self.assertEqual(STYLES["tabs"], self.read_settings())

    def test_a_plugin_that_cannot_take_their_place_leaves_the_hooks(self):
        self.write_settings(STYLES["tabs"])
        self.json("--auto", "--no-schedule", "--hooks")
        with_hooks = self.read_settings()
        for how in ({"fails": ["plugin install"]}, {"does_nothing": True}):
            self.client.behave(**how)
            self.json("--auto", "--no-schedule", "--plugin", status=INCOMPLETE)
            self.assertEqual(with_hooks, self.read_settings())
        self.json("--undo")
        self.assertEqual(STYLES["tabs"], self.read_settings())

    def test_hooks_by_hand_beside_the_plugin_are_told_and_left(self):
        snippet = os.path.join(TOP, "hooks/settings.json")
        shutil.copy(snippet, self.settings)
        settings = json.loads(self.read_settings())
        settings["enabledPlugins"] = {"csb@csb": True}
        self.write_settings(json.dumps(settings).encode())
        done = self.json("--auto", "--no-schedule")
        self.assertIn("twice", [s["text"] for s in done["steps"] if s["what"] == "hooks"][0])
        self.assertEqual(settings, json.loads(self.read_settings()))
        doctor = self.csb("doctor", "--json", status=(0, 10)).json()
        hooks = [c for c in doctor["checks"] if c["id"] == "hooks"][0]
        self.assertEqual("warn", hooks["state"])
        self.assertIn("twice", hooks["text"])

    def test_another_directory_is_named_to_the_client(self):
        other = ClaudeTree(os.path.join(self.home, "other"))
        other.session()
        self.json("--auto", "--no-schedule", "--claude-dir", self.claude, "--claude-dir", other.root,
                  env={"CLAUDE_CONFIG_DIR": "/nonexistent"})
        named = [call["config_dir"] for call in self.client.calls()]
        self.assertEqual([None, None, other.root, other.root], named)
        for directory in (self.claude, other.root):
            self.assertIn("csb@csb", read(os.path.join(directory, "settings.json")))
        self.json("--undo")
        for directory in (self.claude, other.root):
            self.assertFalse(os.path.exists(os.path.join(directory, "settings.json")))

    def test_without_a_client_an_undo_still_switches_it_off(self):
        self.write_settings(STYLES["spaces"])
        self.json("--auto", "--no-schedule")
        os.remove(self.client.path)
        undone = self.json("--undo")
        self.assertIn("there must be a client", undone["steps"][0]["text"])
        self.assertEqual(STYLES["spaces"], self.read_settings())

    def test_a_marketplace_that_is_known_is_used_and_stays(self):
        self.tree.write("plugins/known_marketplaces.json", b'{"csb": {"source": {"source": "github"}}}')
        self.json("--auto", "--no-schedule")
        self.assertEqual(["plugin install csb@csb"], self.argvs())
        self.json("--undo")
        self.assertEqual(["plugin uninstall csb@csb"], self.argvs())

    def test_a_dry_run_asks_for_no_more_than_the_version(self):
        planned = self.json("--dry-run")
        self.assertEqual("planned", self.states(planned)["plugin"])
        self.assertEqual([], self.argvs())
        self.assertIsNone(self.read_settings())

    def test_files_that_others_may_write_are_no_plugin(self):
        os.chmod(os.path.join(self.share, ".claude-plugin/marketplace.json"), 0o666)
        done = self.json("--auto", "--no-schedule")
        self.assertIsNone(done["found"]["plugin_source"])
        self.assertEqual([], self.argvs())
        self.assertEqual("done", self.states(done)["hooks"])

    def test_one_way_is_chosen(self):
        for both in (("--plugin", "--hooks"), ("--plugin", "--no-hooks"), ("--undo", "--plugin")):
            self.csb("setup", *both, status=USAGE)


class PluginFiles(SetupCase):
    def setUp(self):
        super().setUp()
        FakeClaude(self.bin, self.scratch)
        self.tree.session()

    def test_an_installed_csb_has_them_beside_it(self):
        build = os.path.join(os.path.dirname(self.binary), "../..")
        if not os.path.exists(os.path.join(build, "cmake_install.cmake")):
            self.skipTest("csb is not in its build directory")
        need("cmake")
        prefix = os.path.join(self.home, ".local")
        subprocess.run(["cmake", "--install", build, "--prefix", prefix, "--component", "plugin"], check=True,
                       capture_output=True)
        os.makedirs(os.path.join(prefix, "bin"))
        self.binary = shutil.copy(self.binary, os.path.join(prefix, "bin/csb"))
        self.assertEqual(os.path.join(prefix, "share/csb-plugin"), self.json("--auto", "--no-schedule")["found"]["plugin_source"])
        # What is installed for all is not in csb's own home, which is the person's alone.
        self.assertEqual(0o700, os.stat(self.csb_home).st_mode & 0o777)
        permissions = [c for c in self.csb("doctor", "--json", status=(0, 10)).json()["checks"] if c["id"] == "permissions"]
        self.assertEqual(["ok"], [c["state"] for c in permissions])

    def test_the_source_tree_is_found_from_the_build(self):
        if not os.path.realpath(self.binary).startswith(os.path.realpath(TOP) + os.sep):
            self.skipTest("built outside of the source tree")
        self.assertEqual(os.path.realpath(TOP), self.json("--dry-run")["found"]["plugin_source"])


class History(Base):
    """What the Python csb kept: a git repository in the Claude directory."""

    def in_claude(self, *args):
        return subprocess.run(["git", "-C", self.claude, "-c", "user.name=a", "-c", "user.email=a@b", *args],
                              check=True, capture_output=True, text=True, env=super().environment()).stdout

    def json(self, *args, **kw):
        return self.csb("setup", "--json", "--auto", "--no-schedule", *args, **kw).json()

    def history(self, secret=False):
        gone = self.tree.session(title="long gone")
        self.in_claude("init", "-q", "-b", "main")
        if secret:
            self.tree.write(".credentials.json", b'{"token":"x"}')
        self.in_claude("add", "-A")
        self.in_claude("commit", "-qm", "backup")
        os.remove(gone.path)
        self.in_claude("add", "-A")
        self.in_claude("commit", "-qm", "noise")
        return gone

    def test_its_sessions_are_found_and_restored(self):
        gone = self.history()
        head = self.in_claude("rev-parse", "HEAD")
        status_before = self.in_claude("status", "--porcelain")
        self.tree.session()
        done = self.json()
        self.assertEqual("done", {s["what"]: s["state"] for s in done["steps"]}["history"])
        deleted = self.list("--deleted", "only")
        self.assertEqual([gone.id], [s["id"] for s in deleted])
        self.csb("restore", gone.id)
        self.assertTrue(os.path.exists(gone.path))
        self.assertEqual(head, self.in_claude("rev-parse", "HEAD"))
        os.remove(gone.path)
        os.remove(self.tree.path("settings.json"))
        self.assertEqual(status_before, "\n".join(
            line for line in self.in_claude("status", "--porcelain").splitlines() if line.startswith(" ")))
        self.assertEqual("already", {s["what"]: s["state"] for s in self.json()["steps"]}["history"])
        self.assert_store_sound()

    def test_secrets_come_along_only_when_told(self):
        self.history(secret=True)
        done = self.json()
        self.assertNotIn("history", {s["what"] for s in done["steps"]})
        self.assertEqual(1, done["found"]["histories"][0]["secrets"])
        self.json("--import-history")
        doctor = self.csb("doctor", "--json", status=10).json()
        self.assertIn("fail", {c["state"] for c in doctor["checks"] if c["id"] == "secrets"})

    def test_chats_of_claude_backup_are_pointed_to(self):
        self.tree.session()
        chats = os.path.join(self.home, ".local/share/claude-backup")
        os.makedirs(os.path.join(chats, "organizations"))
        with open(os.path.join(chats, "account.json"), "w", encoding="utf-8") as f:
            f.write("{}")
        done = self.json()
        self.assertEqual([chats], done["found"]["chat_stores"])
        self.assertIn("chats import", " ".join(c["text"] for c in done["checklist"]))


if __name__ == "__main__":
    main()
