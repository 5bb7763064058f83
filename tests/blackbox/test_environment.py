"""Environment, git configuration, locale, umask and descriptors have no effect on what is stored."""
import os
import shutil
import stat
import subprocess
import unittest

import terminal
from harness import CsbTest, main, read_all, snapshot

# A uid that no password database knows.
STRANGER = 54321

CONTENTS = {   # what line-ending conversion, keyword expansion, filters and re-encoding would change
    "CLAUDE.md": b"one\r\ntwo\r\n$Id$\r\nthree\n",
    "agents/mixed.md": b"unix\nwindows\r\n\r\r\n",
    "commands/ident.md": b"$Id: 0123456789012345678901234567890123456789 $\n",
    "skills/x/wide.txt": "text in UTF-16\n".encode("utf-16"),
    "skills/x/run.sh": b"#!/bin/sh\r\necho hi\r\n",
    "projects/-home-ada/a~1": b"a short name\r\n",
    "projects/-home-ada/x:y": b"a stream\r\n",
    "projects/-home-ada/back\\slash": b"one name\r\n",
    "projects/-home-ada/big.bin": b"lfs\r\n" * 1000,
}


class Environment(CsbTest):
    def setUp(self):
        super().setUp()
        self.session = self.tree.session()
        self.footprint = self.session.footprint()
        for rel, content in CONTENTS.items():
            self.tree.write(rel, content)
        os.chmod(self.tree.path("skills/x/run.sh"), 0o755)
        os.symlink("x/run.sh", self.tree.path("skills/link"))

    def gitconfig(self, text):
        self.tree.write("../.gitconfig", text)

    def assert_all_stored(self):
        stored = self.git.files()
        for rel, content in read_all(self.claude).items():
            if not rel.startswith((b".git/", b"evil")):
                self.assertEqual(content, stored.get(rel), rel)
        modes = {path: mode for path, (mode, _, _) in self.git.tree().items()}
        self.assertEqual("100755", modes[b"skills/x/run.sh"])
        self.assertEqual("100644", modes[b"CLAUDE.md"])
        self.assertEqual("120000", modes[b"skills/link"])

    def round_trip(self, env=None, **kw):
        """Every command works, and what is stored and comes back is what was there."""
        run = lambda *args, **more: self.csb(*args, env=env, **{**kw, **more})   # noqa: E731
        before = read_all(self.claude)
        report = run("backup", "--json").json()
        self.assertIsNotNone(report["commits"]["noise"] if "commits" in report else report)
        self.assert_all_stored()
        tip = self.git.tip()
        run("backup")
        self.assertEqual(tip, self.git.tip())
        self.session.turn("and more")
        before[os.fsencode(self.session.rel)] = self.session.read()
        run("backup", "--session", self.session.id)
        self.assert_all_stored()
        for args in (["list"], ["status"], ["log", self.session.id], ["show", self.session.id]):
            run(*args)
        self.assertEqual(self.session.read(), run("cat", self.session.id).out_bytes)
        run("verify")
        for rel in (*self.footprint, self.session.rel):
            os.unlink(self.tree.path(rel))
        run("restore", self.session.id)
        self.assertEqual(before, read_all(self.claude))
        self.git.fsck()
        return self.git


