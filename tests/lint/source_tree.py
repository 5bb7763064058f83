"""What the lints share: the product's files, their includes, and C++ text without comments and strings.

Every lint is a function `check(root)` that returns a list of violations, each one line beginning with
"path:line: ". run() prints them and turns them into an exit status.
"""
import os
import re
import sys

PRODUCT = ("include", "src")
CPP = (".cpp", ".hpp")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
# Comments, strings (raw ones too) and characters, in one pass so that each hides the others.
NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def cpp_files(root, tops=PRODUCT):
    """Paths relative to `root`, sorted."""
    found = []
    for top in tops:
        for base, _, names in os.walk(os.path.join(root, top)):
            found += [os.path.relpath(os.path.join(base, n), root) for n in names if n.endswith(CPP)]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def code(text):
    """The text with comments and literals blanked out; every line keeps its number."""
    return NOISE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def includes(root, path):
    """-> [(line number, '<' or '"', name)]"""
    found = []
    for number, line in enumerate(read(root, path).splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            found.append((number, match.group(1), match.group(2)))
    return found


def layer_of(path):
    """The layer a product file belongs to: "util", …, "source", "source/claude_code". None outside the product.

    include/csb/<layer>/… and src/<layer>/…; src/main.cpp is part of cli.
    """
    parts = path.split(os.sep)
    if parts[:2] == ["include", "csb"]:
        parts = parts[2:]
    elif parts[:1] == ["src"]:
        parts = parts[1:]
    else:
        return None
    if len(parts) == 1:
        return "cli"
    return "/".join(parts[:2]) if parts[0] == "source" and len(parts) > 2 else parts[0]


def run(check):
    """main() of a lint: `lint ROOT`."""
    violations = check(sys.argv[1] if len(sys.argv) > 1 else os.getcwd())
    for line in violations:
        print(line)
    sys.exit(1 if violations else 0)
