"""The rows about claude.ai chats: how fast they are fetched and imported, and in how much memory.

The program that csb stands beside (claude-backup, as its README calls it) is not run here: its 430 chats a second
were measured once, against the same mock on two cores.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request

from measure import HERE, clean_environment, disk_bytes, median, run
from programs import Csb
from workloads import MB, Row, show

OTHER_TOOL = 430   # chats a second
SUPPORT = os.path.join(HERE, "..", "support")
MOST_MEMORY = 100 * MB


class Service:
    """A service on loopback, for as long as the with statement lasts."""

    def __init__(self, *command):
        self.process = subprocess.Popen([sys.executable, *map(str, command)], stdout=subprocess.PIPE)
        said = json.loads(self.process.stdout.readline())
        self.base, self.key = said["base"], said.get("key") or said["session_key"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def asked(self):
        with urllib.request.urlopen(self.base + "/__stats") as answer:
            return json.load(answer)


class Person:
    """A home with nothing in it but chats. None is removed before all is measured: ext4 passes over the inodes of what
    was just deleted, one by one, which took half of the processor time of whoever made files next."""

    def __init__(self, parent, service=None):
        os.makedirs(parent, exist_ok=True)
        place = tempfile.mkdtemp(dir=parent)
        self.home, self.store = os.path.join(place, "home"), os.path.join(place, "store")
        os.makedirs(os.path.join(self.home, ".config/csb"))
        os.makedirs(os.path.join(self.home, ".claude"))
        with open(os.path.join(self.home, ".config/csb/config"), "w") as f:
            f.write("[chats]\n\tenabled = true\n")
        extra = {"CSB_CHATS_BASE_URL": service.base, "CLAUDE_SESSION_KEY": service.key} if service else {}
        self.env = clean_environment(self.home, CSB_HOME=self.store, **extra)

    def csb(self, *args):
        return run([Csb.binary, *args], self.env, self.home)

    def sync(self, *args):
        return self.csb("chats", "sync", "--json", "--delay", "0", "-c", "6", "--no-backup", *args)

    def mirrored(self):
        """Bytes of the mirror; by-name/ holds links to the same files."""
        mirror = os.path.join(self.store, "claude.ai")
        return disk_bytes(mirror) - disk_bytes(os.path.join(mirror, "by-name"))


def server(*args):
    return Service(os.path.join(HERE, "chat_server.py"), *args)


def rows(bench):
    count = 2_000 if bench.quick else 10_000
    place = os.path.join(bench.place(), "chats")
    with server(count) as service:
        yield from fetching(bench, service, place, count)
    with Service(os.path.join(SUPPORT, "mock_claude_ai.py"), "--port", 0, "--chats", 1000) as service:
        yield from mocked(bench, service, place)
    with server(3, 79) as service:
        person = Person(place, service)
        done = person.sync()
        bench.peaks.append((done.peak, "fetching a chat of 79 MB"))
        yield Row("fetch a chat of 79 MB", "under 100 MB of memory", "%.0f MB" % (done.peak / MB),
                  done.peak < MOST_MEMORY, {"csb": done.seconds})
    yield from importing(bench, place)
    shutil.rmtree(place, ignore_errors=True)


def speed_row(what, count, runs, note):
    seconds = median([done.seconds for done in runs])
    cpu = median([done.cpu for done in runs])
    speed = count / seconds
    return Row(what, "860 chats/s: twice the other tool's %d" % OTHER_TOOL,
               "%.0f chats/s (%.1f×)" % (speed, speed / OTHER_TOOL), speed >= 2 * OTHER_TOOL, {"csb": seconds},
               "%.2f ms of csb's processor time a chat, %.0f chats/s by that%s" % (1000 * cpu / count, count / cpu, note))


def fetching(bench, service, place, count):
    first, again = [], []
    for _ in range(bench.rounds):
        person = Person(place, service)
        first.append(person.sync())
        assert len(json.loads(first[-1].out)["added"]) == count
        before = service.asked()
        again.append(person.sync())
        asked = {kind: service.asked()[kind] - before[kind] for kind in ("detail", "list")}
        assert json.loads(again[-1].out)["unchanged"] > 0
    size = service.asked()["bytes"]
    yield speed_row("fetch {:,} chats, {:.0f} MB".format(count, size / MB), count, first,
                    "; the service's answers made beforehand")
    for what, runs in (("fetch {:,} chats".format(count), first), ("the same again", again)):
        peak = max(done.peak for done in runs)
        bench.peaks.append((peak, what))
        yield Row(what, "under 100 MB of memory", "%.0f MB" % (peak / MB), peak < MOST_MEMORY)
    yield Row("fetch again, nothing changed", "lists only", show(median([done.seconds for done in again])),
              asked["detail"] == 0, {"csb": median([done.seconds for done in again])},
              "%(list)d lists, %(detail)d chats asked for" % asked)
    stored = person.csb("backup", "--json")
    bench.peaks.append((stored.peak, "first backup of {:,} chats".format(count)))
    yield Row("archive {:,} chats".format(count), "", show(stored.seconds), None, {"csb": stored.seconds},
              "peak memory %.0f MB" % (stored.peak / MB))


def mocked(bench, service, place):
    runs = [Person(place, service).sync() for _ in range(bench.rounds)]
    row = speed_row("fetch 1,000 chats of the tests' mock", 1000, runs, "; most of the wall clock is the mock's")
    row.must, row.holds = "the mock permitting", None
    yield row


def importing(bench, place):
    megabytes = 100 if bench.quick else 500
    archive = os.path.join(bench.work, "export%d.zip" % megabytes)
    if not os.path.exists(archive):
        subprocess.run([sys.executable, os.path.join(SUPPORT, "big_export.py"), archive, str(megabytes), "79"],
                       check=True, stdout=subprocess.DEVNULL)
    person = Person(place)
    first = person.csb("chats", "import", "--no-backup", "--json", archive)
    again = person.csb("chats", "import", "--no-backup", "--json", archive)
    said = [json.loads(done.out) for done in (first, again)]
    peak = max(first.peak, again.peak)
    bench.peaks.append((peak, "importing an export of %d MB" % megabytes))
    written = person.mirrored()
    yield Row("import an export of %d MB" % megabytes, "under 100 MB of memory", "%.0f MB" % (peak / MB),
              peak < MOST_MEMORY, {"csb": first.seconds},
              "%d chats, %.0f MB, %.0f MB/s" % (said[0]["added"], written / MB, written / MB / first.seconds))
    idle = (said[1]["added"], said[1]["updated"], said[1]["other"]) == (0, 0, 0)
    yield Row("the same again", "nothing written", show(again.seconds), idle, {"csb": again.seconds})