class GitVariables(Environment):
    def test_pointing_nowhere(self):
        nowhere = os.path.join(self.scratch, "nowhere")
        names = """GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_COMMON_DIR GIT_CONFIG
                   GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_TEMPLATE_DIR
                   GIT_SHALLOW_FILE GIT_EXEC_PATH GIT_SSL_CAINFO GIT_REPLACE_REF_BASE GIT_NAMESPACE
                   GIT_GRAFT_FILE GIT_ATTR_SOURCE GIT_EDITOR GIT_PAGER GIT_TRACE GIT_TRACE2_EVENT
                   GIT_CEILING_DIRECTORIES GIT_QUARANTINE_PATH GIT_EXTERNAL_DIFF GIT_PREFIX""".split()
        self.round_trip({name: nowhere for name in names})
        self.assertFalse(os.path.exists(nowhere))

    def test_pointing_at_another_repository(self):
        other = os.path.join(self.scratch, "other")
        git = lambda *args: subprocess.run(["git", *args], check=True, cwd=self.scratch,   # noqa: E731
                                           env=self.git.env, capture_output=True)
        git("init", "-q", other)
        git("-C", other, "-c", "user.name=a", "-c", "user.email=b", "commit", "-q", "--allow-empty", "-m", "x")
        before = snapshot(other)
        inside = os.path.join(other, ".git")
        self.round_trip({"GIT_DIR": inside, "GIT_WORK_TREE": other, "GIT_INDEX_FILE": inside + "/index",
                         "GIT_OBJECT_DIRECTORY": inside + "/objects", "GIT_COMMON_DIR": inside,
                         "GIT_ALTERNATE_OBJECT_DIRECTORIES": inside + "/objects",
                         "GIT_CONFIG": inside + "/config"}, cwd=other)
        self.assert_same_tree(before, snapshot(other))

    def test_people_and_dates(self):
        git = self.round_trip({"GIT_AUTHOR_NAME": "Eve", "GIT_AUTHOR_EMAIL": "eve@example.invalid",
                               "GIT_AUTHOR_DATE": "1999-01-01T00:00:00Z", "GIT_COMMITTER_NAME": "Eve",
                               "GIT_COMMITTER_EMAIL": "", "GIT_COMMITTER_DATE": "nonsense", "EMAIL": "x"})
        self.assertNotIn("1999", git.text("log", "--format=%ad %cd", git.branch()))

    def test_configuration_from_the_environment(self):
        self.round_trip({"GIT_CONFIG_COUNT": "3", "GIT_CONFIG_KEY_0": "core.autocrlf", "GIT_CONFIG_VALUE_0": "input",
                         "GIT_CONFIG_KEY_1": "core.bare", "GIT_CONFIG_VALUE_1": "false",
                         "GIT_CONFIG_KEY_2": "commit.gpgsign", "GIT_CONFIG_VALUE_2": "true",
                         "GIT_CONFIG_PARAMETERS": "'core.autocrlf=true'", "GIT_DEFAULT_HASH": "sha256",
                         "GIT_LITERAL_PATHSPECS": "1", "GIT_NO_REPLACE_OBJECTS": "1",
                         "GIT_DEFAULT_REF_FORMAT": "reftable", "GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"})


