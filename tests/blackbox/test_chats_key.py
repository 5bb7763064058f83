"""Where the session key comes from, what is refused, and that it goes nowhere else."""
import os
import time

from chats_case import FAST, KEY, UNAUTHORIZED, ChatsTest
from harness import USAGE, main


class Key(ChatsTest):
    def setUp(self):
        super().setUp()
        self.mock("--chats", 2)

    def run_sync(self, *args, status=0, env=None, input=b"", **kw):
        return self.csb("chats", "sync", *FAST, *args, status=status, env=env, input=input, **kw)

    def key_file(self, text=KEY, mode=0o600):
        path = os.path.join(self.scratch, "key")
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def test_no_key(self):
        self.assertIn("--key-stdin", self.run_sync(status=UNAUTHORIZED).err)
        self.assertEqual([], self.service.log())

    def test_standard_input(self):
        for text in (KEY, KEY + "\n", "  sessionKey=" + KEY + " \r\n"):
            self.run_sync("--key-stdin", input=text.encode())
        for text in ("", "short", KEY + "\nCookie: x=y", KEY + " x", KEY + "\x00", "x" * 2000, KEY * 200):
            with self.subTest(text=text[:60]):
                said = self.run_sync("--key-stdin", input=text.encode(), status=UNAUTHORIZED)
                self.assertNotIn(KEY, said.err + said.out)

    def test_environment(self):
        self.run_sync(env={"CLAUDE_SESSION_KEY": KEY})
        self.run_sync(env={"CLAUDE_SESSION_KEY": "rubbish!"}, status=UNAUTHORIZED)

    def test_file(self):
        self.run_sync("--key-file", self.key_file())
        said = self.run_sync("--key-file", self.key_file(mode=0o644), status=UNAUTHORIZED)
        self.assertIn("chmod 600", said.err)
        self.run_sync("--key-file", self.key_file("x" * 5000), status=UNAUTHORIZED)
        self.run_sync("--key-file", self.key_file(KEY[:30] + "\n" + KEY[30:]), status=UNAUTHORIZED)
        os.symlink(self.key_file(), os.path.join(self.scratch, "link"))
        self.assertIn("symbolic link", self.run_sync("--key-file", "link", status=UNAUTHORIZED).err)
        os.mkfifo(os.path.join(self.scratch, "fifo"))
        self.run_sync("--key-file", "fifo", status=UNAUTHORIZED)
        self.run_sync("--key-file", "missing", status=UNAUTHORIZED)
        self.write_config("[chats]\n\tenabled = true\n\tkeyFile = %s\n" % self.key_file())
        self.run_sync()

    def test_command(self):
        script = os.path.join(self.scratch, "give key")
        with open(script, "w") as f:
            f.write('#!/bin/sh\nenv > "%s/environment"\n[ "$1" = "a b;touch pwned" ] && echo %s\n' % (self.scratch, KEY))
        os.chmod(script, 0o700)

        def configure(command):
            self.write_config("[chats]\n\tenabled = true\n\tkeyCommand = %s\n" %
                              ('"' + command.replace("\\", "\\\\").replace('"', '\\"') + '"'))
        configure("'%s' 'a b;touch pwned'" % script)
        self.run_sync()
        self.assertFalse(os.path.exists(os.path.join(self.scratch, "pwned")))
        with open(os.path.join(self.scratch, "environment")) as f:
            self.assertNotIn("sk-ant", f.read())
        for command in ("/bin/false", "/nonexistent", "'%s' other" % script, "/bin/echo short"):
            configure(command)
            self.run_sync(status=UNAUTHORIZED)
        configure("'unbalanced")
        self.run_sync(status=USAGE)

    def test_it_goes_nowhere_else(self):
        self.service.control("latency", ms=300)
        process = self.start("chats", "sync", "--delay", "0", env={"CLAUDE_SESSION_KEY": KEY})
        while not self.service.log():
            time.sleep(0.02)
        for name in ("cmdline", "environ"):
            try:
                with open("/proc/%d/%s" % (process.pid, name), "rb") as f:
                    self.assertNotIn(KEY.encode(), f.read())
            except PermissionError:
                pass   # better still: the process cannot be looked into
        with open("/proc/%d/limits" % process.pid) as f:
            (core,) = [line for line in f if "core file" in line]
            self.assertEqual(["0", "0"], core.split()[4:6])
        out, err = process.communicate(timeout=60)
        self.assertEqual(0, process.returncode, err)
        self.assertNotIn(KEY.encode(), out + err)
        for base, _, names in os.walk(self.home):
            for name in names:
                with open(os.path.join(base, name), "rb") as f:
                    self.assertNotIn(KEY.encode(), f.read(), name)
        self.assertNotIn(KEY, self.git.text("log", "-p", "--all"))

    def test_only_the_service_or_loopback(self):
        for url in ("http://claude.ai", "https://claude.ai.evil.example", "http://10.0.0.1:80", "http://localhost:1",
                    "https://127.0.0.1:1", "http://127.0.0.1:80/path", "http://127.0.0.1:1@evil.example", "file:///etc/passwd"):
            with self.subTest(url=url):
                self.run_sync(env={"CLAUDE_SESSION_KEY": KEY, "CSB_CHATS_BASE_URL": url}, status=USAGE)

    def test_a_proxy_of_the_environment_gets_nothing(self):
        self.run_sync(env={"CLAUDE_SESSION_KEY": KEY, "http_proxy": "http://127.0.0.1:9", "all_proxy": "http://127.0.0.1:9"})


if __name__ == "__main__":
    main()
