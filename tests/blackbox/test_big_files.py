"""Files far larger than memory: stored to the byte, in bounded memory, and cheap to append to."""
import hashlib
import os
import subprocess
import sys

from harness import CsbTest, main

SLICE = 1 << 20
GB = 1 << 30
MEMORY_KB = 64 * 1024
INDEXING_KB = 97 * 1000
MANY_WORDS = """
import json, random, sys
rows = open(sys.argv[1], encoding="utf-8").read().splitlines()
with open(sys.argv[1], "w", encoding="utf-8") as f:
    for n, row in enumerate(map(json.loads, rows)):
        if row["type"] == "user":
            row["message"]["content"] = random.Random(n).randbytes(6_500_000).hex(" ", 4) + " at-the-end"
        f.write(json.dumps(row) + "\\n")
"""


def blob_id(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class BigFiles(CsbTest):
    def measured(self, *args):
        """-> (exit status, peak resident KB)"""
        process = self.start("--quiet", *args)
        process.stdout.close()
        process.stderr.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return process.returncode, usage.ru_maxrss

    def assert_slices(self, rel, size, known):
        """The stored slices are the file's: `known` {index: content}, zeros elsewhere."""
        stored = self.git.text("ls-tree", self.git.branch() + ":" + rel).splitlines()
        self.assertEqual(len(stored), (size + SLICE - 1) // SLICE)
        zeros = blob_id(bytes(SLICE))
        for index, line in enumerate(stored):
            meta, name = line.split("\t")
            self.assertEqual(name, "%06d.csb" % index)
            expected = blob_id(known[index]) if index in known else zeros
            self.assertEqual(meta.split(), ["100644", "blob", expected], "slice %d" % index)

    def slice_at(self, path, index):
        with open(path, "rb") as f:
            f.seek(index * SLICE)
            return f.read(SLICE)

    def test_a_sparse_file_of_three_gigabytes(self):
        session = self.tree.session()
        rel = session.directory + "/tool-results/huge.txt"
        path = self.tree.write(rel, "begin\n")
        size = 3 * GB + 5
        os.truncate(path, size)
        with open(path, "r+b") as f:
            f.seek(size - 4)
            f.write(b"end\n")
        self.tree.stamp(rel)
        status, peak = self.measured("backup")
        self.assertEqual(status, 0)
        self.assertLess(peak, MEMORY_KB)
        last = size // SLICE
        self.assert_slices(rel, size, {0: self.slice_at(path, 0), last: self.slice_at(path, last)})
        self.git.fsck()

        self.tree.append(rel, "appended\n")
        report = self.backup()
        self.assertEqual([(c["op"], c["size"]) for c in report["changes"]], [("grow", size + 9)])
        self.assertLess(report["bytes_read"], 2 * SLICE + 4096 * last)
        self.assert_slices(rel, size + 9, {0: self.slice_at(path, 0), last: self.slice_at(path, last)})

    def test_a_transcript_of_three_gigabytes(self):
        session = self.tree.session()
        session.turn("the first question", "the first answer")
        os.truncate(session.path, 3 * GB)   # one line of three gigabytes
        with open(session.path, "ab") as f:
            f.write(b"\n")
        session.turn("the last question", "the last answer")
        status, peak = self.measured("backup")
        self.assertEqual(status, 0)
        self.assertLess(peak, MEMORY_KB)
        self.assertEqual([(s["id"], s["messages"]) for s in self.list()], [(session.id, 8)])
        size = os.path.getsize(session.path)
        last = size // SLICE
        self.assert_slices(session.rel, size, {0: self.slice_at(session.path, 0), last: self.slice_at(session.path, last)})

    def test_a_few_rows_of_many_words(self):
        """What indexing keeps of a row grows with the different words in it."""
        session = self.tree.session(prompts=3)
        subprocess.run([sys.executable, "-c", MANY_WORDS, session.path], check=True)    # this process has to stay small
        self.backup()
        status, peak = self.measured("search", "giraffe")
        self.assertEqual(status, 1)
        self.assertLess(peak, INDEXING_KB)
        self.assertEqual(3, len(self.csb("search", "--json", "at-the-end").json_lines()))

    def test_many_large_files_at_once(self):
        """One slice of memory for each thread, not for each file."""
        session = self.tree.session()
        for number in range(12):
            rel = "%s/tool-results/%d.txt" % (session.directory, number)
            with open(self.tree.write(rel, ""), "wb") as f:
                for block in range(30):
                    f.write(hashlib.shake_128(b"%d %d" % (number, block)).digest(SLICE))
            self.tree.stamp(rel)
        status, peak = self.measured("backup")
        self.assertEqual(status, 0)
        self.assertLess(peak, MEMORY_KB)
        for check in (["verify"], ["verify", "--quick"]):   # a mapped pack must not pile up in memory either
            status, peak = self.measured(*check)
            self.assertEqual((check, status), (check, 0))
            self.assertLess(peak, MEMORY_KB, check)
        self.assert_stored()   # last: a process begins with the peak of the one that starts it


if __name__ == "__main__":
    main()