class GitConfiguration(Environment):
    def ran(self):
        return os.path.join(self.scratch, "something-ran")

    def script(self, path, status=1):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write("#!/bin/sh\necho x >> '%s'\nexit %d\n" % (self.ran(), status))
        os.chmod(path, 0o755)
        return path

    def test_line_endings_and_every_attribute(self):
        attributes = ("* text=auto eol=lf ident\n*.md text eol=crlf ident filter=upper\n"
                      "*.jsonl text eol=lf filter=lfs diff=lfs merge=lfs -text\n*.bin filter=lfs -text\n"
                      "*.txt text working-tree-encoding=UTF-16\nprojects/** export-ignore filter=upper\n")
        self.tree.write(".gitattributes", attributes)
        self.tree.write("../attributes", attributes)
        self.tree.write(".gitignore", "projects/\n*.jsonl\n*.md\n")
        self.tree.write("../ignore", "*\n")
        tool = self.script(os.path.join(self.scratch, "tool"))
        self.gitconfig("[core]\n\tautocrlf = true\n\teol = crlf\n\tsafecrlf = true\n\tattributesFile = ~/attributes\n"
                       "\texcludesFile = ~/ignore\n\tfileMode = false\n\tsymlinks = false\n\tignoreCase = true\n"
                       "\tprotectNTFS = true\n\tprotectHFS = true\n\tprecomposeUnicode = true\n"
                       "[filter \"lfs\"]\n\tclean = {0}\n\tsmudge = {0}\n\tprocess = {0}\n\trequired = true\n"
                       "[filter \"upper\"]\n\tclean = tr a-z A-Z\n\tsmudge = {0}\n\trequired = true\n".format(tool))
        self.round_trip()
        self.assertFalse(os.path.exists(self.ran()))

    def test_attributes_in_the_store_itself(self):
        self.backup()
        os.makedirs(os.path.join(self.store, "info"), exist_ok=True)
        with open(os.path.join(self.store, "info/attributes"), "w") as f:
            f.write("* text eol=crlf ident working-tree-encoding=UTF-16\n")
        self.session.turn("x")
        self.round_trip()

    def test_hooks_signatures_monitors_and_templates(self):
        hooks = os.path.join(self.scratch, "template/hooks")
        for name in ("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "reference-transaction",
                     "post-index-change", "pre-auto-gc", "update", "post-update", "fsmonitor", "gpg"):
            self.script(os.path.join(hooks, name))
        self.gitconfig("[core]\n\thooksPath = {0}\n\tfsmonitor = {0}/fsmonitor\n\tuntrackedCache = true\n"
                       "\tpager = {0}/gpg\n\teditor = {0}/gpg\n\taskPass = {0}/gpg\n\tsshCommand = {0}/gpg\n"
                       "[commit]\n\tgpgsign = true\n\ttemplate = {0}/gpg\n[tag]\n\tgpgsign = true\n"
                       "[gpg]\n\tprogram = {0}/gpg\n[init]\n\ttemplateDir = {0}/..\n\tdefaultBranch = other\n"
                       "\tdefaultObjectFormat = sha256\n\tdefaultRefFormat = reftable\n"
                       "[safe]\n\tbareRepository = explicit\n[gc]\n\tauto = 1\n[maintenance]\n\tauto = true\n"
                       "[receive]\n\tdenyCurrentBranch = refuse\n".format(hooks))
        git = self.round_trip()
        self.assertFalse(os.path.exists(self.ran()))
        self.assertFalse([n for n in os.listdir(os.path.join(self.store, "hooks"))
                          if not n.endswith(".sample") and n != "README.sample"]
                         if os.path.isdir(os.path.join(self.store, "hooks")) else [])
        self.assertNotIn("gpgsig", git.text("cat-file", "commit", git.tip()))

    def test_hooks_inside_the_store(self):
        self.backup()
        for name in ("pre-commit", "post-commit", "reference-transaction", "update", "post-receive"):
            self.script(os.path.join(self.store, "hooks", name))
        self.session.turn("x")
        self.round_trip()
        self.assertFalse(os.path.exists(self.ran()))

    def test_odd_values(self):
        self.gitconfig("[core]\n\tcompression = 0\n\tlooseCompression = 9\n\tbigFileThreshold = 1\n\tabbrev = 4\n"
                       "\tlogAllRefUpdates = always\n\tsharedRepository = 0666\n\tquotePath = false\n"
                       "\tfsyncObjectFiles = false\n\tbare = false\n\tpackedGitLimit = 1\n\tworktree = /nowhere\n"
                       "[pack]\n\tindexVersion = 1\n\tcompression = 0\n\twindowMemory = 1\n\tdepth = 0\n"
                       "[i18n]\n\tcommitEncoding = UTF-16\n\tlogOutputEncoding = UTF-16\n"
                       "[include]\n\tpath = ~/nowhere\n[includeIf \"gitdir:**\"]\n\tpath = /nowhere\n"
                       "[transfer]\n\thideRefs = refs/heads\n[log]\n\tshowSignature = true\n")
        self.round_trip()

    def test_identity(self):
        self.backup()
        shown = "%an|%ae|%cn|%ce|%ad|%G?"
        author = lambda: self.git.text("log", "-1", "--date=raw", "--format=" + shown, self.git.branch())   # noqa
        self.assertRegex(author(), r"^csb\|csb@localhost\|csb\|csb@localhost\|\d+ \+0000\|N$")
        for text, expected in (("[user]\n\tname = Ada Lovelace\n\temail = ada@example.invalid\n",
                                "Ada Lovelace|ada@example.invalid"),
                               ("[user]\n\tname = Ada\n\tuseConfigOnly = true\n", "csb|csb@localhost"),
                               ("[user]\n\tname = \"<<>>\"\n\temail = \"a<b>c\"\n", "csb|csb@localhost"),
                               ("[user]\n\tname = Ad\xe4 \"\\\"\" L\n\temail = x y@z\n", "Ad\xe4 \" L|x y@z")):
            with self.subTest(text):
                self.gitconfig(text)
                self.session.turn(text)
                self.backup()
                self.assertEqual(expected, "|".join(author().split("|")[:2]))
                self.git.fsck()

    def test_a_configuration_git_cannot_read(self):
        """git refuses everything then; a backup is too important for that."""
        for text in ("[core\n", "nonsense\n", "[user]\n\tname = \"open\n", "\0\0\0"):
            with self.subTest(text):
                self.gitconfig(text)
                self.session.turn(text)
                self.csb("backup")
                self.assert_all_stored()
        self.gitconfig("")
        os.unlink(os.path.join(self.home, ".gitconfig"))
        os.mkdir(os.path.join(self.home, ".gitconfig"))
        self.session.turn("a directory")
        self.csb("backup")
        self.assert_all_stored()

    def test_the_protected_directory_inside_a_work_tree(self):
        subprocess.run(["git", "init", "-q", self.home], check=True, env=self.git.env)
        self.tree.write("../.gitattributes", "* text=auto eol=crlf\n")
        self.tree.write("../.gitignore", "*\n")
        before = snapshot(os.path.join(self.home, ".git"))
        self.round_trip()
        self.assert_same_tree(before, snapshot(os.path.join(self.home, ".git")))


