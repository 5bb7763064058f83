"""Where the session key comes from, what is refused, and that it goes nowhere else."""
import http.server
import os
import shutil
import sqlite3
import subprocess
import threading
import time

from chats_case import FAST, KEY, UNAUTHORIZED, ChatsTest
from harness import USAGE, main, need

# sk-ant-sid01-EXAMPLE, as Chromium on Linux encrypts it without a keyring (host .claude.ai, meta version 24).
CHROMIUM = bytes.fromhex("763130195eb7cb652d6145c1f47e27bc1cd2e9738714fead4f3e842a36d3d527ea588075d572126fbdeb9a8b5f9577fa"
                         "5096a15b2c49420dbe1a76c51d5df75b274075")
EXAMPLE = "sk-ant-sid01-EXAMPLE"


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


class GivesCookie(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Set-Cookie", "sessionKey=%s; Domain=claude.ai; Path=/; Max-Age=100000; HttpOnly" % EXAMPLE)
        self.end_headers()
        self.wfile.write(b"signed in")

    def log_message(self, *args):
        pass


class Browsers(ChatsTest):
    def setUp(self):
        super().setUp()
        self.mock("--chats", 2, "--session-key", EXAMPLE)

    def run_sync(self, *args, status=0, env=None):
        return self.csb("chats", "sync", *FAST, *args, status=status, env=env)

    def firefox(self, root, value, wal=False):
        folder = os.path.join(self.home, root, "abcd1234.default-release")
        os.makedirs(folder)
        database = sqlite3.connect(folder + "/cookies.sqlite", isolation_level=None)
        if wal:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("CREATE TABLE moz_cookies(id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, "
                         "value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, "
                         "isSecure INTEGER, isHttpOnly INTEGER)")
        for host, name, text in (("evil-claude.ai", "sessionKey", "sk-ant-sid01-" + "e" * 30),
                                 (".claude.ai", "other", "x"), (".claude.ai", "sessionKey", value)):
            database.execute("INSERT INTO moz_cookies(host, name, value, lastAccessed) VALUES(?, ?, ?, 1)", (host, name, text))
        self.addCleanup(database.close)
        return database

    def test_firefox(self):
        self.firefox(".mozilla/firefox", EXAMPLE)
        self.run_sync("--from-browser", "firefox")
        self.run_sync("--from-browser", "firefox:default-release")
        self.run_sync("--from-browser", "firefox:abcd1234.default-release")
        self.run_sync("--from-browser", "firefox:nobody", status=UNAUTHORIZED)
        self.run_sync("--from-browser", "lynx", status=USAGE)
        self.run_sync("--from-browser", "chromium", status=UNAUTHORIZED)

    def test_firefox_that_runs(self):
        """What is only in the write-ahead log counts, and a writer in the middle of a transaction is no obstacle."""
        database = self.firefox("snap/firefox/common/.mozilla/firefox", EXAMPLE, wal=True)
        database.execute("BEGIN IMMEDIATE")
        self.run_sync("--from-browser", "firefox")

    def test_firefox_that_locks_its_files(self):
        folder = os.path.join(self.home, ".mozilla/firefox/x.y")
        database = self.firefox(".mozilla/firefox", EXAMPLE, wal=True)
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("UPDATE moz_cookies SET lastAccessed = 2")
        self.assertFalse(os.path.exists(folder))
        self.run_sync("--from-browser", "firefox")

    def test_chromium(self):
        for root in ("chromium", "google-chrome"):
            folder = os.path.join(self.home, ".config", root, "Profile 1/Network")
            os.makedirs(folder)
            with sqlite3.connect(folder + "/Cookies") as database:
                database.execute("CREATE TABLE meta(key TEXT, value TEXT)")
                database.execute("INSERT INTO meta VALUES('version', '24')")
                database.execute("CREATE TABLE cookies(host_key TEXT, name TEXT, value TEXT, encrypted_value BLOB, last_access_utc INTEGER)")
                database.execute("INSERT INTO cookies VALUES('.claude.ai', 'sessionKey', '', ?, 1)", (CHROMIUM,))
            database.close()
        self.run_sync("--from-browser", "chromium")
        self.run_sync("--from-browser", "chrome:Profile 1")
        self.run_sync("--from-browser", "chrome:Profile 2", status=UNAUTHORIZED)

    def test_a_profile_that_chromium_wrote(self):
        """The real browser keeps a cookie that a server on loopback gives it in the service's name."""
        need("chromium")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), GivesCookie)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        folder = os.path.join(self.scratch, "profile")
        done = subprocess.run(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--password-store=basic",
                               "--user-data-dir=" + folder, "--virtual-time-budget=3000", "--dump-dom",
                               "--host-resolver-rules=MAP claude.ai:80 127.0.0.1:%d, MAP * ~NOTFOUND" % server.server_port,
                               "http://claude.ai/"], env=self.environment(), capture_output=True, timeout=120)
        if b"signed in" not in done.stdout:
            self.skipTest("chromium does not run here")
        self.run_sync("--from-browser", "chromium:" + folder + "/Default")

    def test_a_profile_that_firefox_wrote(self):
        """The real browser's own file, with the cookie put in by its own rules of the table."""
        need("firefox-esr")
        folder = os.path.join(self.scratch, "profile")
        os.makedirs(folder)
        browser = subprocess.Popen(["firefox-esr", "--headless", "--no-remote", "--profile", folder, "about:blank"],
                                   env=self.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(browser.wait)
        self.addCleanup(browser.kill)
        path = folder + "/cookies.sqlite"
        deadline = time.monotonic() + 60
        while not os.path.exists(path) and time.monotonic() < deadline:
            time.sleep(0.2)
        browser.terminate()
        browser.wait(30)
        with sqlite3.connect(path) as database:
            database.execute("INSERT INTO moz_cookies(originAttributes, name, value, host, path, expiry, lastAccessed, "
                             "creationTime, isSecure, isHttpOnly) VALUES('', 'sessionKey', ?, '.claude.ai', '/', "
                             "4000000000, 1, 1, 1, 1)", (EXAMPLE,))
        database.close()
        self.run_sync("--from-browser", "firefox:" + folder)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
