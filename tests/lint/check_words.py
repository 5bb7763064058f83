#!/usr/bin/env python3
"""What no file of the project says: paths of the machine it was written on, and work left open.

(The patterns are spelled so that they do not match themselves.)
"""
import os
import re
import subprocess

from source_tree import run

WORDS = (
    (r"(?<![\w.$}])/wor[k]/", "a path of one machine"),
    (r"(?<![\w.$}])/roo[t]/", "a path of one machine"),
    (r"\b(TO[D]O|FIX[M]E|XX[X])\b", "work left open: do it, or say in an issue why not"),
    (r"^(<{7}|>{7}) ", "an unresolved merge"),
)
SKIP_DIRECTORIES = {".git", "build", "__pycache__", "fixtures"}


def files(root):
    """Tracked files; every file of a tree that is not a git repository (a release tarball)."""
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            capture_output=True)
    if listed.returncode == 0 and os.path.exists(os.path.join(root, ".git")):
        names = [os.fsdecode(n) for n in listed.stdout.split(b"\0") if n]
        return [n for n in names if not SKIP_DIRECTORIES & set(n.split("/"))]
    found = []
    for base, dirs, names in os.walk(root):
        dirs[:] = [d for d in dirs if d not in SKIP_DIRECTORIES and not d.startswith("build-")]
        found += [os.path.relpath(os.path.join(base, n), root) for n in names]
    return found


def check(root):
    violations = []
    for path in sorted(files(root)):
        full = os.path.join(root, path)
        if not os.path.isfile(full) or os.path.islink(full):
            continue
        with open(full, "rb") as f:
            data = f.read()
        if b"\0" in data[:8000]:
            continue
        for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
            for pattern, reason in WORDS:
                if re.search(pattern, line):
                    violations.append("%s:%d: %s: %s" % (path, number, reason, line.strip()[:120]))
    return violations


if __name__ == "__main__":
    run(check)
