"""Byte for byte: whatever a file holds and whatever it is called, what git has is what was on disk."""
import os
import random

from harness import CsbTest, main

SLICE = 1 << 20

CONTENTS = {
    "empty": b"",
    "one-byte": b"x",
    "newline": b"\n",
    "crlf": b"one\r\ntwo\r\n\r\n",
    "mixed-ends": b"one\rtwo\nthree\r\n",
    "nul": b"a\0b\0\0",
    "bom": b"\xef\xbb\xbf{}\n",
    "invalid-utf8": b"\xff\xfe\x80\xc3(\xed\xa0\x80\n",
    "every-byte": bytes(range(256)) * 3,
    "git-keywords": b"$Id$ $Date$ version https://git-lfs.github.com/spec/v1\n",
    "half-line": b'{"type":"user"',
    "torn-middle": b'{"type":"us{"type":"user","message":{}}\n',
    "deep": b"[" * 100000 + b"]" * 100000 + b"\n",
    "long-line": b'{"x":"' + b"y" * 3_000_000 + b'"}\n',
}


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


class Bytes(CsbTest):
    def names_in(self, directory):
        return [n for n in self.git.tree() if n.startswith(os.fsencode(directory) + b"/")]

    def test_contents(self):
        session = self.tree.session()
        rels = [session.rel]
        for name, data in CONTENTS.items():
            rels.append(session.directory + "/tool-results/%s.txt" % name)
            self.tree.write(rels[-1], data)
        for name, data in CONTENTS.items():   # as transcripts: parsed, whatever they hold
            rels.append("projects/-odd/%s.jsonl" % self.tree.session_id(sum(map(ord, name))))
            self.tree.write(rels[-1], data)
        self.backup()
        self.assert_stored(*rels)
        self.git.fsck()
        self.assertEqual(self.backup()["changes"], [])

    def test_nothing_of_git_changes_them(self):
        """Attributes, line-ending settings and filters of the person's git have no say."""
        with open(os.path.join(self.home, ".gitconfig"), "w") as f:
            f.write("[core]\n\tautocrlf = true\n\teol = crlf\n\tsafecrlf = true\n\tattributesFile = ~/.gitattributes\n"
                    "[filter \"lfs\"]\n\tclean = false\n\tsmudge = false\n\trequired = true\n"
                    "[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = /bin/false\n[user]\n\tsigningkey = x\n"
                    "[core]\n\thooksPath = /nonexistent\n[init]\n\tdefaultObjectFormat = sha256\n")
        with open(os.path.join(self.home, ".gitattributes"), "w") as f:
            f.write("* text=auto eol=crlf ident working-tree-encoding=UTF-16 filter=lfs\n")
        self.tree.write(".gitattributes", "* text eol=crlf ident\n")
        rels = []
        for name in ("crlf", "mixed-ends", "git-keywords", "nul"):
            rels.append("commands/%s.md" % name)
            self.tree.write(rels[-1], CONTENTS[name])
        self.tree.session()
        env = {"GIT_DIR": "/nonexistent", "GIT_INDEX_FILE": "/nonexistent", "GIT_OBJECT_DIRECTORY": "/nonexistent",
               "GIT_WORK_TREE": "/nonexistent", "GIT_CEILING_DIRECTORIES": "/", "GIT_NAMESPACE": "x",
               "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.autocrlf", "GIT_CONFIG_VALUE_0": "input"}
        self.csb("backup", env=env)
        self.assert_stored(*rels)
        self.git.fsck()

    def test_sizes_around_slices(self):
        session = self.tree.session()
        rels = []
        for size in (SLICE - 1, SLICE, SLICE + 1, 2 * SLICE - 1, 2 * SLICE, 2 * SLICE + 1, 4 << 20, (4 << 20) + 1):
            rels.append(session.directory + "/tool-results/%d.txt" % size)
            self.tree.write(rels[-1], noise(size, size))
        self.backup()
        self.assert_stored(*rels)
        for rel in rels:
            with open(self.tree.path(rel), "rb") as f:
                self.assertEqual(self.git.archived(rel), f.read(), rel)
        self.git.fsck()

    def test_growth_across_every_border(self):
        session = self.tree.session()
        rel = session.directory + "/tool-results/growing.txt"
        data = noise(4 * SLICE)
        sizes = [0, 1, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE, 2 * SLICE + 5, 4 * SLICE]
        for size in sizes:
            self.tree.write(rel, b"") if size == 0 else None
            with open(self.tree.path(rel), "ab") as f:
                f.write(data[f.tell():size])
            self.tree.stamp(rel)
            report = self.backup()
            self.assertEqual([c["op"] for c in report["changes"] if c["path"] == rel], ["grow" if size else "add"])
            self.assert_stored(rel)
        for size in reversed(sizes[:-1]):
            os.truncate(self.tree.path(rel), size)
            self.tree.stamp(rel)
            self.assertEqual([c["op"] for c in self.backup()["changes"]], ["shrink"])
            self.assert_stored(rel)
        versions = [self.git.files(commit)[os.fsencode(rel)] for commit in self.git.commits()]
        self.assertEqual([len(v) for v in versions], sizes[:-1] + sizes[::-1])
        for version in versions:
            self.assertEqual(version, data[:len(version)])
        self.git.fsck()

    def test_a_byte_in_any_slice(self):
        """Rewritten in place with the same size: found when the stamp differs, whatever slice it is in."""
        session = self.tree.session()
        rel = session.directory + "/tool-results/x.txt"
        data = bytearray(noise(3 * SLICE + 100))
        self.tree.write(rel, bytes(data))
        self.backup()
        for at in (3 * SLICE + 50, 3 * SLICE, 2 * SLICE - 1, SLICE - 4096, SLICE + SLICE // 2, 0):
            data[at] ^= 1
            self.tree.write(rel, bytes(data))
            self.assertEqual([c["op"] for c in self.backup()["changes"]], ["rewrite"], "byte %d" % at)
            self.assert_stored(rel)

    def test_names(self):
        session = self.tree.session()
        folder = os.fsencode(self.tree.path(session.directory, "tool-results"))
        os.makedirs(folder)
        names = [b"with space", b" leading", b"trailing ", b"new\nline", b"tab\t", b"quote\"'", b"back\\slash", b"-dash",
                 b"*?[x]", b":(literal)", b"caf\xc3\xa9", b"cafe\xcc\x81", b"\xff\xfe", b"\x1b[31m", b"\x01", b"n" * 255,
                 b"A", b"a", b"...", b"000000.csbx", b"0.csb", b"x.lock", b"HEAD", b"@{1}", b"con", b"~", b"a:b"]
        for number, name in enumerate(names):
            with open(os.path.join(folder, name), "wb") as f:
                f.write(b"%d" % number)
        deep = folder
        for _ in range(10):
            deep = os.path.join(deep, b"d" * 200)
        os.makedirs(deep)
        with open(os.path.join(deep, b"deep"), "wb") as f:
            f.write(b"deep")
        report = self.backup()
        self.assertEqual(report["problems"], [])
        self.assert_stored()
        self.assertEqual(len(self.names_in(session.directory)), len(names) + 1)
        self.git.fsck()
        self.assertEqual(self.backup()["changes"], [])
        for name in names:
            os.unlink(os.path.join(folder, name))
        self.assertEqual(self.backup()["deleted"], len(names))

    def test_names_in_the_record(self):
        import base64
        import json
        session = self.tree.session()
        rel = os.fsencode(session.directory) + b"/tool-results/\xff.txt"
        os.makedirs(os.path.dirname(os.path.join(os.fsencode(self.claude), rel)))
        with open(os.path.join(os.fsencode(self.claude), rel), "wb"):
            pass
        self.backup()
        lines = [json.loads(x) for x in self.git.out("show", self.git.branch() + ":.csb/changes.jsonl").splitlines()]
        self.assertIn(rel, [base64.b64decode(x["path_b64"]) for x in lines if "path_b64" in x])
        self.assertIn(session.rel, [x.get("path") for x in lines])

    def test_hard_links_and_sparse_files(self):
        session = self.tree.session()
        rel = "file-history/%s/0123456789abcdef@v1" % session.id
        self.tree.write(rel, "x" * 5000)
        os.link(self.tree.path(rel), self.tree.path("file-history/%s/0123456789abcdef@v2" % session.id))
        sparse = session.directory + "/tool-results/sparse.txt"
        self.tree.write(sparse, "")
        os.truncate(self.tree.path(sparse), 20 << 20)
        with open(self.tree.path(sparse), "r+b") as f:
            f.seek(15 << 20)
            f.write(b"middle")
        report = self.backup()
        self.assert_stored()
        self.assertLess(report["bytes_written"], 100000)
        self.git.fsck()

    def test_every_version_of_random_edits(self):
        """What was on disk at each backup is in that backup's commit, for ever."""
        rand = random.Random(7)
        session = self.tree.session()
        rels = [session.directory + "/tool-results/%d.txt" % n for n in range(6)]
        states = []
        for step in range(25):
            for rel in rels:
                self.edit(rel, rand)
            self.backup()
            states.append({rel: self.read(rel) for rel in rels})
        commits = self.git.commits()[::-1]
        self.assertEqual(len(commits), len(states))
        for commit, state in zip(commits, states):
            files = self.git.files(commit)
            for rel, data in state.items():
                self.assertEqual(files.get(rel.encode()), data, rel)
        self.git.fsck()

    def read(self, rel):
        try:
            with open(self.tree.path(rel), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def edit(self, rel, rand):
        data = self.read(rel) or b""
        kind = rand.choice(["append", "append", "append", "shrink", "rewrite", "insert", "delete", "nothing"])
        at = rand.randrange(len(data) + 1)
        more = rand.randbytes(rand.choice([1, 4096, 200_000, SLICE - len(data) % SLICE, SLICE + 3]))
        if kind == "nothing":
            return
        if kind == "delete":
            if os.path.exists(self.tree.path(rel)):
                os.unlink(self.tree.path(rel))
            return
        if rand.random() < 0.3 and os.path.exists(self.tree.path(rel)):
            os.unlink(self.tree.path(rel))   # a new inode
        self.tree.write(rel, {"append": data + more, "shrink": data[:at], "rewrite": data[:at] + more,
                              "insert": data[:at] + more + data[at:]}[kind])


if __name__ == "__main__":
    main()
