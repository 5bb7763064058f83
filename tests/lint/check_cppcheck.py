#!/usr/bin/env python3
"""cppcheck finds nothing (scripts/analyze says what it is asked, and what it is not to say). Versions find
different things, so only the one the exceptions were written for decides: any other, or none, is a skip (exit 77)."""
import os
import re
import shutil
import subprocess
import sys

VERSION = "2.10"   # Debian 12's
SKIPPED = 77
ANALYZE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts/analyze")


def why_not():
    """-> why it cannot be asked here; empty when it can"""
    if not shutil.which("cppcheck"):
        return "cppcheck is not installed"
    said = subprocess.run(["cppcheck", "--version"], capture_output=True, text=True).stdout
    found = re.search(r"([0-9]+\.[0-9]+)", said)
    return "" if found and found.group(1) == VERSION else "it is " + said.strip()


def check(*files):
    """-> lines of complaint about these files (none: the whole product)"""
    done = subprocess.run([ANALYZE, "--no-install", "--only", "cppcheck", *files], capture_output=True, text=True)
    return done.stderr.splitlines() or [done.stdout] if done.returncode else []


if __name__ == "__main__":
    reason = why_not()
    if reason:
        print("skipped: %s; asked is version %s" % (reason, VERSION))
        sys.exit(SKIPPED)
    complaints = check()
    print("\n".join(complaints[:100]))
    sys.exit(1 if complaints else 0)
