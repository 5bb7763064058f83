#!/usr/bin/env python3
"""Calls and headers that product code does not use, each with its reason."""
import re

from source_tree import code, cpp_files, includes, read, run

CALLS = (
    (r"(?<![\w.>])system\s*\(", "runs a shell: file names become commands"),
    (r"(?<![\w.>])popen\s*\(", "runs a shell: file names become commands"),
    (r"\bfilesystem\s*::", "races and throws: the *at() calls of util/fd and util/fs"),
    (r"\bremove_all\s*\(", "deletes what it did not make"),
    (r"\bgit_index_add_(bypath|all)\b", "writes loose objects through the filters of an adopted repository"),
    (r"\bgit_checkout_\w+", "writes into a work tree"),
    (r"\bgit_blob_create_from_(disk|workdir)\b", "applies filters, writes loose objects"),
    (r"\bgit_status_\w+", "walks the work tree and refreshes the index of an adopted repository"),
)
HEADERS = {
    "regex": "stack overflow and exponential time on file content",
    "filesystem": "races, throws, and costs a second of compile time",
    "format": "g++ 12 and clang 14 have none: fmt",
}


def check(root):
    violations = []
    for path in cpp_files(root):
        for line, _, name in includes(root, path):
            if name in HEADERS:
                violations.append("%s:%d: <%s>: %s" % (path, line, name, HEADERS[name]))
        for number, text in enumerate(code(read(root, path)).splitlines(), 1):
            for pattern, reason in CALLS:
                if re.search(pattern, text):
                    violations.append("%s:%d: forbidden call (%s): %s" % (path, number, reason, text.strip()))
    return violations


if __name__ == "__main__":
    run(check)