class Homes(Environment):
    def test_without_home(self):
        env = {"HOME": None, "CSB_HOME": self.csb_home, "CLAUDE_CONFIG_DIR": self.claude,
               "XDG_CONFIG_HOME": os.path.join(self.home, ".config")}
        self.round_trip(env)

    def test_with_an_empty_home(self):
        env = {"HOME": "", "CSB_HOME": self.csb_home, "CLAUDE_CONFIG_DIR": self.claude,
               "XDG_CONFIG_HOME": os.path.join(self.home, ".config")}
        self.round_trip(env)

    def test_a_home_that_does_not_exist(self):
        env = {"HOME": os.path.join(self.scratch, "nowhere"), "CSB_HOME": self.csb_home,
               "CLAUDE_CONFIG_DIR": self.claude}
        self.round_trip(env)
        self.assertFalse(os.path.exists(os.path.join(self.scratch, "nowhere")))

    @unittest.skipIf(os.geteuid() != 0 or not shutil.which("setpriv"), "needs to become another user")
    def test_somebody_without_home_and_password_entry(self):
        os.chmod(self.scratch, 0o755)
        binary = os.path.join(self.scratch, "csb")
        shutil.copy(self.binary, binary)
        self.binary = binary
        for command in ("backup", "list", "status"):
            failed = self.csb(command, status=1, wrap=[
                "env", "-u", "HOME", "setpriv", "--reuid=%d" % STRANGER, "--regid=%d" % STRANGER, "--clear-groups"])
            self.assertIn("HOME", failed.err)

    def test_where_csb_keeps_its_things(self):
        data, own = os.path.join(self.scratch, "data"), os.path.join(self.scratch, "own")
        self.backup(env={"XDG_DATA_HOME": data})
        self.assertTrue(os.path.isdir(os.path.join(data, "csb/store.git")))
        self.backup(env={"XDG_DATA_HOME": data, "CSB_HOME": own})
        self.assertTrue(os.path.isdir(os.path.join(own, "store.git")))
        self.backup(env={"XDG_DATA_HOME": "relative/does/not/count"})
        self.assertTrue(os.path.isdir(self.store))
        self.backup(env={"CSB_HOME": "here"}, cwd=self.scratch)
        self.assertTrue(os.path.isdir(os.path.join(self.scratch, "here/store.git")))
        self.assertFalse(os.path.exists(os.path.join(self.scratch, "relative")))

    def test_odd_names(self):
        for name in (b"with space", b"new\nline", b"not \xff UTF-8", b"quote'\"", b"-dash", b"semi;colon", b"a:b"):
            with self.subTest(name):
                home = os.path.join(os.fsencode(self.scratch), name)
                self.csb("backup", env={"CSB_HOME": os.fsdecode(home)})
                self.csb("verify", env={"CSB_HOME": os.fsdecode(home)})
                self.assertTrue(os.path.isdir(os.path.join(home, b"store.git")))

    def test_csb_inside_the_protected_directory(self):
        """Its own files are not archived, and a second backup finds nothing new."""
        env = {"CSB_HOME": os.path.join(self.claude, "csb")}
        self.csb("backup", env=env)
        self.csb("backup", env=env)
        again = self.csb("backup", "--json", env=env).json()
        self.assertEqual(0, again["changed"] + again["added"] if "added" in again else again["changed"])

    def test_a_temporary_folder_that_is_none(self):
        self.backup()
        self.csb("verify", env={"TMPDIR": os.path.join(self.scratch, "nowhere")})
        self.csb("verify", env={"TMPDIR": None})


