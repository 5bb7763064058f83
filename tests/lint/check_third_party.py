#!/usr/bin/env python3
"""Third-party libraries: each is seen by the layers that own it, and by no public header.

Whatever is not in the tables is a violation, so that a new library is a decision and not an accident.
"""
import os
import re

from source_tree import cpp_files, includes, layer_of, run

ANYWHERE = None
OWNERS = (   # header pattern -> layers that may include it
    (r"fmt/", ANYWHERE),
    (r"nlohmann/", {"transcript", "archive", "source", "cli"}),
    (r"simdjson\.h$", {"transcript"}),
    (r"re2/", {"transcript"}),
    (r"git2(\.h$|/)", {"archive"}),
    (r"isa-l(\.h$|/)", {"archive"}),
    (r"libdeflate\.h$", {"archive"}),
    (r"zlib\.h$", {"archive"}),
    (r"openssl/", {"archive", "source/claude_ai"}),
    (r"SQLiteCpp/", {"catalogue", "source/claude_ai"}),
    (r"sqlite3\.h$", {"catalogue", "source/claude_ai"}),
    (r"CLI/", {"cli"}),
    (r"curl/", {"source/claude_ai"}),
    (r"zip\.h$", {"source/claude_ai"}),
)
# The C++ library has no extension; the rest is the system's.
SYSTEM = re.compile(r"^[a-z_]+$|^(sys|linux|arpa|netinet|mach|asm)/|"
                    r"^(cpuid|dirent|dlfcn|errno|fcntl|fnmatch|ftw|glob|grp|langinfo|limits|link|locale|malloc|poll|pthread|pwd|sched|signal|"
                    r"spawn|stdio|stdlib|string|strings|syslog|termios|time|unistd|utime|utmpx|wchar|copyfile|"
                    r"mach-o/dyld|[a-z0-9]+intrin)\.h$")


def owners(name):
    """-> (known, layers or ANYWHERE)"""
    for pattern, layers in OWNERS:
        if re.match(pattern, name):
            return True, layers
    return False, ANYWHERE


def check(root):
    violations = []
    for path in cpp_files(root):
        layer = layer_of(path)
        for line, bracket, name in includes(root, path):
            known, layers = owners(name)
            if not known:
                if bracket == "<" and not SYSTEM.match(name):
                    violations.append("%s:%d: <%s> is in no table of this check" % (path, line, name))
                continue
            if layers is not ANYWHERE and layer not in layers and layer.split("/")[0] not in layers:
                violations.append("%s:%d: layer %s may not include %s" % (path, line, layer, name))
            if path.startswith("include" + os.sep):
                violations.append("%s:%d: a public header includes a library (%s)" % (path, line, name))
    return violations


if __name__ == "__main__":
    run(check)
