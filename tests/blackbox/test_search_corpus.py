"""On a generated archive every search finds what reading everything finds, whatever happened to the archive.

CSB_SEED chooses the archive; without it, it is another one each time, and its seed is printed.
"""
import os
import random
import shutil
import subprocess
import sys
import time

import search_oracle as oracle
from harness import CsbTest, main

GENERATOR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "gen_corpus.py")


class Corpus(CsbTest):
    SESSIONS, MEGABYTES = 40, 8

    def setUp(self):
        super().setUp()
        self.seed = int(os.environ.get("CSB_SEED") or random.SystemRandom().randrange(1 << 30))
        print("CSB_SEED=%d" % self.seed, flush=True)
        self.random = random.Random(self.seed)
        shutil.rmtree(self.claude)
        self.generate("gen", "--sessions", str(self.SESSIONS), "--mb", str(self.MEGABYTES), "--seed", str(self.seed))
        self.docs = oracle.documents(self.claude)
        self.csb("backup", "-q")

    def generate(self, what, *args):
        done = subprocess.run([sys.executable, GENERATOR, what, "--out", self.claude, *args], capture_output=True,
                              text=True, env=self.environment())
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def found(self, *args):
        return self.csb("search", "--json", "-n", "0", *args, status=(0, 1)).json_lines()

    def found_sessions(self, *args):
        return {hit["session"] for hit in self.found("--only", "sessions", *args)}

    def check_all(self, *more, why=""):
        """A sample of every kind of query."""
        docs, pick = self.docs, self.random
        word = pick.choice(["quorum", "deadlock", "journal", "rebase", "mutex", "Größe", "Ω-notation"])
        needle = "NEEDLE-%05d" % pick.randrange(self.SESSIONS)
        other = "NEEDLE-%05d" % pick.randrange(self.SESSIONS)
        plain = lambda term, **how: oracle.sessions(docs, term, **how)   # noqa: E731
        for term in (word, needle, "remember the word " + needle, "no-such-word-anywhere", "re", "timeo"):
            with self.subTest(why, term=term):
                self.assertEqual(plain(term), self.found_sessions(term, *more))
        for term, option, how in ((word, "-s", {"case": True}), ("emember", "--substring", {"substring": True}),
                                  ("NEEDLE-0*%d$|%s p" % (int(needle[-5:]), other), "-E", {"regex": True})):
            with self.subTest(why, term=term, option=option):
                self.assertEqual(plain(term, **how), self.found_sessions(option, term, *more))
        with self.subTest(why, term="日本語"):
            self.assertEqual(plain("日本語"), self.found_sessions("日本語", *more))
        both = plain(needle) & plain(word)
        self.assertEqual(both, self.found_sessions(needle, word, *more))
        self.assertEqual(plain(needle) - plain(word), self.found_sessions(needle, "AND", "NOT", word, *more))
        self.assertEqual(plain(needle) | plain(other), self.found_sessions(needle, "OR", other, *more))
        self.assertEqual(plain(needle) | plain(other), self.found_sessions("--match", "any", needle, other, *more))
        self.check_messages(word, *more, why=why)

    def check_messages(self, word, *more, why=""):
        for roles, kinds in (("user", {"prompt"}), ("assistant,thinking", {"answer", "thinking"}),
                             ("tool", {"tool-input", "tool-output"}), ("title", {"title"})):
            with self.subTest(why, word=word, roles=roles):
                hits = [hit for hit in self.found("--role", roles, word, *more) if hit["path"].endswith(".jsonl")]
                self.assertEqual(len(oracle.messages(self.docs, word, kinds)), len(hits))
                self.assertTrue(all(hit["kind"] in kinds for hit in hits))

    def rebuild(self, *names):
        for name in names:
            for part in ("", "-wal", "-shm"):
                if os.path.exists(os.path.join(self.csb_home, name + part)):
                    os.remove(os.path.join(self.csb_home, name + part))

    def test_everything_that_happens_to_an_archive(self):
        self.check_all(why="fresh")
        manifest = self.csb("list", "--json", "-n", "0").json()["sessions"]
        gone = [s["id"] for s in self.random.sample(manifest, 6)]
        for n, session in enumerate(gone):
            self.generate("purge", "--session", session, *(["--footprint"] if n % 2 else []))
        self.check_all(why="deleted, not backed up since")
        self.csb("backup", "-q")
        self.check_all(why="deleted")
        needles = "NEEDLE"
        self.assertEqual(oracle.sessions(self.docs, needles) & set(gone),
                         self.found_sessions("--deleted", "only", needles))
        self.assertEqual(oracle.sessions(self.docs, needles) - set(gone),
                         self.found_sessions("--deleted", "none", needles))
        live = next(s["id"] for s in manifest if s["id"] not in gone)
        self.generate("append", "--session", live, "--events", "30", "--seed", str(self.seed + 1))
        self.docs |= oracle.documents(self.claude)
        self.csb("backup", "-q")
        self.check_all(why="appended")
        self.csb("restore", gone[0])
        self.csb("backup", "-q")
        self.check_all(why="restored")
        self.rebuild("search.db")
        self.check_all("--no-update", why="without an index")
        self.check_all(why="index built anew")
        self.rebuild("catalogue.db")
        self.check_all(why="catalogue built anew")
        self.rebuild("catalogue.db", "search.db")
        self.check_all(why="both built anew")
        subprocess.run(["git", "-C", self.store, "gc", "-q", "--prune=now"], check=True, env=self.environment())
        self.rebuild("search.db")
        self.check_all(why="after git gc")

    def test_killed_while_it_indexes(self):
        needle = "NEEDLE-%05d" % self.random.randrange(self.SESSIONS)
        for _ in range(6):
            process = self.start("search", needle)
            time.sleep(self.random.uniform(0.02, 1.2))
            process.kill()
            process.wait()
        self.check_all(why="killed")

    def check_needle(self):
        needle = "NEEDLE-%05d" % self.random.randrange(self.SESSIONS)
        result = self.csb("search", "--json", "-n", "0", needle)
        self.assertEqual(oracle.sessions(self.docs, needle), {hit["session"] for hit in result.json_lines()})
        return result

    def test_damaged(self):
        path = os.path.join(self.csb_home, "search.db")
        for how in ("cut", "first page", "garbage", "empty", "another database"):
            with self.subTest(how):
                self.check_needle()
                size = os.path.getsize(path)
                if how == "another database":
                    shutil.copyfile(os.path.join(self.csb_home, "catalogue.db"), path)
                with open(path, "r+b") as file:
                    if how == "cut":
                        file.truncate(size // 2)
                    elif how == "first page":
                        file.write(b"\0" * 4096)
                    elif how == "garbage":
                        file.write(self.random.randbytes(size))
                    elif how == "empty":
                        file.truncate(0)
                self.assertEqual(how != "empty", "built anew" in self.check_needle().err)
                self.assertNotIn("built anew", self.check_needle().err)

    def test_damaged_anywhere(self):
        """Bytes changed inside a page may hide hits, but are no crash, and what is noticed is mended."""
        path = os.path.join(self.csb_home, "search.db")
        for _ in range(5):
            self.check_needle()
            with open(path, "r+b") as file:
                for _ in range(30):
                    file.seek(self.random.randrange(os.path.getsize(path) // 512) * 512)
                    file.write(self.random.randbytes(512))
            noticed = self.csb("search", "-n", "0", "NEEDLE", status=(0, 1, 2))
            self.csb("search", "-n", "0", "quorum", "NEEDLE", status=(0, 1, 2))
            if "is damaged" in noticed.err:
                self.check_needle()
                self.check_needle()
            self.rebuild("search.db")


if __name__ == "__main__":
    main()
