"""csb config: variables of a git configuration file, and the one setting of the client's."""
import json
import os
import subprocess

import json_schema
import terminal
from harness import FAILED, NOT_FOUND, USAGE, CsbTest, main


def read_all(path):
    with open(path, "rb") as f:
        return f.read()


class Config(CsbTest):
    def setUp(self):
        super().setUp()
        self.file = os.path.join(self.home, ".config/csb/config")

    def write(self, text):
        os.makedirs(os.path.dirname(self.file), exist_ok=True)
        with open(self.file, "wb") as f:
            f.write(text.encode())

    def read(self):
        with open(self.file, "rb") as f:
            return f.read().decode()

    def entries(self, *args, **kw):
        document = self.csb("config", "--json", *args, **kw).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("config")))
        return {e["key"]: e for e in document["entries"]}

    def test_defaults_environment_file_flag(self):
        listed = self.entries()
        self.assertEqual(("default", [self.store]), (listed["csb.store"]["origin"], listed["csb.store"]["values"]))
        self.assertEqual([], listed["csb.include"]["values"])
        self.assertEqual(["30"], listed["settings:cleanupPeriodDays"]["values"])
        self.csb("config", "csb.store", "~/from-file.git")
        self.assertEqual(("file", ["~/from-file.git"], self.file),
                         tuple(self.entries("store")["csb.store"][k] for k in ("origin", "values", "where")))
        by_env = self.entries("store", env={"CSB_STORE": "/e.git"})["csb.store"]
        self.assertEqual(("environment", ["/e.git"], "CSB_STORE"), (by_env["origin"], by_env["values"], by_env["where"]))
        self.assertIn("precedes", by_env["remark"])
        by_flag = self.entries("store", "--store", "/f.git", env={"CSB_STORE": "/e.git"})["csb.store"]
        self.assertEqual(("flag", ["/f.git"]), (by_flag["origin"], by_flag["values"]))
        text = self.csb("config", "--show-origin", "CSB.Store")
        self.assertEqual("file:%s\t~/from-file.git\n" % self.file, text.out)
        self.assertIn("csb.exclude", self.csb("config").out)

    def test_a_set_writes_only_that_key(self):
        odd = ("# mine\r\n[user]\n\tname = Ada # and more\n[csb]\n ; ours\n  machine=old\n\tinclude = \"a;b\"\n"
               "\tINCLUDE = c\\\n d\n[other \"x\"]\n\ty\n")
        self.write(odd)
        self.csb("config", "csb.machine", "new one")
        self.assertEqual(odd.replace("  machine=old", "\tmachine = new one"), self.read())
        self.assertEqual("new one\n", self.csb("config", "machine").out)
        self.csb("config", "csb.claudeDir", "~/x")
        self.csb("config", "--unset", "csb.claudedir")
        self.assertEqual(odd.replace("  machine=old", "\tmachine = new one"), self.read())
        self.assertEqual(0o600, os.stat(self.file).st_mode & 0o777 | 0o600)
        by_git = subprocess.run(["git", "config", "-f", self.file, "--get-all", "csb.include"], capture_output=True,
                                text=True, check=True).stdout
        self.assertEqual(by_git, self.csb("config", "include").out)

    def test_several_values(self):
        self.csb("config", "--add", "csb.exclude", "a.*")
        self.csb("config", "--add", "csb.exclude", "aXb")
        self.csb("config", "--add", "csb.exclude", "todos/*")
        self.assertEqual("a.*\naXb\ntodos/*\n", self.csb("config", "exclude").out)
        self.csb("config", "csb.exclude", "x", status=USAGE)
        self.csb("config", "--unset", "csb.exclude", "a.*")   # literally, not as a pattern
        self.assertEqual("aXb\ntodos/*\n", self.csb("config", "exclude").out)
        self.csb("config", "--unset", "csb.exclude", "none", status=NOT_FOUND)
        self.csb("config", "--unset", "csb.exclude")
        self.csb("config", "exclude", status=NOT_FOUND)
        self.csb("config", "--add", "csb.machine", "x", status=USAGE)

    def test_a_variable_that_is_there_twice(self):
        self.write("[csb]\n\tmachine = one\n\tmachine = two\n")
        self.assertEqual("two\n", self.csb("config", "machine").out)
        self.csb("config", "machine", "three")
        self.assertEqual("[csb]\n\tmachine = three\n", self.read())

    def test_mistakes(self):
        wrong = self.csb("config", "csb.machin", status=USAGE)
        self.assertIn("did you mean csb.machine?", wrong.err)
        self.assertIn("csb.store", self.csb("config", "zzzzzz", "1", status=USAGE).err)
        self.assertFalse(os.path.exists(self.file))
        self.csb("config", "csb.store", "relative", status=USAGE)
        self.csb("config", "csb.store", "", status=USAGE)
        self.csb("config", "csb.machine", "a\nb", status=USAGE)
        self.csb("config", "csb.include", "/abs", status=USAGE)
        self.csb("config", "a", "b", "c", status=USAGE)
        self.csb("config", "settings:model", status=USAGE)
        self.assertFalse(os.path.exists(self.file))

    def test_a_value_that_stops_all_else_can_be_mended(self):
        self.write("[csb]\n\tstore = relative\n\tmachin = x\n")
        self.csb("list", status=USAGE)
        listed = self.entries()
        self.assertIn("no absolute path", listed["csb.store"]["remark"])
        self.assertFalse(listed["csb.machin"]["known"])
        self.csb("config", "store", "/right")
        self.assertEqual("/right\n", self.csb("config", "store").out)

    def test_a_malformed_file(self):
        self.write("[csb\n")
        wrong = self.csb("config", "machine", "x", status=FAILED)
        self.assertIn(self.file, wrong.err)
        self.assertEqual("[csb\n", self.read())

    def test_on_terminals(self):
        self.csb("config", "--add", "exclude", "a/" + "very-long/" * 20)
        for columns in (80, 200):
            status, shown = terminal.run([self.binary, "config", "--show-origin"], self.environment(), columns)
            self.assertEqual(0, status)
            self.assertLessEqual(max(len(line) for line in shown.decode().splitlines()), columns + 60)  # colours
        status, shown = terminal.run([self.binary, "config", "--color", "never"], self.environment(), 80)
        self.assertLessEqual(max(len(line) for line in shown.decode().splitlines()), 80)


