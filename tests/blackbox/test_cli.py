"""The command line itself: help, exit statuses, errors, colours, widths, broken outputs."""
import os
import re
import signal
import subprocess
import time
import unicodedata

import terminal
from harness import BUSY, DONE, FAILED, INCOMPLETE, NOT_FOUND, USAGE, CsbTest, main

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def commands(test):
    """Every command that the overview names; some are two words."""
    names = [line[2:].split("  ")[0] for line in test.csb("help").out.splitlines() if re.match(r"  [a-z]", line)]
    more = [re.findall(r"(?m)^  csb (%s [a-z]+)  " % name, test.csb("help", *name.split()).out) for name in names]
    return names + sum(more, [])


class Help(CsbTest):
    def test_alone_and_by_name(self):
        alone = self.csb()
        self.assertEqual(alone.out, self.csb("help").out)
        self.assertEqual(alone.out, self.csb("--help").out)
        for command in ("backup", "list", "restore", "verify", "completions"):
            self.assertIn(command, commands(self))
        self.assertRegex(self.csb("--version").out, r"^csb \d+\.\d+\.\d+\n$")

    def test_every_command_explains_itself(self):
        for command in commands(self) + ["help", "complete", "documents"]:
            with self.subTest(command):
                text = self.csb(*command.split(), "--help").out
                self.assertEqual(text, self.csb("help", *command.split()).out)
                for part in ("Usage: csb " + command, "\nExamples\n", "\nExit status\n  0 ", "--claude-dir"):
                    self.assertIn(part, text)
                self.assertGreaterEqual(len(re.findall(r"\n  csb ", text)), 2)
                self.assertLessEqual(max(map(width, text.splitlines())), 80)

    def test_exit_codes(self):
        text = self.csb("help", "exit-codes").out
        for status in (0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 130):
            self.assertRegex(text, r"(?m)^ +%d  \w" % status)


class Usage(CsbTest):
    def test_suggestions(self):
        self.assertIn("did you mean 'csb list'?", self.csb("lsit", status=USAGE).err)
        self.assertIn("did you mean --deleted?", self.csb("list", "--delted", status=USAGE).err)
        self.assertIn("'csb help' lists", self.csb("zebra", status=USAGE).err)

    def test_wrong_usage_is_two_and_says_nothing_on_stdout(self):
        for args in (["show"], ["list", "-n", "many"], ["list", "--sort", "colour"], ["diff", "a", "1"],
                     ["restore"], ["restore", "x", "--at", "soon"], ["restore", "x", "y", "--version", "1"],
                     ["restore", "x", "--deleted-since", "3d"], ["policy"], ["policy", "/etc/passwd"],
                     ["list", "--format", "{nonsense}"], ["list", "--json", "--format", "{id}"], ["--color", "pink", "list"]):
            with self.subTest(args):
                done = self.csb(*args, status=USAGE)
                self.assertEqual("", done.out)
                self.assertTrue(done.err.startswith("csb: error: "), done.err)

    def test_global_options_before_and_after(self):
        session = self.tree.session()
        other = os.path.join(self.scratch, "other.git")
        subprocess.run(["git", "init", "-q", "--bare", other], check=True)
        self.csb("--store", other, "backup", "--claude-dir", self.claude)
        for args in (["--store", other, "list"], ["list", "--store", other], ["list", "--store=" + other]):
            self.assertIn(session.id, self.csb(*args).out)

    def test_statuses(self):
        self.csb("list", status=DONE)
        self.csb("status", status=INCOMPLETE)
        self.csb("show", "anything", status=NOT_FOUND)
        self.csb("--claude-dir", os.path.join(self.scratch, "missing"), "backup", status=FAILED)
        self.csb("--store", os.path.join(self.scratch, "missing"), "list", status=NOT_FOUND)
        first, second = self.tree.session(), self.tree.session()
        self.backup()
        ambiguous = self.csb("show", "question", status=USAGE)
        for session in (first, second):
            self.assertIn(session.id, ambiguous.err)
        self.csb("list", "no-such-word", status=NOT_FOUND)
        self.csb("show", first.id[:6], status=DONE)

    def hold_the_lock(self):
        """Another process has csb's lock until the test ends."""
        lock = os.path.join(self.csb_home, "lock")
        holder = subprocess.Popen(["flock", "--no-fork", lock, "sleep", "60"])
        self.addCleanup(holder.wait)
        self.addCleanup(holder.terminate)
        while subprocess.run(["flock", "-n", lock, "true"]).returncode == 0:
            time.sleep(0.01)

    def test_busy(self):
        self.tree.session()
        self.backup()
        self.hold_the_lock()
        self.tree.session()
        self.assertIn("csb: error:", self.csb("backup", status=BUSY).err)

    def test_an_interrupt_ends_it(self):
        self.tree.session()
        self.backup()
        self.hold_the_lock()
        self.tree.session()
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("backup", "--wait", "60")
            time.sleep(0.3)
            process.send_signal(number)
            self.assertIn(process.wait(timeout=30), (-number, 128 + number))


