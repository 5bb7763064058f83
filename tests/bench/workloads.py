"""The rows of the table: each measures one kind of work, csb and the others in turn, and says what must hold."""
import gc
import os
import shutil

import corpora
from measure import median, warm
from programs import programs

MB = 1000 * 1000


class Row:
    """One line of the table. `seconds`: {program: median}; `holds`: True, False or None (nothing to compare)."""

    def __init__(self, work, must, measured, holds, seconds=None, note=""):
        self.work, self.must, self.measured, self.holds = work, must, measured, holds
        self.seconds, self.note = seconds or {}, note


class Bench:
    def __init__(self, work, rounds, backups, quick):
        self.work, self.rounds, self.backups, self.quick = work, rounds, backups, quick
        self.peaks = []   # (bytes, what)

    def place(self):
        return os.path.join(self.work, "places")

    def interleaved(self, contestants, step, rounds=None):
        """Runs `step(program)` for each program in turn, round after round. -> {name: [Run]}

        Each round begins with the next program: what one leaves behind (memory the kernel has yet to find, files it
        made the kernel forget) is not always found by the same one.
        """
        done = {p.name: [] for p in contestants}
        for number in range(rounds or self.rounds):
            first = number % len(contestants)
            for program in contestants[first:] + contestants[:first]:
                gc.collect()
                os.sync()   # nobody pays for what the one before left to be written
                done[program.name].append(step(program))
        return done

    @staticmethod
    def medians(runs):
        return {name: median([r.seconds for r in each]) for name, each in runs.items()}

    # ---- first backup
    def first_backup(self, sessions, megabytes):
        root = corpora.generated(self.work, "corpus%d" % megabytes, sessions, megabytes)
        contestants = programs(root, self.place())

        def step(program):
            program.reset()
            warm(root)   # borg tells the kernel to forget what it read: whoever comes next would read from the disk
            os.sync()    # the store removed just now, too: its blocks are given back to the disk
            return program.backup()

        runs = self.interleaved(contestants, step)
        self.peaks.append((max(r.peak for r in runs["csb"]), "first backup of %d MB" % megabytes))
        seconds, sizes = self.medians(runs), {p.name: p.size() for p in contestants}
        ours = seconds["csb"]
        faster = {name: other / ours for name, other in seconds.items() if name != "csb"}
        holds = (faster.get("git", 5) >= 5 and faster.get("restic", 1.01) > 1 and faster.get("borg", 1.01) > 1)
        note = "stores: " + ", ".join("%s %.0f MB" % (n, s / MB) for n, s in sizes.items())
        yield Row("first backup, %d sessions, %d MB" % (sessions, megabytes),
                  "5 times git, faster than restic and borg", show(ours), holds, seconds, note)
        for program in contestants:
            shutil.rmtree(program.place, ignore_errors=True)

    # ---- nothing changed
    def no_change(self):
        root = corpora.generated(self.work, "corpus200", 300, 200)
        contestants = programs(root, self.place())
        seconds, report = self.unchanged(contestants)
        files = sum(len(names) for _, _, names in os.walk(root))
        idle = report["files_opened"] == 0 and not report["store_opened"]
        yield Row("no change, 300 sessions, %d files" % files, "under 10 ms, 0 files opened, git not opened",
                  show(seconds["csb"]), seconds["csb"] < 0.010 and idle, seconds,
                  "files opened: %d" % report["files_opened"])

        count = 3_000 if self.quick else 30_000
        contestants = programs(corpora.small_files(self.work, count), self.place(), ("csb", "git"))
        seconds, report = self.unchanged(contestants)
        yield Row("no change, {:,} small files".format(count), "at most 1.0 times `git add -A`",
                  show(seconds["csb"]), seconds["csb"] <= seconds["git"], seconds,
                  "files opened: %d" % report["files_opened"])

    def unchanged(self, contestants):
        """-> medians, csb's last report"""
        for program in contestants:
            program.reset()
            program.backup()
            program.unchanged()   # the first one may still look at files that changed "just now"

        def step(program):
            # The first after other programs had the machine finds every cache full of theirs; four more count, too.
            return [program.unchanged() for _ in range(5)]

        runs = self.interleaved(contestants, step, self.rounds * 2)
        seconds = self.medians({name: [run for five in fives for run in five] for name, fives in runs.items()})
        return seconds, contestants[0].report

    # ---- growing transcripts
    def growing(self):
        count, size = (2, 10) if self.quick else (5, 50)
        path = os.path.join(self.work, "growing")
        shutil.rmtree(path, ignore_errors=True)
        transcripts = corpora.Transcripts(self.work, path, count, size)
        contestants = programs(path, self.place())
        for program in contestants:
            program.reset()
            program.backup()
        yield self.one_append(transcripts, contestants, size)
        yield self.many_appends(transcripts, contestants, count, size)
        for program in contestants:
            shutil.rmtree(program.place, ignore_errors=True)

    def one_append(self, transcripts, contestants, size):
        done = {p.name: [] for p in contestants}
        reports = []
        for _ in range(self.rounds * 3):
            transcripts.grow(transcripts.files[0])
            for program in contestants:
                os.sync()
                warm(transcripts.path)
                done[program.name].append(program.backup())
            reports.append(contestants[0].report)
        seconds = self.medians(done)
        read, written = (max(r[key] for r in reports) for key in ("bytes_read", "bytes_written"))
        self.peaks.append((max(r.peak for r in done["csb"]), "append to %d MB" % size))
        return Row("one %d MB transcript + 20 KB" % size, "under 30 ms; at most two slices read, 3 MB written",
                   show(seconds["csb"]), seconds["csb"] < 0.030 and written <= 3 * MB, seconds,
                   "read at most %.2f MB, wrote at most %.2f MB" % (read / MB, written / MB))

    def many_appends(self, transcripts, contestants, count, size):
        before = {p.name: p.size() for p in contestants}
        done = {p.name: [] for p in contestants}
        for _ in range(self.backups):
            for rel in transcripts.files:
                transcripts.grow(rel)
            for program in contestants:
                done[program.name].append(program.backup())
        growth = {p.name: p.size() - before[p.name] for p in contestants}
        seconds = self.medians(done)
        return Row("%d of them, %d backups" % (count, self.backups), "the store grows by at most 4 MB",
                   "%.2f MB" % (growth["csb"] / MB), growth["csb"] <= 4 * MB, seconds,
                   "growth: " + ", ".join("%s %.1f MB" % (n, g / MB) for n, g in growth.items())
                   + "; times are of one backup")

    # ---- restore
    def restore(self):
        root = os.path.join(self.work, "restore")
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(corpora.generated(self.work, "corpus200", 300, 200), root, symlinks=True,
                        ignore=shutil.ignore_patterns("sesslogs"))   # its links point into the original
        session, paths = corpora.session_of_18_files(root)
        csb, = programs(root, self.place(), ("csb",))
        csb.reset()
        csb.backup()
        session.delete()
        csb.backup()
        done = []
        for _ in range(self.rounds * 3):
            os.sync()
            done.append(csb.csb("restore", session.id))
            missing = [p for p in paths if not os.path.exists(os.path.join(root, p))]
            if missing:
                raise SystemExit("not restored: %s" % missing)
            session.delete()
        seconds = {"csb": median([r.seconds for r in done])}
        self.peaks.append((max(r.peak for r in done), "restore"))
        return [Row("restore of an %d-file session" % len(paths), "under 50 ms", show(seconds["csb"]),
                    seconds["csb"] < 0.050, seconds)]

    # ---- questions
    def questions(self):
        count = 500 if self.quick else 5000
        root = corpora.generated(self.work, "corpus%ds" % count, count, count // 150)
        csb, = programs(root, self.place(), ("csb",))
        csb.reset()
        csb.backup()
        for work, question in (("list", ("list",)), ("list --sort expiration", ("list", "--sort", "expiration")),
                               ("list WORD", ("list", "parser")), ("scan of a folder", ("scan", "-d", "/home/dev")),
                               ("tree", ("tree",)), ("usage by day", ("usage",))):
            done = [csb.csb(*question) for _ in range(self.rounds * 5)]
            seconds = median([r.seconds for r in done])
            must = "under 10 ms" if work == "list" else ""
            yield Row("%s, %d sessions" % (work, count), must, show(seconds),
                      seconds < 0.010 if must else None, {"csb": seconds})

    # ---- memory
    def memory(self):
        gigabytes = 1 if self.quick else 5
        root = os.path.join(self.work, "sparse")
        shutil.rmtree(root, ignore_errors=True)
        corpora.sparse_session(root, gigabytes)
        csb, = programs(root, self.place(), ("csb",))
        csb.reset()
        first = csb.backup()
        self.peaks.append((first.peak, "first backup of a %d GB transcript" % gigabytes))
        self.peaks.append((csb.csb("verify", "--quick").peak, "verify --quick"))
        peak, what = max(self.peaks)
        note = "; ".join("%s %.0f MB" % (w, p / MB) for p, w in sorted(self.peaks, reverse=True))
        yield Row("peak memory", "under 64 MB for any file size", "%.0f MB" % (peak / MB), peak < 64 * MB,
                  note=note)
        shutil.rmtree(root, ignore_errors=True)


def show(seconds):
    return "%.1f ms" % (seconds * 1000) if seconds < 1 else "%.2f s" % seconds
