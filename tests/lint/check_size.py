#!/usr/bin/env python3
"""File length. Over 300 lines: named, ask what second thing the file does. Over 500: refused."""
from source_tree import cpp_files, read, run

ASK, REFUSE = 300, 500


def check(root):
    sizes = sorted(((read(root, p).count("\n"), p) for p in cpp_files(root, ("include", "src", "tests"))), reverse=True)
    if sizes:
        print("%d files, median %d lines, longest %d" % (len(sizes), sizes[len(sizes) // 2][0], sizes[0][0]))
    for lines, path in sizes:
        if ASK < lines <= REFUSE:
            print("note: %s has %d lines" % (path, lines))
    return ["%s:%d: longer than %d lines" % (path, lines, REFUSE) for lines, path in sizes if lines > REFUSE]


if __name__ == "__main__":
    run(check)
