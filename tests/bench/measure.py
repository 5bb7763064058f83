"""Running programs under a clock: wall time, peak memory, medians. Python standard library only."""
import os
import resource
import statistics
import subprocess
import time


class Run:
    """One finished run: seconds of wall clock, peak resident bytes, what it wrote to standard output."""

    def __init__(self, seconds, peak, out):
        self.seconds, self.peak, self.out = seconds, peak, out


def clean_environment(home, **extra):
    """What every program gets to see, so that none profits from the person's configuration."""
    env = {"HOME": home, "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
           "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "b", "GIT_AUTHOR_EMAIL": "b@example.invalid",
           "GIT_COMMITTER_NAME": "b", "GIT_COMMITTER_EMAIL": "b@example.invalid"}
    env.update(extra)
    return env


def run(command, env, cwd, statuses=(0,)):
    """Runs `command`, timed from before it starts to after it ended. Peak memory includes its children's.

    @throws SystemExit with what it said when it ends with another status
    """
    read_end, write_end = os.pipe()
    started = time.perf_counter()
    process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=write_end,
                               stderr=subprocess.STDOUT)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as stream:
        out = stream.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in statuses:
        raise SystemExit("%s: exit %d\n%s" % (command, process.returncode, out.decode(errors="replace")[-3000:]))
    return Run(seconds, usage.ru_maxrss * (1024 if os.uname().sysname != "Darwin" else 1), out)


def floor_of_peak():
    """Bytes below which run() cannot see: a child starts as a copy of this process."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


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
