#!/usr/bin/env python3
"""clang-format finds nothing to change. Versions differ in details, so only the project's own decides:
any other version, or none, is a skip (exit 77) that says so."""
import os
import re
import shutil
import subprocess
import sys

from source_tree import cpp_files

VERSION = 14   # Debian 12's
SKIPPED = 77


def clang_format():
    """-> the program of the right version, or None and why"""
    for name in ("clang-format-%d" % VERSION, "clang-format"):
        program = shutil.which(name)
        if program:
            said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
            found = re.search(r"version (\d+)", said)
            if found and int(found.group(1)) == VERSION:
                return program, ""
            return None, "%s is version %s" % (name, found.group(1) if found else "unknown")
    return None, "clang-format is not installed"


def check(root, program):
    """-> lines of complaint; empty when all is well"""
    files = [os.path.join(root, p) for p in cpp_files(root, ("include", "src", "tests"))]
    if not files:
        return []
    done = subprocess.run([program, "--dry-run", "-Werror", "--style=file", *files], capture_output=True, text=True)
    return done.stderr.splitlines() if done.returncode else []


if __name__ == "__main__":
    tool, why_not = clang_format()
    if not tool:
        print("skipped: %s; the format is checked with version %d" % (why_not, VERSION))
        sys.exit(SKIPPED)
    complaints = check(sys.argv[1], tool)
    print("\n".join(complaints[:100]))
    sys.exit(1 if complaints else 0)
