"""Restore from a store that somebody else wrote: nothing is written outside, and what is refused is named."""
import json
import os
import subprocess
import time

from harness import CsbTest, FAILED, INCOMPLETE, main, snapshot

ROW = b'{"type":"user","uuid":"u1","timestamp":"2026-01-01T00:00:00.000Z","cwd":"/home/ada/engine",' \
      b'"sessionId":"%s","message":{"role":"user","content":"hello"}}\n'


class Hostile(CsbTest):
    def setUp(self):
        super().setUp()
        self.sid = self.tree.session_id(7)
        self.transcript = ROW % self.sid.encode()
        self.folder = "projects/-home-ada-engine/"
        self.outside = os.path.join(self.home, "outside")
        os.mkdir(self.outside)
        os.makedirs(self.csb_home)
        subprocess.run(["git", "init", "-q", "--bare", self.store], check=True, env=self.git.env)

    # ---- git, without its checks
    def blob(self, data):
        return self.git.text("hash-object", "-w", "--stdin", input=data)

    def tree_of(self, entries):
        """entries: [(mode, name, oid)] in the order given, whatever the names are."""
        raw = b"".join(b"%o %s\0" % (mode, os.fsencode(name)) + bytes.fromhex(oid) for mode, name, oid in entries)
        return self.git.text("hash-object", "-w", "-t", "tree", "--literally", "--stdin", input=raw)

    def nested(self, path, mode, oid):
        """A tree in which `path` (plain components) is this entry."""
        for name in reversed(path.split("/")):
            oid, mode = self.tree_of([(mode, name, oid)]), 0o40000
        return oid

    def commit(self, tree, branch="refs/heads/main"):
        when = "%d +0000" % time.time()
        text = "tree %s\nauthor A <a@b> %s\ncommitter A <a@b> %s\n\nhostile\n" % (tree, when, when)
        oid = self.git.text("hash-object", "-w", "-t", "commit", "--literally", "--stdin", input=text.encode())
        self.git.run("update-ref", branch, oid)
        return oid

    def session_tree(self, inside=(), beside=(), top=()):
        """A tree with one honest transcript, `inside` the session's folder, `beside` the transcript, and at the top."""
        slug = [(0o100644, self.sid + ".jsonl", self.blob(self.transcript))]
        if inside:
            slug.append((0o40000, self.sid, self.tree_of(inside)))
        slug += beside
        projects = self.tree_of([(0o40000, "-home-ada-engine", self.tree_of(slug))])
        return self.tree_of([(0o40000, "projects", projects), *top])

    def csb_commit(self, changes, top_of, branch="refs/heads/laptop/claude-code"):
        """A commit as csb writes it, of the tree entries `top_of`, with these lines as its changes."""
        lines = "".join(json.dumps(change) + "\n" for change in changes).encode()
        inner = self.tree_of([(0o100644, "changes.jsonl", self.blob(lines)), (0o100644, "format", self.blob(b"1\n"))])
        return self.commit(self.tree_of([(0o40000, ".csb", inner), *top_of]), branch)

    def restore(self, status=INCOMPLETE, *args):
        before = snapshot(self.home, skip=(".claude", ".local"))
        report = self.csb("restore", self.sid, "--json", *args, status=status).json()["sessions"][0]
        self.assert_same_tree(before, snapshot(self.home, skip=(".claude", ".local")))
        self.assertEqual([], os.listdir(self.outside))
        with open(self.tree.path(self.folder + self.sid + ".jsonl"), "rb") as f:
            self.assertEqual(self.transcript, f.read())
        return {f.get("path", "?"): f["outcome"] for f in report["files"]}

    def assert_refused(self, outcomes, *paths):
        for path in paths:
            self.assertEqual("refused", outcomes.get(path), "%s in %s" % (path, outcomes))

    # ---- entries no honest tool makes
    def test_names_that_lead_out(self):
        evil = self.blob(b"evil")
        up = self.nested("../../../../outside/up", 0o100644, evil)
        self.commit(self.session_tree(inside=[
            (0o40000, "..", up), (0o40000, ".", self.nested("dot", 0o100644, evil)),
            (0o40000, ".git", self.nested("hooks/post-checkout", 0o100755, evil)),
            (0o40000, ".GiT", self.nested("config", 0o100644, evil)),
            (0o100644, "/etc/evil", evil), (0o100644, "a/../../../../../outside/slash", evil),
            (0o100644, "", evil), (0o100644, "honest", self.blob(b"honest"))]))
        outcomes = self.restore()
        inside = self.folder + self.sid + "/"
        self.assert_refused(outcomes, inside + "../../../../../outside/up", inside + "./dot",
                            inside + ".git/hooks/post-checkout", inside + ".GiT/config", inside + "/etc/evil",
                            inside + "a/../../../../../outside/slash")
        self.assertEqual("restored", outcomes[inside + "honest"])
        self.assertFalse(os.path.exists(self.tree.path(inside + ".git")))

    def test_a_transcript_under_a_hostile_folder_does_not_hide_the_honest_one(self):
        evil = self.blob(self.transcript * 5)
        slug = self.tree_of([(0o100644, self.sid + ".jsonl", self.blob(self.transcript))])
        up = self.tree_of([(0o100644, self.sid + ".jsonl", evil)])
        projects = self.tree_of([(0o40000, "-home-ada-engine", slug), (0o40000, "..", up)])
        self.commit(self.tree_of([(0o40000, "projects", projects)]))
        self.assert_refused(self.restore(), "projects/../%s.jsonl" % self.sid)

    def test_links_that_lead_out(self):
        self.commit(self.session_tree(inside=[
            (0o120000, "absolute", self.blob(self.outside.encode())),
            (0o120000, "relative", self.blob(b"../../../../outside")),
            (0o120000, "secret", self.blob(b"../../../.credentials.json")),
            (0o120000, "winding", self.blob(self.claude.encode() + b"/projects/../../outside")),
            (0o120000, "honest", self.blob(b"../%s.jsonl" % self.sid.encode())),
            (0o120000, "nul", self.blob(b"a\0b"))]))
        outcomes = self.restore()
        inside = self.folder + self.sid + "/"
        self.assert_refused(outcomes, *(inside + n for n in ("absolute", "relative", "secret", "winding", "nul")))
        self.assertEqual("restored", outcomes[inside + "honest"])

    def test_a_link_and_then_a_file_through_it(self):
        link = self.blob(self.outside.encode())
        through = self.tree_of([(0o100644, "planted", self.blob(b"evil"))])
        self.commit(self.session_tree(inside=[(0o120000, "sub", link), (0o40000, "sub", through)]))
        outcomes = self.restore()
        self.assert_refused(outcomes, self.folder + self.sid + "/sub")

    def test_a_link_in_one_commit_and_a_file_through_it_in_the_next(self):
        inside = self.folder + self.sid + "/"
        sub = [(0o120000, "sub", self.blob(b"../../../../outside"))]
        self.commit(self.session_tree(inside=sub))
        self.restore()
        self.assertFalse(os.path.lexists(self.tree.path(inside + "sub")))

    def test_the_transcript_is_a_link(self):
        slug = [(0o120000, self.sid + ".jsonl", self.blob(self.outside.encode() + b"/x"))]
        projects = self.tree_of([(0o40000, "-home-ada-engine", self.tree_of(slug))])
        self.commit(self.tree_of([(0o40000, "projects", projects)]))
        self.csb("restore", self.sid, status=(FAILED, INCOMPLETE))
        self.assertFalse(os.path.lexists(self.tree.path(self.folder + self.sid + ".jsonl")))

    def test_secrets_are_not_brought_back(self):
        self.commit(self.session_tree(inside=[(0o100644, ".credentials.json", self.blob(b"planted")),
                                              (0o100644, "x.key", self.blob(b"planted"))]))
        outcomes = self.restore()
        inside = self.folder + self.sid + "/"
        self.assert_refused(outcomes, inside + ".credentials.json", inside + "x.key")

    def test_another_repository_inside(self):
        self.commit(self.session_tree(inside=[(0o160000, "module", "1" * 40), (0o100644, "a", self.blob(b"a"))]))
        self.assertEqual({"restored"}, set(self.restore(0).values()))

    # ---- records no csb writes
    def record(self, path, **kw):
        return {"path": path, "op": "add", "size": 4, "mtime_ns": int(time.time() * 1e9), "mode": 0o100600, **kw}

    def test_hostile_records_of_changes(self):
        inside = self.folder + self.sid + "/"
        evil = self.blob(b"evil")
        tree = self.session_tree(inside=[
            (0o100644, "setuid", evil), (0o120000, "sub", self.blob(self.outside.encode())),
            (0o40000, "sub", self.tree_of([(0o100644, "planted", evil)]))])
        projects = self.git.text("rev-parse", tree + ":projects")
        size = len(self.transcript)
        self.csb_commit([
            self.record(self.folder + self.sid + ".jsonl", size=size, messages=1),
            self.record(inside + "../../../../outside/up"), self.record("/etc/" + self.sid),
            self.record(inside + "/etc/evil"), self.record(inside + "setuid", mode=0o104777),
            self.record(inside + "sub", mode=0o120777), self.record(inside + "sub/planted"),
            self.record(inside + "missing"), self.record(inside + "00000a.csb\0"),
            self.record(inside + "huge", size=1 << 62),
        ], [(0o40000, "projects", projects)])
        outcomes = self.restore()
        self.assert_refused(outcomes, inside + "../../../../outside/up", inside + "/etc/evil", inside + "sub",
                            inside + "sub/planted")
        self.assertEqual("failed", outcomes[inside + "missing"])
        self.assertEqual("failed", outcomes[inside + "huge"])
        self.assertEqual("restored", outcomes[inside + "setuid"])
        self.assertEqual(0o777, os.lstat(self.tree.path(inside + "setuid")).st_mode & 0o7777)

    def test_names_are_shown_without_control_characters(self):
        self.commit(self.session_tree(inside=[(0o120000, "\x1b]0;owned\x07", self.blob(b"/etc/\x1b[31mred"))]))
        said = self.csb("restore", self.sid, status=INCOMPLETE)
        self.assertNotIn(b"\x1b]", said.out_bytes + said.err_bytes)
        self.assertNotIn(b"\x1b[31mred", said.out_bytes + said.err_bytes)


if __name__ == "__main__":
    main()
