"""The session key out of a browser: Firefox by SQLite, its write-ahead log too; Chromium's by its encryption."""
import http.server
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time

from chats_case import FAST, UNAUTHORIZED, ChatsTest
from harness import USAGE, main, need

EXAMPLE = "sk-ant-sid01-EXAMPLE"
# EXAMPLE for host .claude.ai as Chromium on Linux encrypts it: without a keyring, in the way it did before meta version
# 24, with the keyring's password KEYRING, and with an empty one (as some desktops have it).
KEYRING = "c2FmZSBzdG9yYWdl"
V10 = bytes.fromhex("763130195eb7cb652d6145c1f47e27bc1cd2e9738714fead4f3e842a36d3d527ea588075d572126fbdeb9a8b5f9577fa"
                    "5096a15b2c49420dbe1a76c51d5df75b274075")
V10_OLD = bytes.fromhex("763130edcbc9da6b0b25fd260407fff564c5c3f728651c01473f4bcc7500cc200bb090")
V11 = bytes.fromhex("7631319eb5b6d871cf6e874a98033b294f988bcb10691ffeec3d5cf0da65df6557d37f93f840ad393439f3e33a8c374531f7"
                    "b948ed453e3f26b84222348954c569dd0a")
V11_EMPTY = bytes.fromhex("763131e17d1400908b29c8752748c2caf3cc2df5037df9658899c191f75e3e19021e3a79c4b1d196b80d0265a6aadd"
                          "0204701525a0e4a7a63a9089f33cfcc8f69bc1c7")

# Firefox's own table, at its schema's version 16 (expiry in milliseconds), in pages of its own size.
FIREFOX = """
PRAGMA page_size = 32768; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 16;
CREATE TABLE IF NOT EXISTS moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT,
  value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER,
  isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0, schemeMap INTEGER DEFAULT 0,
  isPartitionedAttributeSet INTEGER DEFAULT 0,
  CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes));
"""
INSERT = ("INSERT INTO moz_cookies(originAttributes, name, value, host, path, expiry, lastAccessed, creationTime, "
          "isSecure, isHttpOnly, schemeMap) VALUES(?, ?, ?, ?, '/', 4000000000000, ?, 1, 1, 1, 2)")
# A process that stands in for the browser: what it writes stays in the log, and it holds the file as long as it lives.
BROWSER = """
import json, sqlite3, sys, time
path, schema, insert, cookies = json.load(sys.stdin)
database = sqlite3.connect(path, isolation_level=None)
database.executescript(schema)
database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
for cookie in cookies:
    database.execute(insert, cookie)
print("there", flush=True)
time.sleep(600)
"""


