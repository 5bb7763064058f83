#!/usr/bin/env python3
"""Every test that docs/threat-model.md and SECURITY.md name exists, and every claim names one.

A test is named `folder/file::test`, for Python by its function, for C++ by its title; a fuzzer by its file.
"""
import os
import re

from source_tree import read, run

PAGES = ("docs/threat-model.md", "SECURITY.md")
NAMED = re.compile(r"`((?:blackbox|fault|unit|fuzz|real|lint)/[\w/]+\.(?:py|cpp))(?:::([^`]+))?`")
CLAIM = re.compile(r"^\| (?!cannot )(?!-)(.*) \| (.*) \|$")


def fault(root, path, test):
    """What is wrong with a name; empty when nothing is."""
    path = "tests/" + path
    if not os.path.exists(os.path.join(root, path)):
        return "there is no %s" % path
    if test is None:
        return "" if "/fuzz_" in path else "%s is named without a test" % path
    text = read(root, path)
    found = "def %s(" % test in text if path.endswith(".py") else 'TEST_CASE("%s"' % test in text
    return "" if found else "%s has no test '%s'" % (path, test)


def check(root):
    violations = []
    for page in PAGES:
        if not os.path.exists(os.path.join(root, page)):
            continue
        for number, line in enumerate(read(root, page).splitlines(), 1):
            wrong = [fault(root, path, test or None) for path, test in NAMED.findall(line)]
            claim = CLAIM.match(line) if "threat-model" in page else None
            if claim and not line.startswith("|---") and not NAMED.search(claim.group(2)):
                wrong.append("a claim without a test: " + claim.group(1))
            violations += ["%s:%d: %s" % (page, number, what) for what in wrong if what]
    return violations


if __name__ == "__main__":
    run(check)
