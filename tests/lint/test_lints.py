#!/usr/bin/env python3
"""Every lint can fail: each is given a small bad tree and must name the line, and a good one and must not."""
import os
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_claims  # noqa: E402
import check_cppcheck  # noqa: E402
import check_forbidden  # noqa: E402
import check_format  # noqa: E402
import check_layers  # noqa: E402
import check_size  # noqa: E402
import check_third_party  # noqa: E402
import check_words  # noqa: E402

GOOD = {
    "include/csb/util/text.hpp": "#pragma once\n#include <string>\n",
    "include/csb/model/file.hpp": '#pragma once\n#include "csb/util/text.hpp"\n',
    "include/csb/scan/walk.hpp": '#pragma once\n#include "csb/model/file.hpp"\n',
    "include/csb/archive/store.hpp": '#pragma once\n#include "csb/model/file.hpp"\n',
    "include/csb/source/claude_code/policy.hpp": '#pragma once\n#include "csb/scan/walk.hpp"\n',
    "include/csb/app/backup.hpp": '#pragma once\n#include "csb/archive/store.hpp"\n',
    "src/archive/git2.hpp": "#pragma once\n#include <git2.h>\n",
    "src/archive/store.cpp": '#include "csb/archive/store.hpp"\n#include <sys/stat.h>\n#include "git2.hpp"\n'
                             '// never system("x"), never git_checkout_tree\n'
                             'const char* kText = "popen(";\n'
                             "void f(S& s) { s.system(); }\n",
    "src/cli/main.cpp": '#include <CLI/CLI.hpp>\n#include <fmt/format.h>\n#include "csb/app/backup.hpp"\n',
}


