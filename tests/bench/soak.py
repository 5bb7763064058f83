#!/usr/bin/env python3
"""A year of use in minutes: what the store costs, and whether anything gets slower with time.

    tests/bench/soak.py [--csb FILE] [--days N | --year] [--seed N]

Each day brings twenty sessions that grow round by round, each round followed by a backup, a hook, or both at once;
now and then a compaction, a message taken back, a move; whatever is thirty days old is swept, as the client does.
Once a day `csb maintain`, once a week the person's own `git gc`. Without --year, as many days as fit into a minute.

Gates (exit 1): the store grows with what is written and no faster; packs stay few; at the end an append writes no more
than at the beginning, and a backup without a change opens no file; nothing is lost. Times are printed, and gate nothing.
"""
import argparse
import json
import lzma
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "blackbox")]
from claude_tree import ClaudeTree  # noqa: E402
from git_oracle import Git  # noqa: E402
from measure import clean_environment, disk_bytes, median, run  # noqa: E402

SESSIONS, ROUNDS = 20, 12   # a day
MB = 1000 * 1000
DAY = 86400


class Text:
    """What people and models write: words of a vocabulary, common ones more often."""

    def __init__(self, rng):
        self.rng = rng
        letters = "etaoinshrdlucmfwypvbgkqjxz"
        self.words = ["".join(rng.choices(letters, range(26, 0, -1), k=rng.randrange(2, 11))) for _ in range(4000)]
        self.weights = [1 / (n + 5) for n in range(len(self.words))]

    def some(self, size):
        return " ".join(self.rng.choices(self.words, self.weights, k=max(1, size // 6)))


class Soak:
    def __init__(self, csb, work, seed, days):
        self.csb, self.rng, self.days = csb, random.Random(seed), days
        self.kept_days = min(30, days // 3)
        self.home = os.path.join(work, "home")
        self.claude, self.csb_home = os.path.join(self.home, ".claude"), os.path.join(self.home, "csb")
        os.makedirs(self.home)
        self.env = clean_environment(self.home, CLAUDE_CONFIG_DIR=self.claude, CSB_HOME=self.csb_home)
        self.tree = ClaudeTree(self.claude)
        self.tree.clock -= days * DAY
        self.start = self.tree.clock
        self.text = Text(self.rng)
        self.git = Git(os.path.join(self.csb_home, "store.git"), self.home)
        self.alive, self.swept = [], []   # (day, session), (id, transcript as it was)
        self.ideal, self.ideal_bytes, self.written = lzma.LZMACompressor(), 0, 0
        self.growth = []                  # of the store and of what was written, day by day

    def run(self, *args, statuses=(0,)):
        return run([self.csb, *args], self.env, self.home, statuses)

    def report(self):
        return json.loads(self.run("backup", "--json").out)

    # ---- a day
    def live_a_day(self, day):
        self.tree.clock = max(self.tree.clock, self.start + day * DAY)
        today = []
        for turn in range(ROUNDS):
            if turn < ROUNDS - 2:
                today += [self.tree.session(prompts=1, cwd="/home/ada/p%d" % self.rng.randrange(12))
                          for _ in range(SESSIONS // (ROUNDS - 2))]
            for session in self.rng.sample(today, min(6, len(today))):
                self.go_on(session)
            self.archive(self.rng.choice(today))
        self.alive += [(day, session) for session in today]
        self.sweep(day)
        self.report()
        self.run("maintain")
        if day % 7 == 6:
            self.git.run("gc", "-q")

    def go_on(self, session):
        before = os.path.getsize(session.path)
        chance = self.rng.random()
        if chance < 0.03:
            session.compact()
        elif chance < 0.06:
            session.take_back(self.rng.randrange(1, 4))
        elif chance < 0.08:
            session.move("/home/ada/p%d" % self.rng.randrange(12))
        for _ in range(self.rng.randrange(1, 4)):
            session.turn(self.text.some(self.rng.randrange(20, 400)), self.text.some(self.rng.randrange(100, 6000)))
        self.written += max(0, os.path.getsize(session.path) - before)

    def archive(self, session):
        """The timer, a hook, or both at the same moment."""
        chance = self.rng.random()
        hook = subprocess.Popen([self.csb, "hook", "PreCompact"], env=self.env, cwd=self.home, stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL) if chance < 0.3 else None
        if chance > 0.15:
            self.run("backup", statuses=(0, 11))
        if hook:
            hook.communicate(json.dumps({"session_id": session.id}).encode())
            if hook.returncode != 0:
                raise SystemExit("a hook failed: exit %d" % hook.returncode)

    def sweep(self, day):
        for made, session in [entry for entry in self.alive if entry[0] <= day - self.kept_days]:
            self.swept.append((session.id, session.read()))
            self.count_ideal(self.swept[-1][1])
            session.delete()
        self.alive = [entry for entry in self.alive if entry[0] > day - self.kept_days]

    def count_ideal(self, data):
        self.ideal_bytes += len(self.ideal.compress(data))

    # ---- figures
    def packs(self):
        return sum(name.endswith(".pack") for name in os.listdir(os.path.join(self.git.git_dir, "objects/pack")))

    def measure(self):
        """-> {what: seconds or a count}"""
        session = self.rng.choice(self.alive)[1]
        session.turn("one more", self.text.some(3000))
        appended = self.report()
        self.report()
        idle = self.report()
        into = os.path.join(self.home, "restored")
        found = {"an append writes": appended["bytes_written"], "an idle backup opens": idle["files_opened"],
                 "it opens git": idle["store_opened"]}
        for what, args in (("no change", ("backup",)), ("list", ("list", "-n", "20")),
                           ("restore", ("restore", session.id, "--to", into))):
            times = []
            for _ in range(7):
                shutil.rmtree(into, ignore_errors=True)
                times.append(self.run(*args).seconds)
            found[what] = median(times)
        shutil.rmtree(into)
        return found

    def run_all(self):
        first = None
        for day in range(self.days):
            store, written = disk_bytes(self.git.git_dir) if day else 0, self.written
            self.live_a_day(day)
            self.growth.append((disk_bytes(self.git.git_dir) - store, self.written - written))
            if day == 1:
                first = self.measure()
            if day % 30 == 29:   # a year takes a quarter of an hour: say that it goes on
                print("day %d of %d: %.1f MB written, store %.1f MB" % (
                    day + 1, self.days, self.written / MB, disk_bytes(self.git.git_dir) / MB), flush=True)
        return first, self.measure()

    def check_nothing_lost(self):
        """Every session that was swept, or a sample of them, comes back as it was."""
        self.git.fsck()
        self.run("verify")
        into = os.path.join(self.home, "back")
        sample = self.rng.sample(self.swept, min(40, len(self.swept)))
        for sid, data in sample:
            self.run("restore", sid, "--to", into)
            found = [os.path.join(base, name) for base, _, names in os.walk(into) for name in names if sid in name]
            with open(found[0], "rb") as f:
                if f.read() != data:
                    raise SystemExit("session %s did not come back as it was" % sid)
            shutil.rmtree(into)
        return len(sample)

    def gates(self, first, last):
        """-> [what does not hold]"""
        wrong = []
        half = len(self.growth) // 2
        early, late = (sum(store for store, _ in part) / max(1, sum(written for _, written in part))
                       for part in (self.growth[1:half], self.growth[half:]))
        most = 8 + 2 * math.log2(1 + disk_bytes(self.git.git_dir) / (4 << 20))
        print("store: a byte written costs %.3f bytes in the first half, %.3f in the second" % (early, late))
        print("packs: %d (at most %.0f)" % (self.packs(), most))
        if late > 1.3 * early:
            wrong.append("the store grows faster than what is written")
        if self.packs() > most:
            wrong.append("too many packs")
        if last["an append writes"] > 2 * first["an append writes"] + MB:
            wrong.append("an append writes more and more")
        if last["an idle backup opens"] or last["it opens git"]:
            wrong.append("a backup without a change does something")
        return wrong


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--csb", default=os.environ.get("CSB_BINARY", "build/release/src/cli/csb"))
    options.add_argument("--days", type=int, default=14)
    options.add_argument("--year", action="store_true", help="365 days")
    options.add_argument("--seed", type=int, default=20)
    given = options.parse_args()
    days = 365 if given.year else given.days
    if days < 4:
        options.error("at least four days: halves are compared")
    if not shutil.which("git"):
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="csb-soak.") as work:
        soak = Soak(os.path.abspath(given.csb), work, given.seed, days)
        first, last = soak.run_all()
        for _, session in soak.alive:
            soak.count_ideal(session.read())
        ideal, store = soak.ideal_bytes + len(soak.ideal.flush()), disk_bytes(soak.git.git_dir)
        print("%d days, %d sessions, %.1f MB written; seed %d" % (days, soak.tree.made, soak.written / MB, given.seed))
        print("store %.2f MB with every version; xz of the final state alone %.2f MB (%.2f times)" % (
            store / MB, ideal / MB, store / ideal))
        for what in ("no change", "list", "restore"):
            print("%-10s %6.1f ms at the start, %6.1f ms at the end" % (what, first[what] * 1000, last[what] * 1000))
        wrong = soak.gates(first, last)
        print("%d swept sessions restored, as they were" % soak.check_nothing_lost())
    for what in wrong:
        print("FAILED: " + what)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
