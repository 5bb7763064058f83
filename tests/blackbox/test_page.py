"""The exported page in a real browser: it works, in both themes, and nothing of a transcript runs in it."""
import base64
import hashlib
import os
import re
import shutil
import struct
import subprocess
import unittest
import zlib

import hostile
from harness import CsbTest, main

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
INJECTED = "<script>document.title='csb-canary'</script><img src=x onerror=\"document.title='csb-canary'\">"


def browser():
    found = next((p for p in map(shutil.which, BROWSERS) if p), None)
    if not found:
        raise unittest.SkipTest("no Chromium is installed (Debian: chromium)")
    return found


def first_pixel(png):
    """Red, green and blue of the top left corner: nothing is to its left or above it, so no filter changes it."""
    at, data = 8, b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        if kind == b"IDAT":
            data += png[at + 8:at + 8 + size]
        at += 12 + size
    return tuple(zlib.decompressobj().decompress(data, 4)[1:4])


class Page(CsbTest):
    def setUp(self):
        super().setUp()
        self.chromium = browser()
        self.session = self.tree.session(prompts=2)
        self.page = os.path.join(self.scratch, "page.html")

    def export(self):
        self.backup()
        self.csb("export", self.session.id, "-o", self.page)
        with open(self.page, encoding="utf-8") as f:
            return f.read()

    def write(self, text):
        with open(self.page, "w", encoding="utf-8") as f:
            f.write(text)

    def run_browser(self, *options):
        done = subprocess.run(
            [self.chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--user-data-dir=" + os.path.join(self.scratch, "profile"), *options, "file://" + self.page],
            capture_output=True, timeout=120, cwd=self.scratch,
            env={**self.environment(), "HOME": self.scratch, "XDG_CONFIG_HOME": self.scratch})
        self.assertEqual(0, done.returncode, done.stderr[-2000:])
        return done.stdout.decode("utf-8", "replace")

    def dom(self):
        return self.run_browser("--dump-dom")

    def color(self, *options):
        shot = os.path.join(self.scratch, "shot.png")
        self.run_browser("--window-size=1000,800", "--screenshot=" + shot, *options)
        with open(shot, "rb") as f:
            return first_pixel(f.read())

    def test_the_policy_names_what_is_in_the_page(self):
        page = self.export()
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
        self.assertTrue(policy.startswith("default-src 'none';"), policy)
        for tag in ("style", "script"):
            content = re.findall("<%s>(.*?)</%s>" % (tag, tag), page, re.S)
            self.assertEqual(1, len(content))
            digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
            self.assertIn("%s-src 'sha256-%s'" % (tag, digest), policy, "of the %s as it is now" % tag)

    def test_its_own_script_runs(self):
        self.export()
        dom = self.dom()
        self.assertRegex(dom, r'<div class="bar" id="bar">')   # it is hidden until the script shows it
        self.assertIn("question 1", dom)
        self.assertEqual(2, len(re.findall(r"<nav>.*?</nav>", dom, re.S)[0].split("<li>")) - 1)

    def test_both_themes(self):
        page = self.export()
        dark = "--blink-settings=preferredColorScheme=0"
        self.assertEqual((250, 248, 245), self.color(), "light, unless the system says otherwise")
        self.assertEqual((23, 22, 21), self.color(dark))
        self.write(page.replace("<html lang", '<html data-theme="dark" lang'))
        self.assertEqual((23, 22, 21), self.color(), "what the reader chose goes before the system")
        self.write(page.replace("<html lang", '<html data-theme="light" lang'))
        self.assertEqual((250, 248, 245), self.color(dark))

    def driven(self, page, script):
        """The page after its own script and then this one ran (the policy taken out, since it forbids just that)."""
        page = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", page)
        self.write(page.replace("</body>", "<script>%s</script></body>" % script))
        return self.run_browser("--virtual-time-budget=3000", "--dump-dom")

    def test_search_folds_and_theme(self):
        self.session.add(self.session.prompt("find the needle"))
        page = self.export()
        dom = self.driven(page, "const box = document.getElementById('find'); box.value = 'NEEDLE';"
                                "box.dispatchEvent(new Event('input'));")
        self.assertIn(">1 turn</output>", dom)
        self.assertEqual(4, len(re.findall(r'<section class="turn [a-z]+ miss"', dom)))
        dom = self.driven(page, "document.getElementById('theme').click(); document.getElementById('tools').click();")
        self.assertIn('data-theme="dark"', dom)
        self.assertIn('<body class="no-tools">', dom)

    def test_a_hostile_transcript_runs_nothing(self):
        hostile.fill(self.session)
        page = self.export()
        self.assertIn("is reached", page)
        dom = self.dom()
        self.assertNotIn("<title>" + hostile.CANARY, dom)
        self.assertRegex(dom, r'<div class="bar" id="bar">')
        self.assertEqual([], re.findall(r"<(?:iframe|img|svg|form|base|object|embed|link)\b", dom))
        self.assertEqual([], re.findall(r"<[^>]*\son[a-z]+=", re.sub(r'"[^"]*"', '""', dom)))

    def test_the_policy_stops_what_escaping_would_miss(self):
        page = self.export()
        self.assertIn("<main>", page)
        broken = page.replace("<main>", "<main>" + INJECTED)
        self.write(broken)
        self.assertNotIn("<title>csb-canary", self.dom())
        self.write(re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", broken))
        self.assertIn("<title>csb-canary", self.dom(), "without the policy it runs: this test can fail")


if __name__ == "__main__":
    main()