class Lints(unittest.TestCase):
    def violations(self, check, files=None, good=True):
        """What `check` says of the good tree with `files` added or replaced."""
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**(GOOD if good else {}), **(files or {})}.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as f:
                    f.write(text)
            return check(root)

    def assert_found(self, check, path, text, line=1):
        found = self.violations(check, {path: text})
        self.assertEqual(["%s:%d" % (path, line)], sorted({":".join(v.split(":")[:2]) for v in found}), found)

    def test_a_good_tree_passes_every_lint(self):
        for module in (check_layers, check_third_party, check_forbidden, check_size, check_words):
            self.assertEqual([], self.violations(module.check), module.__name__)

    def test_claims(self):
        tree = {"docs/threat-model.md": "| cannot | test |\n|---|---|\n| a | `blackbox/test_x.py::test_is` |\n"
                                        "| b | `blackbox/test_x.py::test_is_not` |\n| c | none |\n"
                                        "| d | `unit/x_test.cpp::it is`, `fuzz/fuzz_x.cpp` |\n| e | `fuzz/fuzz_y.cpp` |\n",
                "tests/blackbox/test_x.py": "def test_is(self):\n", "tests/unit/x_test.cpp": 'TEST_CASE("it is") {\n',
                "tests/fuzz/fuzz_x.cpp": "\n"}
        found = self.violations(check_claims.check, tree)
        self.assertEqual(["docs/threat-model.md:%d" % n for n in (4, 5, 7)],
                         [":".join(v.split(":")[:2]) for v in found], found)

    def test_layers(self):
        bad = {
            "include/csb/util/bad.hpp": '#include "csb/model/file.hpp"\n',
            "include/csb/model/bad.hpp": '#include "csb/scan/walk.hpp"\n',
            "src/scan/bad.cpp": '#include "csb/archive/store.hpp"\n',
            "src/catalogue/bad.cpp": '#include "csb/scan/walk.hpp"\n',
            "src/transcript/bad.cpp": '#include "csb/source/claude_code/policy.hpp"\n',
            "src/source/claude_code/bad.cpp": '#include "csb/archive/store.hpp"\n',
            "src/source/claude_ai/bad.cpp": '#include "csb/source/claude_code/policy.hpp"\n',
            "src/app/bad.cpp": '#include "cli/render.hpp"\n',
            "src/catalogue/private.cpp": '#include "archive/git2.hpp"\n',
            "src/app/missing.cpp": '#include "csb/app/missing.hpp"\n',
            "src/stray/new.cpp": "int x;\n",
        }
        for path, text in bad.items():
            with self.subTest(path):
                extra = {path: text, "src/cli/render.hpp": "#pragma once\n"}
                found = self.violations(check_layers.check, extra)
                self.assertEqual(1, len(found), found)
                self.assertTrue(found[0].startswith(path + ":1: "), found)

    def test_public_header_includes_private(self):
        self.assert_found(check_layers.check, "include/csb/archive/bad.hpp", '#include "archive/git2.hpp"\n')

    def test_third_party(self):
        for path, text in {
            "src/app/bad.cpp": "#include <nlohmann/json.hpp>\n",
            "src/catalogue/bad.cpp": "#include <git2.h>\n",
            "src/transcript/bad.cpp": "#include <zlib.h>\n",
            "src/cli/bad.cpp": "#include <SQLiteCpp/SQLiteCpp.h>\n",
            "src/app/cli.cpp": "#include <CLI/CLI.hpp>\n",
            "include/csb/archive/bad.hpp": "#include <git2.h>\n",
            "src/util/new.cpp": "#include <boost/asio.hpp>\n",
        }.items():
            with self.subTest(path):
                self.assert_found(check_third_party.check, path, text)

    def test_forbidden(self):
        for text in ('int main() { return system("rm"); }\n', 'auto f = ::popen("x", "r");\n',
                     "int n = std::system(cmd);\n", "std::filesystem::remove_all(x);\n",
                     "git_index_add_bypath(i, p);\n", "git_index_add_all(i, 0, 0, 0, 0);\n",
                     "git_checkout_tree(r, t, o);\n", "git_blob_create_from_disk(o, r, p);\n",
                     "git_status_list_new(o, r, p);\n", "#include <regex>\n", "#include <filesystem>\n",
                     "#include <format>\n"):
            with self.subTest(text):
                self.assert_found(check_forbidden.check, "src/archive/bad.cpp", "\n" + text, line=2)

    def test_size(self):
        self.assert_found(check_size.check, "src/util/long.cpp", "int x;\n" * 501, line=501)
        self.assertEqual([], self.violations(check_size.check, {"src/util/long.cpp": "int x;\n" * 500}))

    def test_words(self):
        for text in ("see /wo" + "rk/x\n", "cd /ro" + "ot/.claude\n", "// TO" + "DO later\n", "# FIX" + "ME\n",
                     "<" * 7 + " HEAD\n"):
            with self.subTest(text):
                self.assert_found(check_words.check, "docs/page.md", text)
        self.assertEqual([], self.violations(check_words.check, {"a.md": "$OUT/cwd and docs/homework/x, mastodon\n"}))

    def test_format(self):
        program, why_not = check_format.clang_format()
        if not program:
            self.skipTest(why_not)
        style = {".clang-format": "BasedOnStyle: Google\n"}
        bad = {"src/util/bad.cpp": "int   f( ){return 1;}\n", **style}
        self.assertTrue(self.violations(lambda root: check_format.check(root, program), bad, good=False))
        fine = {"src/util/fine.cpp": "int f() { return 1; }\n", **style}
        self.assertEqual([], self.violations(lambda root: check_format.check(root, program), fine, good=False))

    def test_cppcheck(self):
        why_not = check_cppcheck.why_not()
        if why_not:
            self.skipTest(why_not)
        with tempfile.TemporaryDirectory() as root:
            path = os.path.join(root, "x.cpp")
            for text, is_bad in (("int f() { int a[2] = {}; return a[2]; }\n", True),
                                 ("#ifdef O_PATH\nint f() { int a[2] = {}; return a[2]; }\n#endif\n", True),
                                 ("int f() { int a[2] = {}; return a[1]; }\n", False)):
                with open(path, "w", encoding="utf-8") as f:
                    f.write(text)
                self.assertEqual(is_bad, any("arrayIndexOutOfBounds" in c for c in check_cppcheck.check(path)), text)


if __name__ == "__main__":
    unittest.main()
