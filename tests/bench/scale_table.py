"""The tables that tests/bench/scale writes: a row for each command, a column for each size."""
from workloads import MB, show

ADDED, INDEX = "backup of what was added", "index the text"   # their cost is of what was added, not of everything
WORKS = (ADDED, "no change", "20 KB appended to one session", "list -n 20", INDEX, "search for a rare word",
         "restore a session of 18 files", "verify", "verify --quick", "rebuild-index", "backup after rebuild-index")


class Point:
    """What was measured at one size. `runs`: {work: Run}, `notes`: {work: what stands beside its time}."""

    def __init__(self):
        self.runs, self.notes, self.sizes = {}, {}, {}
        self.bytes = self.files = self.sessions = 0


def table(points):
    return "\n".join(costs(points) + [""] + peaks(points))


def costs(points):
    first, last = points[0], points[-1]
    lines = head("", points, "× %.0f" % (last.bytes / first.bytes))
    lines += [line("sessions", [grouped(p.sessions) for p in points], ratio(last.sessions, first.sessions)),
              line("files", [grouped(p.files) for p in points], ratio(last.files, first.files))]
    lines += [line(work, [cell(p, work) for p in points], growth(points, work)) for work in measured(points)]
    return lines + [line(what, ["%s MB" % grouped(p.sizes[what] / MB) for p in points],
                         ratio(last.sizes[what], first.sizes[what])) for what in first.sizes]


def peaks(points):
    lines = head("peak memory", points, "a file more")
    for work in measured(points):
        runs = [p.runs.get(work) for p in points]
        lines.append(line(work, ["%.0f MB" % (run.peak / MB) if run else "" for run in runs], for_a_file(points, work)))
    return lines


def measured(points):
    return [work for work in WORKS if any(work in p.runs for p in points)]


def head(what, points, last):
    return [line(what, ["%s MB" % grouped(p.bytes / MB) for p in points], last), "|---|" + "---|" * (len(points) + 1)]


def line(what, cells, last):
    return "| " + " | ".join([what, *cells, last]) + " |"


def cell(point, work):
    run, note = point.runs.get(work), point.notes.get(work)
    return ", ".join(filter(None, [show(run.seconds) if run else "", note]))


def growth(points, work):
    """How many times the first point's cost the last one's is, where both did all of it."""
    first, last = points[0].runs.get(work), points[-1].runs.get(work)
    return ratio(last.seconds, first.seconds) if first and last and work not in (ADDED, INDEX) else ""


def for_a_file(points, work):
    """Bytes of peak memory for each file between the last two points that have it: there, buffers are full."""
    have = [p for p in points if work in p.runs][-2:]
    if len(have) < 2:
        return ""
    return "%.0f B" % max(0, (have[1].runs[work].peak - have[0].runs[work].peak) / (have[1].files - have[0].files))


def grouped(number):
    return "{:,.0f}".format(number)


def ratio(last, first):
    return "× %.1f" % (last / first) if first else ""
