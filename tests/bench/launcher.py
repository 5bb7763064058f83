"""Runs programs for measure.py: reads one JSON request a line, answers with one.

A process of its own because Linux counts a program's peak memory from the peak of the process that started it:
this one stays small whatever the benchmark itself has in memory.
"""
import json
import os
import signal
import sys
import time

running = 0   # the process id of what is measured just now


def stop(*_):
    """Ended from outside: ends what is running first, so that nothing writes any more."""
    if running:
        os.kill(running, signal.SIGTERM)
        os.waitpid(running, 0)
    os._exit(143)


def run(command, env, cwd, output):
    """-> seconds, exit status, peak resident bytes and seconds of processor (its waited-for children's included)"""
    global running
    os.chdir(cwd)
    to_output = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                 (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600),
                 (os.POSIX_SPAWN_DUP2, 1, 2)]
    started = time.perf_counter()
    # A fork of this process would cost milliseconds, counted as the program's.
    pid = running = os.posix_spawnp(command[0], command, env, file_actions=to_output, setsigdef=[signal.SIGTERM])
    _, status, usage = os.wait4(pid, 0)
    running = 0
    seconds = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, os.waitstatus_to_exitcode(status), usage.ru_maxrss * unit, usage.ru_utime + usage.ru_stime


signal.signal(signal.SIGTERM, stop)
for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
