"""The rows about csb search: how fast it indexes and finds, ripgrep beside it where it reads everything."""
import os
import shutil

import corpora
from measure import median, run, warm
from programs import programs
from workloads import MB, Row, show

# What: arguments, milliseconds it may take, what ripgrep is asked for.
QUERIES = (("a rare word", ("NEEDLE-00011",), 15, None),
           ("an absent word", ("xyzzyplugh",), 10, None),
           ("a common word", ("buffer",), 30, None),
           ("two words in one session", ("NEEDLE-00011", "buffer"), None, None),
           ("a substring, by reading everything", ("--substring", "emember the word NEEDLE-00017"), 250,
            ("-i", "-F", "emember the word NEEDLE-00017")),
           ("a regular expression, likewise", ("-E", "word NEEDLE-0001[78] p"), 250, ("-i", "word NEEDLE-0001[78] p")))


def raw_bytes(root):
    return sum(os.path.getsize(os.path.join(base, name)) for base, _, names in os.walk(os.path.join(root, "projects"))
               for name in names if name.endswith((".jsonl", ".txt")))


def rows(bench):
    sessions, megabytes = (300, 200) if bench.quick else (1500, 1000)
    root = corpora.generated(bench.work, "corpus%d" % megabytes, sessions, megabytes)
    csb, = programs(root, bench.place(), ("csb",))
    csb.reset()
    csb.backup()
    warm(root)
    raw = raw_bytes(root)
    peaks = []   # (bytes, what)
    yield indexing(csb, raw, peaks)
    for what, arguments, limit, _ in QUERIES:
        yield query(bench, csb, root, what, arguments, limit, raw, peaks)
    peak, what = max(peaks)
    yield Row("search %.0f MB: peak memory" % (raw / MB), "under 100 MB", "%.0f MB" % (peak / MB), peak < 100 * MB,
              note="; ".join("%s %.0f MB" % (w, p / MB) for p, w in sorted(peaks, reverse=True)))
    shutil.rmtree(csb.place, ignore_errors=True)


def indexing(csb, raw, peaks):
    done = csb.csb("search", "NEEDLE-00007")
    peaks.append((done.peak, "indexing %d MB" % (raw / MB)))
    size = os.path.getsize(os.path.join(csb.store, "search.db"))
    speed = raw / MB / done.seconds
    return Row("index the text of %.0f MB" % (raw / MB), "80 MB/s; the index at most 20 % of it",
               "%.0f MB/s, %.1f %%" % (speed, 100 * size / raw), speed >= 80 and size <= raw * 0.2,
               {"csb": done.seconds})


def query(bench, csb, root, what, arguments, limit, raw, peaks):
    pattern = next(rg for name, _, _, rg in QUERIES if name == what)
    ours, other = [], []
    for _ in range(bench.rounds * 3):
        ours.append(csb.csb("search", *arguments, statuses=(0, 1)))
        if pattern and shutil.which("rg"):
            other.append(run(["rg", "-l", *pattern, os.path.join(root, "projects")], csb.env, csb.home, (0, 1)))
    seconds = median([done.seconds for done in ours])
    peaks.append((max(done.peak for done in ours), "search for " + what))
    note = "ripgrep, files only: %s" % show(median([done.seconds for done in other])) if other else ""
    return Row("search %.0f MB: %s" % (raw / MB, what), "under %d ms" % limit if limit else "", show(seconds),
               seconds * 1000 < limit if limit else None, {"csb": seconds}, note)