class Modes(Environment):
    def check(self):
        for base, dirs, names in os.walk(self.csb_home):
            for name in [os.path.join(base, n) for n in dirs] + [base]:
                self.assertEqual(0o700, stat.S_IMODE(os.lstat(name).st_mode), name)
            for name in names:
                mode = stat.S_IMODE(os.lstat(os.path.join(base, name)).st_mode)
                runs = 0o100 if name.endswith(".sample") else 0   # the examples of hooks that libgit2 puts there
                self.assertEqual(0, mode & 0o177 & ~runs, "%s: %o" % (os.path.join(base, name), mode))

    def test_every_umask(self):
        for mask in (0o000, 0o022, 0o077, 0o777):
            with self.subTest("%03o" % mask):
                before = os.umask(mask)
                try:
                    # Everything is made anew, with leavings of every command.
                    shutil.rmtree(self.csb_home, ignore_errors=True)
                    self.csb("backup")
                    os.umask(before)
                    self.session.turn("again")
                    os.umask(mask)
                    for command in (["backup"], ["list"], ["status"], ["verify"], ["maintain"],
                                    ["backup", "--dry-run"]):
                        self.csb(*command)
                    self.check()
                finally:
                    os.umask(before)

    def test_what_is_restored_has_its_own_mode(self):
        self.csb("backup")
        modes = {path: what[1] for path, what in snapshot(self.claude).items() if what[0] == "file"}
        for rel in (*self.footprint, self.session.rel):
            os.unlink(self.tree.path(rel))
        before = os.umask(0)
        try:
            self.csb("restore", self.session.id)
        finally:
            os.umask(before)
        self.assertEqual(modes, {path: what[1] for path, what in snapshot(self.claude).items() if what[0] == "file"})

    @unittest.skipIf(os.geteuid() != 0, "needs core.sharedRepository of a foreign repository")
    def test_shared_repository(self):
        """In a repository that is shared on purpose csb still lets nobody else read."""
        shared = os.path.join(self.scratch, "shared.git")
        subprocess.run(["git", "init", "-q", "--bare", "--shared=all", shared], check=True, env=self.git.env)
        before = set(snapshot(shared))
        self.csb("--store", shared, "backup")
        for path, (kind, mode, _, _) in snapshot(shared).items():
            if path not in before and kind == "file" and path.startswith(b"objects/"):
                self.assertEqual(0, mode & 0o077, path)


