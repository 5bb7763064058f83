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
    started = time.perf_counter()
    pid = running = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        try:
            os.chdir(cwd)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(target, 1)
            os.dup2(target, 2)
            os.execvpe(command[0], command, env)
        finally:
            os._exit(127)
    _, status, usage = os.wait4(pid, 0)
    running = 0
    seconds = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, os.waitstatus_to_exitcode(status), usage.ru_maxrss * unit, usage.ru_utime + usage.ru_stime


signal.signal(signal.SIGTERM, stop)
for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