class CleanupPeriod(CsbTest):
    KEY = "settings:cleanupPeriodDays"

    def settings(self):
        with open(self.tree.path("settings.json"), "rb") as f:
            return f.read()

    def test_every_other_byte_stays(self):
        cases = [
            (b'{\n  "z": [1,2],\n  "a": "\xc3\xa9"\n}\n', b'{\n  "z": [1,2],\n  "a": "\xc3\xa9",\n  "cleanupPeriodDays": 99\n}\n'),
            (b'{\r\n\t"z": 1\r\n}', b'{\r\n\t"z": 1,\r\n\t"cleanupPeriodDays": 99\r\n}'),
            (b'{"cleanupPeriodDays":5,"z":{"cleanupPeriodDays":1}}', b'{"cleanupPeriodDays":99,"z":{"cleanupPeriodDays":1}}'),
            (b'{}', b'{\n  "cleanupPeriodDays": 99\n}'),
            (b'', b'{\n  "cleanupPeriodDays": 99\n}\n'),
        ]
        for before, after in cases:
            self.tree.write("settings.json", before)
            os.chmod(self.tree.path("settings.json"), 0o640)
            self.csb("config", self.KEY, "99")
            self.assertEqual(after, self.settings())
            self.assertEqual(0o640, os.stat(self.tree.path("settings.json")).st_mode & 0o777)
            self.assertEqual("99\n", self.csb("config", self.KEY).out)
        copies = os.path.join(self.csb_home, "backups")
        contents = [read_all(os.path.join(copies, n)) for n in sorted(os.listdir(copies))]
        self.assertEqual([before for before, _ in cases], contents)
        self.csb("config", "--unset", self.KEY)
        self.assertEqual(b"{}\n", self.settings())
        self.assertEqual("30\n", self.csb("config", self.KEY).out)
        self.csb("config", "--unset", self.KEY, status=NOT_FOUND)

    def test_copies_are_bounded(self):
        self.tree.write("settings.json", b"{}")
        for days in range(1, 15):
            self.csb("config", self.KEY, str(days))
        self.assertEqual(10, len(os.listdir(os.path.join(self.csb_home, "backups"))))

    def test_no_file_and_no_change(self):
        os.makedirs(self.claude, exist_ok=True)
        self.csb("config", self.KEY, "60")
        self.assertEqual({"cleanupPeriodDays": 60}, json.loads(self.settings()))
        before = os.stat(self.tree.path("settings.json"))
        self.csb("config", self.KEY, "60")
        self.assertEqual(before.st_ino, os.stat(self.tree.path("settings.json")).st_ino)

    def test_a_link_stays_a_link(self):
        self.tree.write("dotfiles/settings.json", b'{"a":1}')
        os.symlink("dotfiles/settings.json", self.tree.path("settings.json"))
        self.csb("config", self.KEY, "60")
        self.assertTrue(os.path.islink(self.tree.path("settings.json")))
        self.assertEqual(b'{"a":1,"cleanupPeriodDays":60}', self.settings())

    def test_refused(self):
        for malformed in (b'{"a":1,}', b'// c\n{}', b'[1]', b'{"a":\xff}', b'{"a"'):
            self.tree.write("settings.json", malformed)
            self.csb("config", self.KEY, "60", status=FAILED)
            self.csb("config", self.KEY, status=FAILED)
            self.assertEqual(malformed, self.settings())
        self.tree.write("settings.json", b"{}")
        for bad in ("x", "1.5", "", "99999999999999999999", "1e3", " 3"):
            self.csb("config", self.KEY, bad, status=USAGE)
        self.csb("config", self.KEY, "-1", status=USAGE)
        self.csb("config", self.KEY, "0", status=USAGE)
        self.assertEqual(b"{}", self.settings())
        self.csb("config", self.KEY, "0", "--force")
        self.assertEqual({"cleanupPeriodDays": 0}, json.loads(self.settings()))
        self.assertIn("invalid", self.csb("config", self.KEY).err + self.csb("config", "--show-origin", self.KEY).out)

    def test_several_directories(self):
        work = os.path.join(self.home, "work")
        os.makedirs(work)
        self.tree.write("settings.json", b'{"cleanupPeriodDays":10}')
        both = ("--claude-dir", self.claude, "--claude-dir", work)
        self.assertEqual("%s\t10\n%s\t30\n" % (self.claude, work), self.csb("config", self.KEY, *both).out)
        changed = self.csb("config", self.KEY, "99", *both)
        self.assertIn("only", changed.err)                       # the first, and it says so
        self.csb("config", self.KEY, "77", "--claude-dir", work)  # the one that is named
        document = self.csb("config", self.KEY, "--json", *both).json()
        self.assertEqual([], json_schema.complaints(document, json_schema.load("config")))
        self.assertEqual([(self.claude, ["99"]), (work, ["77"])],
                         [(e["directory"], e["values"]) for e in document["entries"]])
        self.assertRegex(self.csb("config", *both).out, r"(?s)99 .*\.claude: days.*77 .*work: days")
        self.csb("config", "--unset", self.KEY, "--claude-dir", work)
        self.assertEqual("30\n", self.csb("config", self.KEY, "--claude-dir", work).out)

    def test_another_file_precedes(self):
        self.tree.write("settings.json", b'{"cleanupPeriodDays":10}')
        self.tree.write("settings.local.json", b'{"cleanupPeriodDays":20}')
        shown = self.csb("config", self.KEY)
        self.assertEqual("20\n", shown.out)
        self.assertIn("precedes", shown.err)


if __name__ == "__main__":
    main()