def read(path):
    with open(path, "rb") as f:
        return f.read()


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

    def cookies(self, value):
        """Rows among which only one is the service's, and one of a container that was used before it."""
        return [("", "sessionKey", "sk-ant-sid01-" + "e" * 30, "evil-claude.ai", 9),
                ("", "sessionKey", "sk-ant-sid01-" + "n" * 30, "not.claude.ai", 9), ("", "other", "x", ".claude.ai", 9),
                ("^userContextId=2", "sessionKey", "sk-ant-sid01-" + "c" * 30, ".claude.ai", 1),
                ("", "sessionKey", value, ".claude.ai", 2)]

    def profile(self, root):
        folder = os.path.join(self.home, root, "abcd1234.default-release")
        os.makedirs(folder)
        return folder + "/cookies.sqlite"

    def firefox(self, root, value, wal=False):
        database = sqlite3.connect(self.profile(root), isolation_level=None)
        database.executescript(FIREFOX)
        if not wal:
            database.execute("PRAGMA journal_mode = DELETE")
        for cookie in self.cookies(value):
            database.execute(INSERT, cookie)
        self.addCleanup(database.close)
        return database

    def running_firefox(self, path, value):
        """A process that has the cookies in its log, and the database open."""
        browser = subprocess.Popen([sys.executable, "-c", BROWSER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(browser.stdout.close)
        self.addCleanup(browser.wait)
        self.addCleanup(browser.kill)
        with browser.stdin as f:
            f.write(json.dumps([path, FIREFOX, INSERT, self.cookies(value)]).encode())
        self.assertEqual(b"there\n", browser.stdout.readline())
        return browser

    def test_firefox(self):
        self.firefox(".mozilla/firefox", EXAMPLE)
        self.run_sync("--from-browser", "firefox")
        self.run_sync("--from-browser", "firefox:default-release")
        self.run_sync("--from-browser", "firefox:abcd1234.default-release")
        self.run_sync("--from-browser", "firefox:nobody", status=UNAUTHORIZED)
        self.run_sync("--from-browser", "lynx", status=USAGE)
        self.run_sync("--from-browser", "chromium", status=UNAUTHORIZED)

    def test_firefox_that_runs_or_crashed(self):
        """The cookie is in the log alone, beside a main file without a row; and the profile stays as it was."""
        path = self.profile(".mozilla/firefox")
        browser = self.running_firefox(path, EXAMPLE)
        with sqlite3.connect("file:%s?mode=ro&immutable=1" % path, uri=True) as main_file:
            self.assertEqual([(0,)], main_file.execute("SELECT count(*) FROM moz_cookies").fetchall())
        main_file.close()

        def contents():
            return [read(path), read(path + "-wal")]
        before = contents()
        self.run_sync("--from-browser", "firefox")
        self.assertEqual(before, contents())
        browser.send_signal(signal.SIGKILL)
        browser.wait()
        self.run_sync("--from-browser", "firefox")
        self.assertEqual(before, contents())

    def test_of_several_containers_the_one_used_last(self):
        database = self.firefox(".mozilla/firefox", EXAMPLE)
        self.run_sync("--from-browser", "firefox")
        database.execute("UPDATE moz_cookies SET lastAccessed = 3 WHERE originAttributes <> ''")
        self.run_sync("--from-browser", "firefox", status=UNAUTHORIZED)   # the other one's key is not the mock's

    def test_a_profile_that_is_none(self):
        path = self.profile(".mozilla/firefox")
        for content in (b"", b"no database" * 100, b"SQLite format 3\0" + bytes(84)):
            with open(path, "wb") as f:
                f.write(content)
            said = self.run_sync("--from-browser", "firefox", status=UNAUTHORIZED)
            self.assertIn("gives no key", said.err)

    def test_firefox_that_runs(self):
        """A writer in the middle of a transaction is no obstacle."""
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

    def chromium(self, root, encrypted, version=24, value="", profile="Profile 1/Network"):
        folder = os.path.join(self.home, ".config", root, profile)
        os.makedirs(folder, exist_ok=True)
        if os.path.exists(folder + "/Cookies"):
            os.remove(folder + "/Cookies")
        with sqlite3.connect(folder + "/Cookies") as database:
            database.execute("CREATE TABLE meta(key TEXT, value TEXT)")
            database.execute("INSERT INTO meta VALUES('version', ?)", (str(version),))
            database.execute("CREATE TABLE cookies(host_key TEXT, name TEXT, value TEXT, encrypted_value BLOB, last_access_utc INTEGER)")
            database.execute("INSERT INTO cookies VALUES('.claude.ai', 'sessionKey', ?, ?, 1)", (value, encrypted))
        database.close()

    def test_chromium(self):
        for root in ("chromium", "google-chrome"):
            self.chromium(root, V10)
        self.run_sync("--from-browser", "chromium")
        self.run_sync("--from-browser", "chrome:Profile 1")
        self.run_sync("--from-browser", "chrome:Profile 2", status=UNAUTHORIZED)

    def test_chromium_of_every_age(self):
        for encrypted, version, value in ((V10_OLD, 23, ""), (V11_EMPTY, 24, ""), (b"", 24, EXAMPLE)):
            with self.subTest(version=version, value=value):
                self.chromium("chromium", encrypted, version, value)
                self.run_sync("--from-browser", "chromium")
        self.chromium("chromium", V10_OLD, 24)   # another host's cookie, moved here, has another hash
        self.run_sync("--from-browser", "chromium", status=UNAUTHORIZED)
        self.chromium("chromium", b"v12" + bytes(48))
        self.assertIn("v12", self.run_sync("--from-browser", "chromium", status=UNAUTHORIZED).err)

    def test_chromium_with_a_keyring(self):
        """v11: the password comes from the keyring's own program, of which there is a stand-in."""
        tools, calls = os.path.join(self.scratch, "tools"), os.path.join(self.scratch, "calls")
        os.makedirs(tools)
        with open(tools + "/secret-tool", "w") as f:
            f.write('#!/bin/sh\necho "$*" >>"%s"\n[ "$3" = chrome ] && printf %%s %s\n' % (calls, KEYRING))
        os.chmod(tools + "/secret-tool", 0o700)
        env = {"PATH": tools + os.pathsep + os.environ["PATH"]}
        self.chromium("google-chrome", V11)
        self.run_sync("--from-browser", "chrome", env=env)
        with open(calls) as f:
            self.assertEqual(["lookup application chrome"], f.read().splitlines())
        self.chromium("chromium", V11)      # of which this keyring has no password
        self.run_sync("--from-browser", "chromium", env=env, status=UNAUTHORIZED)
        self.run_sync("--from-browser", "chrome", env={"PATH": tools[:-1]}, status=UNAUTHORIZED)   # no keyring at all
        self.chromium("chromium", V10)
        os.remove(calls)
        self.run_sync("--from-browser", "chromium", env=env)
        self.assertFalse(os.path.exists(calls), "a keyring was asked for what needs none")

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

        def has_table():   # it keeps its files locked: no SQLite can be asked
            for part in (path, path + "-wal"):
                if os.path.exists(part):
                    with open(part, "rb") as f:
                        if b"CREATE TABLE moz_cookies" in f.read():
                            return True
            return False

        deadline = time.monotonic() + 60
        while not has_table():
            if time.monotonic() > deadline or browser.poll() is not None:
                self.skipTest("firefox does not run here")
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
