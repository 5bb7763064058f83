"""The main flows under valgrind: no read of what was never written, none beyond an end, no memory lost for good.

    CSB_BINARY=… python3 test_valgrind.py

The sanitizers look at csb alone; this also looks at what it makes libgit2, SQLite and ISA-L read.
"""
import os
import re
import unittest

from scene import DONE, FaultTest, full_main, need

FOUND = 99
SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support/valgrind.supp")


def why_not(binary):
    """-> why this build says nothing under valgrind; None when it does"""
    with open(binary, "rb") as f:
        found = re.search(rb"__[at]san_init|libisal\.so", f.read())
    return found and "this csb was built with %s; scripts/valgrind builds one without" % found[0].decode()


class Valgrind(FaultTest):
    def setUp(self):
        super().setUp()
        need("valgrind")
        if why_not(self.binary):
            raise unittest.SkipTest(why_not(self.binary))
        self.flows = 0

    def flow(self, *args, status=DONE):
        log = os.path.join(self.scratch, "valgrind.%d" % self.flows)
        result = self.csb(*args, status=None, timeout=600, wrap=(
            "valgrind", "--quiet", "--error-exitcode=%d" % FOUND, "--leak-check=full", "--num-callers=20",
            "--errors-for-leak-kinds=definite", "--show-leak-kinds=definite", "--suppressions=" + SUPPRESSIONS,
            "--log-file=" + log + ".%p"))
        said = ""
        for name in sorted(os.listdir(self.scratch)):
            if name.startswith(os.path.basename(log) + "."):
                with open(os.path.join(self.scratch, name), errors="replace") as f:
                    said += "".join(line for line in f if line.startswith("=="))   # "--": calls it does not know
        self.assertEqual(said, "", result)
        if status is not None:
            self.assertEqual(result.status, status, result)
        self.flows += 1

    def test_the_main_flows(self):
        self.make_sessions()
        self.flow("backup")
        self.flow("backup")   # nothing to do
        self.change_sessions()
        self.flow("backup")
        self.csb("verify")
        long, gone = self.sessions[5], next(s for s in self.sessions if not os.path.exists(s.path))
        self.flow("list")
        self.flow("list", "--json")
        self.flow("show", long.id)
        self.flow("search", "done")
        self.flow("search", "--regex", "d.ne")
        self.flow("cat", long.id)
        self.flow("restore", gone.id)
        self.flow("diff", self.sessions[1].id, "1", "2")
        self.flow("status")
        self.flow("tree")
        self.flow("usage")
        self.flow("verify")
        self.flow("maintain")
        self.flow("rebuild-index")
        self.assertEqual(gone.read()[:1], b"{")
        print("valgrind: %d flows, errors 0, definite leaks 0" % self.flows, flush=True)

    def test_a_store_that_is_damaged(self):
        """Paths that only bad bytes take."""
        self.make_sessions()
        self.csb("backup")
        packs = os.path.join(self.store, "objects/pack")
        pack = max((os.path.join(packs, n) for n in os.listdir(packs) if n.endswith(".pack")), key=os.path.getsize)
        os.chmod(pack, 0o600)
        with open(pack, "r+b") as f:
            f.seek(os.path.getsize(pack) // 2)
            f.write(bytes(64))
        self.tree.append(self.sessions[0].rel, '{"type":"user","message":{"role":"user","content":"torn')
        self.tree.append(self.sessions[1].rel, "\0\0\0{{{\n[[[[\n\"\\ud800\"\n")
        for args in (("backup",), ("verify",), ("cat", self.sessions[5].id), ("verify", "--repair")):
            self.flow(*args, status=None)


if __name__ == "__main__":
    full_main()
