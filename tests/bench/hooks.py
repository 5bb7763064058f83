#!/usr/bin/env python3
"""How long the client waits for a hook: 5,000 sessions, one of them of 50 MB, 200 runs of each event.

Prints p50 and p99 of the wall time, from before the process starts to after it ended. What a hook hands over to
is let finish between two runs, as it does between two answers of a model. Nothing here fails a test.
"""
import argparse
import fcntl
import json
import os
import shutil
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "blackbox")]
from claude_tree import ClaudeTree  # noqa: E402
from measure import Launcher, clean_environment, run  # noqa: E402

MUST = {"SessionEnd": (15, 50), "Stop": (15, 50), "SubagentStop": (15, 50), "SessionStart": (None, None),
        "PreCompact": (None, 100)}
SHELL = ["sh", "-c", 'exec "$0" hook "$1" < "$2"']


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def wait_until_idle(home):
    """Until no run of csb holds its lock."""
    while True:
        with open(os.path.join(home, ".local/share/csb/lock"), "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(0.005)


def corpus(home, sessions):
    tree = ClaudeTree(os.path.join(home, ".claude"))
    for n in range(sessions - 1):
        tree.session(prompts=2, cwd="/home/ada/project%d" % (n % 50))
    big = tree.session(prompts=2, cwd="/home/ada/big")
    for _ in range(50):
        big.fill(os.path.getsize(big.path) + 1_000_000)
    return big


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--csb", default=os.environ.get("CSB_BINARY", "build/release/src/cli/csb"))
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--sessions", type=int, default=5000)
    options.add_argument("--event", action="append", choices=sorted(MUST), help="may be repeated")
    options.add_argument("--plugin", action="store_true", help="through the plugin's wrapper, as the client starts it")
    given = options.parse_args()
    csb = os.path.abspath(given.csb)
    home = tempfile.mkdtemp(prefix="csb-bench-hooks.")
    try:
        big = corpus(home, given.sessions)
        env = clean_environment(home)
        run([csb, "backup", "--quiet"], env, home)
        event_file = os.path.join(home, "event.json")
        with open(event_file, "w", encoding="utf-8") as f:
            json.dump({"session_id": big.id, "transcript_path": big.path, "cwd": big.cwd, "source": "startup"}, f)
        wrapper = []
        if given.plugin:
            os.makedirs(os.path.join(home, ".local/bin"))
            os.symlink(csb, os.path.join(home, ".local/bin/csb"))
            wrapper = ["sh", "-c", 'exec sh "$0" hook "$1" < "$2"', os.path.join(HERE, "../../plugin/scripts/run-csb")]
        print("| event | p50 | p99 | must |\n|---|---|---|---|")
        for event in given.event or MUST:
            times = []
            for number in range(given.runs):
                big.turn("question %d" % number, "answer %d " % number + "x" * 20_000)
                times.append(1000 * run([*(wrapper or SHELL + [csb]), event, event_file], env, home).seconds)
                wait_until_idle(home)
                time.sleep(0.03)
            bounds = MUST[event]
            must = ", ".join("%s < %d ms" % pair for pair in zip(("p50", "p99"), bounds) if pair[1])
            print("| %s | %.1f ms | %.1f ms | %s |" % (event, percentile(times, 0.5), percentile(times, 0.99), must),
                  flush=True)
        time.sleep(12)     # the last wishes are fulfilled
        wait_until_idle(home)
    finally:
        if Launcher.process is not None:
            Launcher.process.stdin.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
