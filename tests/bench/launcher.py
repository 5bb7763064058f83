"""Runs programs for measure.py: reads one JSON request a line, answers with one.

A process of its own because Linux counts a program's peak memory from the peak of the process that started it:
this one stays small whatever the benchmark itself has in memory.
"""
import json
import os
import sys
import time


def run(command, env, cwd, output):
    """-> seconds, exit status, peak resident bytes and seconds of processor (its waited-for children's included)"""
    started = time.perf_counter()
    pid = os.fork()
    if pid == 0:
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
    seconds = time.perf_counter() - started
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, os.waitstatus_to_exitcode(status), usage.ru_maxrss * unit, usage.ru_utime + usage.ru_stime


for line in sys.stdin:
    print(json.dumps(run(**json.loads(line))), flush=True)
