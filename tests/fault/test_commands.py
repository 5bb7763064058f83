"""kill -9 and failing system calls in every other command that writes: restore, setup, repair, maintenance, chats…

    CSB_BINARY=… python3 test_commands.py [--full]

Of each command: what exit 0 promises (else it is a lie), what must hold directly after the fault (else it is a loss),
and that the same command, run again, keeps its promise with nobody's help (else it is a manual step).
"""
import os
import shutil
import sys
import tempfile

from scene import DONE, FULL, Figures, FaultTest, full_main, known_calls, need, snapshot, trace
from test_errors import REPORTED, WRITES
from test_kill import CALLS
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../blackbox"))
from chats_case import FAST, KEY, ChatsTest  # noqa: E402
from catalogue_rows import rows_of  # noqa: E402

SAMPLE = 2   # points of each call, and of each pair of call and error
ERRORS = {call: errors[:2] for call, errors in WRITES.items()}


class Commands(FaultTest):
    """A command in one scene: `command`, reset(), promise() and kept()."""
    command, run_options = (), {}

    def keep_home(self):
        """What reset_home() goes back to: the whole scratch home."""
        self.kept = tempfile.mkdtemp(prefix="csb-fault.")
        self.addCleanup(shutil.rmtree, self.kept, ignore_errors=True)
        shutil.copytree(self.home, os.path.join(self.kept, "home"), symlinks=True)

    def reset_home(self):
        shutil.rmtree(self.home)
        shutil.copytree(os.path.join(self.kept, "home"), self.home, symlinks=True)

    def run_into(self, fault):
        call, how = fault.split(":", 1)
        return self.csb(*self.command, status=None, timeout=120, wrap=(
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=%s:%s" % (call, how)),
            **self.run_options)

    def strike(self, figures, fault):
        result = self.run_into(fault)
        figures.hit += result.status != DONE
        if "signal=" not in fault and result.status not in REPORTED and "mmap" not in fault:
            figures.crashes.append("%s: %s" % (fault, result))
        if result.status == DONE:
            self.promise()

    def again(self):
        result = self.csb(*self.command, status=None, timeout=120, **self.run_options)
        self.assertEqual(result.status, DONE, "run again: %s" % result)
        self.promise()
        self.kept_whole()

    def point(self, figures, fault):
        self.reset_home()
        figures.points += 1
        for found, check in ((figures.lies, lambda: self.strike(figures, fault)),
                             (figures.lost, self.kept_whole), (figures.manual, self.again)):
            try:
                check()
            except AssertionError as wrong:
                found.append("%s: %s" % (fault, wrong))
                return

    def places(self, threads):
        most = max(map(len, threads))
        if FULL:
            return range(1, most + 1)
        own = sorted({n for rests in threads for n, rest in enumerate(rests, 1) if self.scratch in rest})
        own = own or list(range(1, most + 1))
        return sorted(self.rand.sample(own, min(SAMPLE, len(own))))

    def campaign(self):
        need("strace")
        self.keep_home()
        name = " ".join(w for w in self.command if "-" != w[0] or w == "--force" or w == "--repair")
        counted = trace(self, known_calls(sorted({*CALLS, *ERRORS})), self.command, **self.run_options)
        self.promise()
        kills, errors = Figures("kill, " + name[:30]), Figures("errors, " + name[:30])
        for call, threads in sorted(counted.items()):
            threads = list(threads.values())
            for n in self.places(threads) if call in CALLS else ():
                self.point(kills, "%s:signal=KILL:when=%d" % (call, n))
            for error in ERRORS.get(call, ()):
                for n in self.places(threads):
                    lasting = "+" if self.rand.random() < 0.5 else ""
                    self.point(errors, "%s:error=%s:when=%d%s" % (call, error, n, lasting))
        print(kills, errors, sep="\n", flush=True)
        broken = kills.broken() + errors.broken()
        self.assertEqual(broken, [], "\n" + "\n".join(broken[:10]))

    # ---- of the store
    def store_kept(self):
        self.git.fsck()
        self.assertLessEqual(self.earlier, set(self.git.text("rev-list", "--all").split()), "versions are gone")

    def scene(self):
        """Three backups of six sessions; the last two deleted since, which is backed up too."""
        self.make_sessions()
        self.csb("backup")
        self.sessions[0].turn("more", "done")
        self.csb("backup")
        self.before = snapshot(self.claude, times=False)
        self.sessions[0].delete()
        self.csb("backup")
        self.after = snapshot(self.claude, times=False)
        self.earlier = set(self.git.commits())


class Restore(Commands):
    def promise(self):
        now = {path: what[3] for path, what in snapshot(self.claude, times=False).items() if what[0] == "file"}
        self.assertEqual(self.wanted, now, "exit 0, not restored")

    def kept_whole(self):
        """What is there is old or new, never a part; the rest is as it was."""
        self.store_kept()
        for path, what in snapshot(self.claude, times=False).items():
            if what[0] != "file" or b".csb-" in path or os.path.basename(path).startswith(b"."):
                continue   # a temporary file: again() and promise() see that it goes
            self.assertIn(what[3], (self.wanted.get(path), self.found.get(path)), path)
        lost = [path for path in self.found if not os.path.exists(os.path.join(os.fsencode(self.claude), path))]
        self.assertEqual(lost, [])

    def files(self, seen):
        return {path: what[3] for path, what in seen.items() if what[0] == "file"}

    def test_restore(self):
        self.scene()
        self.command = ("restore", self.sessions[0].id)
        self.found, self.wanted = self.files(self.after), self.files(self.before)
        self.campaign()

    def test_restore_over_what_is_newer(self):
        """--force: what is replaced is archived before."""
        self.scene()
        session = self.sessions[1]
        self.csb("backup")
        self.wanted = self.files(snapshot(self.claude, times=False))
        session.turn("never archived before the restore", "so it must be by it")
        self.unsaved = session.read()
        self.found = self.files(snapshot(self.claude, times=False))
        self.command = ("restore", "--force", "--version", "1", session.id)
        self.campaign()

    def store_kept(self):
        super().store_kept()
        if getattr(self, "unsaved", None) is not None:
            session = self.sessions[1]
            if session.read() != self.unsaved:
                ids = self.git.text("log", "--format=%H", self.git.branch(), "--", session.rel).split()
                self.assertIn(self.unsaved, [self.git.archived(session.rel, oid) for oid in ids], "replaced unsaved")


class Catalogue(Commands):
    def rows(self):
        return rows_of(os.path.join(self.csb_home, "catalogue.db"))

    def promise(self):
        rows = self.rows()
        for name in rows:
            self.assertEqual(self.wanted[name], rows[name], "exit 0, table %s" % name)

    def kept_whole(self):
        """Whatever is there answers, or is built anew by who asks."""
        self.store_kept()
        self.assertEqual(self.listed, self.all_listed())

    def all_listed(self):
        return {s["id"] for s in self.list("--deleted", "all")}

    def test_rebuild_index(self):
        self.scene()
        self.command = ("rebuild-index",)
        self.csb(*self.command)
        self.wanted = self.rows()
        self.listed = self.all_listed()
        self.assertEqual(len(self.listed), 6)
        self.campaign()


class Store(Commands):
    def promise(self):
        self.csb("verify", "--quick")
        self.csb("backup")
        self.assertEqual(self.files, self.git.files())

    def kept_whole(self):
        self.store_kept()
        self.assertEqual(self.files, self.git.files())

    def test_maintain(self):
        self.scene()
        for n in range(3):   # each with a sealed pack of its own
            self.tree.write(self.sessions[1].directory + "/tool-results/noise%d.txt" % n, os.urandom(9 << 19))
            self.csb("backup")
        self.earlier, self.files = set(self.git.commits()), self.git.files()
        self.command = ("maintain",)
        self.campaign()

    def test_verify_repair(self):
        self.scene()
        self.files = self.git.files()
        packs = self.store + "/objects/pack/"
        pack = packs + max((n for n in os.listdir(packs) if n.endswith(".pack")), key=lambda n: os.path.getsize(packs + n))
        os.chmod(pack, 0o600)
        with open(pack, "r+b") as f:
            f.seek(os.path.getsize(pack) - 20)
            f.write(bytes(20))   # its checksum: every object in it can be saved
        self.command = ("verify", "--repair")
        self.kept_whole = lambda: None   # of a damaged store git says nothing
        self.campaign()


class Settings(Commands):
    def promise(self):
        with open(self.settings, "rb") as f:
            self.assertEqual(self.wanted, f.read(), "exit 0, no hooks")

    def kept_whole(self):
        with open(self.settings, "rb") as f:
            self.assertIn(f.read(), (self.found, self.wanted), "the person's settings are torn")

    def again(self):
        super().again()
        self.csb("setup", "--undo")
        with open(self.settings, "rb") as f:
            self.assertEqual(self.found, f.read(), "the undo does not bring back what was there")

    def test_setup(self):
        self.make_sessions()
        self.settings = self.tree.path("settings.json")
        with open(self.settings, "rb") as f:
            self.found = f.read()
        self.command = ("setup", "--auto", "--no-schedule", "--json")
        self.keep_home()
        self.csb(*self.command)
        with open(self.settings, "rb") as f:
            self.wanted = f.read()
        self.reset_home()
        self.campaign()


class Chats(Commands, ChatsTest):
    def setUp(self):
        Commands.setUp(self)
        self.mirror = os.path.join(self.csb_home, "claude.ai")
        self.write_config("[chats]\n\tenabled = true\n")
        if not self.csb("chats", "status", "--json").json()["can_sync"]:
            self.skipTest("this csb was built without libcurl")

    def promise(self):
        self.assertEqual(self.wanted, self.hashes(), "exit 0, chats are missing")
        unfinished = [name for _, _, names in os.walk(self.mirror) for name in names if name.startswith(".new.")]
        self.assertEqual(unfinished, [])

    def kept_whole(self):
        now = self.hashes()
        self.assertNotIn(None, now.values(), "half a chat")
        self.assertLessEqual(self.found, set(now))

    def test_chats_sync(self):
        mock = self.mock("--chats", 12)
        self.sync()
        self.found = set(self.hashes())
        for index in range(4):
            mock.control("update", org=0, index=index)
        self.wanted = mock.expected()
        self.command = ("chats", "sync", "--json", *FAST)
        self.run_options = {"env": {"CLAUDE_SESSION_KEY": KEY}}
        self.campaign()


del ChatsTest   # what it tests is tested elsewhere

if __name__ == "__main__":
    full_main()
