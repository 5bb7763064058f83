"""Real git, asked about a store: what csb wrote is right when git says so.

Nothing of the person's git configuration is read. Everything is bytes unless a name says text.
"""
import io
import os
import re
import subprocess
import tarfile

SLICE = re.compile(rb"^[0-9]{6,}\.csb$")


class Git:
    """git on the repository at `git_dir` (bare, or the .git of a work tree)."""

    def __init__(self, git_dir, home):
        self.git_dir = str(git_dir)
        self.env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "LC_ALL": "C.UTF-8",
                    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "TZ": "UTC"}

    def run(self, *args, status=0, input=None, timeout=600):
        """-> CompletedProcess; fails the test unless git exits with `status` (None: any)."""
        done = subprocess.run(["git", "--git-dir", self.git_dir, *args], env=self.env, input=input,
                              capture_output=True, timeout=timeout, cwd=self.env["HOME"])
        if status is not None and done.returncode != status:
            raise AssertionError("git %s: exit %d\n%s" % (args, done.returncode,
                                                          done.stderr.decode(errors="replace")))
        return done

    def out(self, *args, **kw):
        return self.run(*args, **kw).stdout

    def text(self, *args, **kw):
        return self.out(*args, **kw).decode().strip()

    # ---- is it sound
    def fsck(self):
        """Fails unless `git fsck --strict --full` is content. Unreferenced objects are no fault."""
        done = self.run("fsck", "--strict", "--full", "--no-dangling", "--no-progress", status=None)
        said = (done.stdout + done.stderr).decode(errors="replace")
        if done.returncode != 0 or re.search(r"(?m)^(error|fatal|missing|broken|bad|warning)", said):
            raise AssertionError("git fsck: exit %d\n%s" % (done.returncode, said))

    # ---- refs and commits
    def refs(self):
        """-> {ref name: oid} of everything."""
        lines = self.text("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        return dict(line.split(" ") for line in lines)

    def branch(self):
        """The one branch csb made for Claude Code sessions."""
        found = [r for r in self.refs() if r.startswith("refs/heads/") and r.endswith("/claude-code")]
        if len(found) != 1:
            raise AssertionError("branches of csb: %s" % found)
        return found[0]

    def tip(self):
        return self.refs()[self.branch()]

    def commits(self, rev=None):
        """Commit ids, newest first."""
        return self.text("rev-list", rev or self.branch()).split()

    def objects(self):
        """Ids of every object reachable from any ref."""
        return {line.split(" ")[0] for line in self.text("rev-list", "--objects", "--all").splitlines()}

    # ---- content
    def tree(self, rev=None):
        """-> {path: (mode, type, oid)} of every entry of the tree that is not a tree; paths are bytes."""
        listed = {}
        for entry in self.out("ls-tree", "-r", "-z", rev or self.branch()).split(b"\0"):
            if entry:
                head, path = entry.split(b"\t", 1)
                mode, kind, oid = head.split(b" ")
                listed[path] = (mode.decode(), kind.decode(), oid.decode())
        return listed

    def files(self, rev=None):
        """-> {path: content} of every file and link; slices joined; csb's own `.csb/` left out."""
        parts = {}
        for path, (_, kind, oid) in sorted(self.tree(rev).items()):
            if path.startswith(b".csb/") or kind != "blob":
                continue
            parent, _, name = path.rpartition(b"/")
            parts.setdefault(parent if SLICE.match(name) else path, []).append(oid)
        blobs = self.blobs(oid for oids in parts.values() for oid in oids)
        return {path: b"".join(blobs[oid] for oid in oids) for path, oids in parts.items()}

    def blobs(self, oids):
        """-> {oid: content}, by one `git cat-file --batch`."""
        wanted = sorted(set(oids))
        stream = io.BytesIO(self.out("cat-file", "--batch", input="".join(o + "\n" for o in wanted).encode()))
        found = {}
        for oid in wanted:
            head = stream.readline().split()
            if len(head) != 3:
                raise AssertionError("git cat-file: %s" % head)
            found[oid] = stream.read(int(head[2]))
            stream.read(1)
        return found

    def archived(self, path, rev=None):
        """The content at `path` by what docs/format.md promises plain git: `git archive REV PATH | tar -xO`."""
        spec = b":(literal)" + os.fsencode(path)
        with tarfile.open(fileobj=io.BytesIO(self.out("archive", rev or self.branch(), "--", spec))) as tar:
            return b"".join(tar.extractfile(m).read() for m in tar if m.isfile())

    def anywhere(self, needle):
        """True when the bytes occur in any object of the repository, reachable or not."""
        oids = self.text("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split()
        for oid in oids:
            kind = self.text("cat-file", "-t", oid)
            if needle in self.out("cat-file", kind, oid):
                return True
        return False

    def disk_bytes(self):
        """Bytes of every file beneath the repository."""
        return sum(os.lstat(os.path.join(base, name)).st_size
                   for base, _, names in os.walk(self.git_dir) for name in names)