class Outputs(CsbTest):
    def setUp(self):
        super().setUp()
        self.session = self.tree.session(title="Red \x1b[31malert\x07 ‮gpj", prompts=1)
        for number in range(30):
            self.tree.session(prompts=1, cwd="/home/ada/a/very/long/path/to/some/project/number-%d" % number,
                              title="Why does the importer drop rows when the file has no header? Part %d" % number)
        self.tree.session(title="日本語のタイトルを確認する", prompts=1)
        self.backup()

    def test_a_write_error_is_a_failure(self):
        with open("/dev/full", "w") as full:
            for args in (["list"], ["list", "--json"], ["show", self.session.id], ["status"], ["help"],
                         ["cat", self.session.id]):
                with self.subTest(args):
                    done = subprocess.run([self.binary, *args], env=self.environment(), stdout=full,
                                          stderr=subprocess.PIPE, text=True)
                    self.assertEqual(FAILED, done.returncode)
                    self.assertIn("No space left", done.stderr)

    def test_a_closed_output_is_a_failure_and_harms_nothing(self):
        self.tree.session()
        script = '"$1" backup >&-; exit $?'
        done = subprocess.run(["sh", "-c", script, "sh", self.binary], env=self.environment(), stderr=subprocess.PIPE)
        self.assertNotEqual(0, done.returncode)
        self.assert_store_sound()

    def test_a_reader_that_leaves_is_quiet(self):
        for args in (["list", "-n", "0"], ["cat", self.session.id], ["list", "--json"]):
            read, write = os.pipe()
            os.close(read)
            done = subprocess.run([self.binary, *args], env=self.environment(), stdout=write, stderr=subprocess.PIPE)
            os.close(write)
            self.assertEqual((141, b""), (done.returncode, done.stderr))

    def test_nothing_from_a_file_commands_the_terminal(self):
        for args in (["list", "-n", "0"], ["list", "-n", "0", "--format", "{title}"], ["show", self.session.id],
                     ["log", self.session.id], ["show", "Red"], ["status"]):
            done = self.csb(*args)
            for text in (done.out, done.err):
                self.assertNotRegex(text, "[\x00-\x08\x0b-\x1f\x7f\u202e]", args)
        self.assertIn(r"Red \x1b[31malert\x07 \u202egpj", self.csb("list", "-n", "0").out)

    def show_on_terminal(self, columns, *args, **env):
        status, shown = terminal.run([self.binary, *args], self.environment(**{"TERM": "xterm", **env}), columns, cwd=self.scratch)
        self.assertEqual(0, status, shown)
        return shown.decode()

    def test_colours(self):
        self.assertIn("\x1b[", self.show_on_terminal(80, "list"))
        self.assertNotIn("\x1b[", self.show_on_terminal(80, "list", NO_COLOR="1"))
        self.assertNotIn("\x1b[", self.show_on_terminal(80, "list", TERM="dumb"))
        self.assertNotIn("\x1b[", self.show_on_terminal(80, "list", "--color", "never"))
        self.assertNotIn("\x1b[", self.csb("list").out)
        self.assertIn("\x1b[1m", self.csb("list", "--color", "always").out)

    def test_widths(self):
        for columns in (60, 80, 119, 120, 200):
            for args in (["list"], ["list", "-n", "0"], ["log", self.session.id]):
                shown = ESCAPE.sub("", self.show_on_terminal(columns, *args))
                with self.subTest(columns=columns, args=args):
                    for line in shown.splitlines():
                        if not line.startswith("csb: "):
                            self.assertLessEqual(width(line), columns, line)
        self.assertEqual(40, len([l for l in self.show_on_terminal(80, "list", "-q").splitlines()]))
        self.assertEqual(21, len([l for l in self.show_on_terminal(200, "list", "-q").splitlines()]))

    def test_piped_is_one_whole_line_each(self):
        lines = self.csb("list", "-n", "0", env={"COLUMNS": "40"}).out.splitlines()
        self.assertEqual(1 + 32, len(lines))
        self.assertEqual(30, sum("Why does the importer drop rows when the file has no header? Part" in l for l in lines))
        self.assertFalse([l for l in lines if "…" in l])

    def test_default_limit_and_footer(self):
        listed = self.csb("list")
        self.assertEqual(1 + 20, len(listed.out.splitlines()))
        self.assertIn("20 of 32 sessions", listed.err)
        self.assertEqual("", self.csb("list", "-q").err)


if __name__ == "__main__":
    main()
