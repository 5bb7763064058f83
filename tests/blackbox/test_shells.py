"""Completions and manual pages: made from the same table as the help, tried in the real shells."""
import os
import re
import shutil
import subprocess
import unittest

from harness import CsbTest, main
from test_cli import commands

ID = "33333333-4444-4444-8444-444444444444"


class Shells(CsbTest):
    def setUp(self):
        super().setUp()
        self.tree.write("projects/-a/%s.jsonl" % ID, '{"type":"user","uuid":"1","sessionId":"%s","cwd":"/a","timestamp":'
                        '"2026-11-20T10:00:00.000Z","message":{"role":"user","content":"a: b \\u001b[31m"}}\n' % ID)
        self.backup()
        self.bin = os.path.join(self.scratch, "bin")
        os.mkdir(self.bin)
        os.symlink(self.binary, os.path.join(self.bin, "csb"))

    def complete(self, *words):
        return [line.split("\t")[0] for line in self.csb("complete", "--", *words).out.splitlines()]

    def options(self, command):
        """Long options and short ones, as the help lists them."""
        text = self.csb(*command.split(), "--help").out
        return {name for names in re.findall(r"(?m)^  (-[^ ,]+(?:, -[^ ,]+)*)", text) for name in names.split(", ")}

    def shell(self, *command, input=b""):
        if not shutil.which(command[0]):
            self.skipTest("no %s here" % command[0])
        env = self.environment(PATH=self.bin + ":/usr/bin:/bin", TERM="dumb")
        done = subprocess.run(command, env=env, cwd=self.scratch, input=input, capture_output=True, timeout=60)
        return done.stdout.decode().splitlines()

    def test_every_option_of_every_command(self):
        for command in commands(self):
            with self.subTest(command):
                offered = set(self.complete(*command.split(), "-"))
                self.assertEqual(self.options(command), offered)
                self.assertGreater(len(offered), 5)

    def test_words_in_their_places(self):
        self.assertEqual(sorted({c.split()[0] for c in commands(self)} | {"help"}), sorted(set(self.complete(""))))
        self.assertIn("restore", self.complete("re"))
        self.assertNotIn("list", self.complete("re"))
        self.assertIn("size", self.complete("list", "--sort", ""))
        self.assertEqual(["--sort=size"], self.complete("list", "--sort=si"))
        self.assertEqual(["--sort=size"], self.complete("list", "--sort", "=", "si"))
        self.assertEqual([ID], self.complete("show", "3"))
        self.assertEqual([], self.complete("show", "4"))
        self.assertEqual([":"], self.complete("restore", "--to", ""))
        self.assertEqual([], self.complete("no-such-command", ""))

    def test_a_title_cannot_reach_the_terminal(self):
        out = self.csb("complete", "--", "show", "").out
        self.assertNotIn("\x1b", out)
        self.assertIn("a: b", out)

    def test_without_anything_stored(self):
        shutil.rmtree(self.csb_home)
        done = self.csb("complete", "--", "show", "", status=None)
        self.assertEqual(("", ""), (done.out, done.err))

    def test_bash(self):
        script = ("source <(csb completions bash); complete -p csb; try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); _csb; "
                  "printf '%s\\n' \"${COMPREPLY[@]}\"; }; try csb rest; try csb show 3; try csb list --sort = si; "
                  "touch 'a file'; try csb restore --to 'a f'")
        self.assertEqual(["complete -F _csb csb", "restore", ID, "size", "a file"],
                         self.shell("bash", "--norc", "-c", script))

    def test_fish(self):
        setup = "csb completions fish | source; "
        self.assertIn("restore", [w.split("\t")[0] for w in self.shell("fish", "-c", setup + "complete -C 'csb rest'")])
        self.assertEqual([ID], [w.split("\t")[0] for w in self.shell("fish", "-c", setup + "complete -C 'csb show 3'")])

    def test_zsh(self):
        # What compsys would offer is taken where it is handed over.
        script = ("csb completions zsh > _csb; fpath=($PWD $fpath); autoload -Uz compinit; compinit -u -D; autoload +X _csb; "
                  "_describe() { print -rl -- ${(P)@[-1]}; }; compdef() { print compdef $* }; source ./_csb; "
                  "words=(csb show 3); CURRENT=3; _csb; words=(csb rest); CURRENT=2; _csb")
        self.assertEqual(["compdef _csb csb", ID + ":a: b \\x1b[31m", "restore:bring a session back"],
                         self.shell("zsh", "-f", "-c", script))


class Manuals(CsbTest):
    def setUp(self):
        super().setUp()
        self.pages = os.path.join(self.scratch, "documents")
        self.csb("documents", self.pages)

    def test_a_page_for_every_command(self):
        names = {"csb-%s.1" % c.replace(" ", "-") for c in commands(self)} | {"csb.1"}
        self.assertEqual(names, set(os.listdir(os.path.join(self.pages, "man1"))) - {"csb-help.1"} | {"csb.1"})

    def test_the_page_says_what_the_help_says(self):
        if not shutil.which("groff"):
            self.skipTest("no groff here")
        for command in commands(self):
            with self.subTest(command):
                page = os.path.join(self.pages, "man1", "csb-%s.1" % command.replace(" ", "-"))
                done = subprocess.run(["groff", "-man", "-ww", "-Tascii", "-P-c", "-rLL=120n", "-rHY=0", page],
                                      capture_output=True, text=True, timeout=60)
                self.assertEqual("", done.stderr)
                text = re.sub(r"\s+", "", re.sub(r".\x08", "", done.stdout))
                helped = self.csb(*command.split(), "--help", env={"COLUMNS": "100"}).out
                body = helped.split("\n\n", 1)[1].replace("Everywhere\n", "").replace("Exit status\n", "")
                for line in body.splitlines():
                    for part in filter(None, re.split(r" {2,}", line.strip())):
                        if part not in ("Arguments", "Options", "Commands", "Examples"):
                            self.assertIn(re.sub(r"\s+", "", part), text)


if __name__ == "__main__":
    main()
