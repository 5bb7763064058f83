"""Running programs under a clock: wall time, peak memory, medians. Python standard library only."""
import json
import os
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))


class Run:
    """One finished run: seconds of wall clock and of processor, peak resident bytes, what it wrote to standard output."""

    def __init__(self, seconds, peak, out, cpu=0.0):
        self.seconds, self.peak, self.out, self.cpu = seconds, peak, out, cpu


def clean_environment(home, **extra):
    """What every program gets to see, so that none profits from the person's configuration."""
    env = {"HOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
           "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@example.invalid",
           "GIT_COMMITTER_NAME": "b", "GIT_COMMITTER_EMAIL": "b@example.invalid"}
    env.update(extra)
    return env


class Launcher:
    """The small process that starts everything measured (launcher.py says why). One for the whole benchmark."""
    process = None

    @classmethod
    def ask(cls, **request):
        if cls.process is None:
            cls.process = subprocess.Popen([sys.executable, "-S", "-E", os.path.join(HERE, "launcher.py")],
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.process.stdin.write(json.dumps(request) + "\n")
        cls.process.stdin.flush()
        return json.loads(cls.process.stdout.readline())

    @classmethod
    def stop(cls):
        """Ends what is running, if anything is: before its files are removed."""
        if cls.process is not None:
            cls.process.terminate()
            cls.process.wait()
            cls.process = None


def run(command, env, cwd, statuses=(0,)):
    """Runs `command`, timed from before it starts to after it ended. Peak memory includes its children's.

    @throws SystemExit with what it said when it ends with another status
    """
    os.sync()   # what the run before left to be written must not keep the disk from this one's fsync
    with tempfile.NamedTemporaryFile(prefix="csb-bench-out.") as output:
        seconds, status, peak, cpu = Launcher.ask(command=command, env=env, cwd=cwd, output=output.name)
        with open(output.name, "rb") as f:
            out = f.read()
    if status not in statuses:
        raise SystemExit("%s: exit %d\n%s" % (command, status, out.decode(errors="replace")[-3000:]))
    return Run(seconds, peak, out, cpu)


def median(values):
    return statistics.median(values)


def disk_bytes(path):
    """Bytes of all files beneath a directory."""
    return sum(os.lstat(os.path.join(base, name)).st_size for base, _, names in os.walk(path) for name in names)


def warm(path):
    """Reads everything once, so that all programs find the same page cache."""
    for base, _, names in os.walk(path):
        for name in names:
            full = os.path.join(base, name)
            if os.path.isfile(full) and not os.path.islink(full):
                with open(full, "rb") as f:
                    while f.read(1 << 20):
                        pass