class Words(Environment):
    def test_locales(self):
        self.session.rename("Zo\xeb's 日本語 engine")
        self.backup()
        for locale in ("C", "POSIX", "C.UTF-8", "en_US.ISO-8859-1", "de_DE@euro", "ja_JP.SJIS", "tlh_QQ", "", "\xff/../"):
            with self.subTest(locale):
                env = {"LC_ALL": locale, "LANG": locale, "LANGUAGE": locale, "LC_NUMERIC": locale}
                self.session.turn("in " + repr(locale))
                self.csb("backup", env=env)
                self.assert_stored(self.session.rel)
                self.csb("list", env=env)
                self.assertEqual(self.session.id, self.csb("list", "--json", env=env).json()["sessions"][0]["id"])
        self.csb("backup", env={"LC_ALL": None, "LANG": None})

    def test_time_zones(self):
        self.backup()
        for zone in ("UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Kiritimati", "XYZ-25:99", ":/etc/passwd", "",
                     "nonsense", "A" * 5000, None):
            with self.subTest(zone):
                self.session.turn("in %s" % (zone or "")[:40])
                for command in (["backup"], ["list"], ["log", self.session.id], ["status"]):
                    self.csb(*command, env={"TZ": zone})
                self.assertTrue(self.git.text("log", "-1", "--date=raw", "--format=%ad", self.git.branch())
                                .endswith("+0000"))

    def test_the_width_of_the_terminal(self):
        self.backup()
        for columns in ("abc", "-5", "0", "1", "7", "99999999999999999999", "", "80.5", " 80", "1e3"):
            env = {"COLUMNS": columns, "LINES": columns, "TERM": "dumb"}
            with self.subTest(columns):
                for command in (["list"], ["show", self.session.id], ["log", self.session.id], ["status"]):
                    self.csb(*command, env=env)
        for width in (1, 3, 20, 79, 500):
            for term in ("dumb", "xterm-256color", "", None):
                status, shown = terminal.run([self.binary, "list"], self.environment(TERM=term), width, cwd=self.scratch)
                self.assertEqual(0, status, shown)
                self.assertTrue(shown)


class Descriptors(Environment):
    def closed(self, redirection, *args):
        """csb started by a shell with descriptors closed. -> (exit status, what was printed)"""
        done = subprocess.run(["sh", "-c", 'exec "$0" "$@" ' + redirection, self.binary, *args], cwd=self.scratch,
                              env=self.environment(), capture_output=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def test_closed_ones(self):
        for redirection in ("<&-", "2>&-", "<&- 2>&-"):
            with self.subTest(redirection):
                self.session.turn(redirection)
                status, said = self.closed(redirection, "backup")
                self.assertEqual(0, status, said)
                self.assert_stored(self.session.rel)
                self.csb("verify")

    def test_no_standard_output(self):
        """What is to be printed cannot be, which is said; what is saved is safe all the same."""
        for redirection in (">&-", "<&- >&- 2>&-", ">/dev/full", ">/dev/full 2>/dev/full"):
            with self.subTest(redirection):
                self.session.turn(redirection)
                status, said = self.closed(redirection, "backup")
                self.assertIn(status, (0, 1))
                self.assert_stored(self.session.rel)
                status, said = self.closed(redirection, "list")
                self.assertNotEqual(0, status)
                self.closed(redirection, "verify")
                self.csb("verify")
        self.session.turn("quiet")
        self.assertEqual(0, self.closed(">&-", "backup", "--quiet")[0])
        self.assert_store_sound()

    def test_many_open_ones_and_few_left(self):
        self.csb("backup", wrap=["prlimit", "--nofile=24:24"] if shutil.which("prlimit") else [])
        self.assert_all_stored()

    def test_without_a_terminal(self):
        self.csb("backup", start_new_session=True)
        self.session.turn("in a session of its own")
        self.csb("backup", start_new_session=True, input=b"y\n" * 1000)
        self.assert_all_stored()

    def test_a_working_directory_that_is_gone(self):
        gone = os.path.join(self.scratch, "gone")
        os.mkdir(gone)
        done = subprocess.run(["sh", "-c", 'rmdir "$PWD"; exec "$0" backup', self.binary], cwd=gone,
                              env=self.environment(), capture_output=True, timeout=60)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assert_all_stored()


if __name__ == "__main__":
    main()
