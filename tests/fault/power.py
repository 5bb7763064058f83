"""A disk that forgets what was not synced: what a run did to its files, and what a power cut may leave of it.

The run is watched by strace (every write with its bytes). From that log, up to any point, a disk is made as the
strictest reading of POSIX and the journals of real file systems allow. A file's bytes are safe once it was fsynced, a
name once its directory was.
"""
import os
import re
import stat

HANDLERS = {"openat": "open", "close": "close", "lseek": "lseek", "write": "write", "pwrite64": "pwrite",
            "ftruncate": "ftruncate", "fsync": "fsync", "fdatasync": "fsync", "fchmod": "fchmod", "rename": "rename",
            "renameat": "rename", "renameat2": "rename", "link": "link", "linkat": "link", "unlink": "unlink",
            "unlinkat": "unlink", "rmdir": "unlink", "mkdir": "mkdir", "mkdirat": "mkdir"}
CALLS = tuple(HANDLERS)
AT = tuple(name for name in CALLS if name.rstrip("2").endswith("at"))   # their paths begin at a directory given before each
KINDS = ("strict", "journal", "random")


class Inode:
    def __init__(self, mode, data=None, modified=None):
        self.mode = mode
        self.modified = modified  # in nanoseconds, of a file the run did not write
        self.data = data          # bytes that are safe; None: a directory
        self.pending = []         # [("write", offset, bytes) | ("size", n)] since the last fsync
        self.names = {}           # of a directory: as the running system sees it
        self.safe_names = {}      # … as it was when the run began

    def is_directory(self):
        return self.data is None

    def size(self):
        size = len(self.data)
        for kind, at, *data in self.pending:
            size = at if kind == "size" else max(size, at + len(data[0]))
        return size


def patched(data, changes):
    data = bytearray(data)
    for kind, at, *piece in changes:
        if kind == "size":
            del data[at:]
            data.extend(bytes(at - len(data)))
        else:
            data.extend(bytes(max(0, at - len(data))))
            data[at:at + len(piece[0])] = piece[0]
    return bytes(data)


class Disk:
    """What is beneath `root`, from the state in which it was loaded on."""

    def __init__(self, root):
        self.root = root
        self.top = self.load(root)
        self.journal = []   # [directory, name, inode or None, is it safe]: changes of names, in order
        with open("/proc/stat", encoding="ascii") as f:
            self.last_start = next(int(line.split()[1]) for line in f if line.startswith("btime"))
        self.open = {}      # fd: [inode, offset, appends]

    def load(self, path):
        info = os.lstat(path)
        if not stat.S_ISDIR(info.st_mode):
            with open(path, "rb") as f:
                return Inode(stat.S_IMODE(info.st_mode), f.read(), info.st_mtime_ns)
        here = Inode(stat.S_IMODE(info.st_mode))
        for name in os.listdir(path):
            if not os.path.islink(os.path.join(path, name)):
                here.names[name] = self.load(os.path.join(path, name))
        here.safe_names = dict(here.names)
        return here

    def find(self, path):
        """-> (directory, name, inode or None); directory None: not on this disk."""
        inside = os.path.relpath(path, self.root)
        if inside.startswith(".."):
            return None, "", None
        here, directory, name = self.top, None, ""
        for name in inside.split("/"):
            if name == ".":
                return None, "", here
            if here is None or not here.is_directory():
                return None, "", None
            directory, here = here, here.names.get(name)
        return directory, name, here

    def name(self, path, inode):
        """Gives a file a name, or takes the name away (None)."""
        directory, name, _ = self.find(path)
        if directory is None:
            return
        if inode is None:
            directory.names.pop(name, None)
        else:
            directory.names[name] = inode
        self.journal.append([directory, name, inode, False])

    # ---- one call of the run, as strace wrote it
    def play(self, call):
        name, words, result = call
        if result < 0:
            return
        if name in HANDLERS:
            getattr(self, "on_" + HANDLERS[name])(words, result)

    def on_open(self, words, result):
        path, flags = words[1], words[2]
        directory, _, inode = self.find(path)
        if directory is None and inode is None:
            self.open.pop(result, None)
            return
        if inode is None:
            inode = Inode(int(words[3], 8) if len(words) > 3 else 0o600, b"")
            self.name(path, inode)
        if "O_TRUNC" in flags:
            inode.pending.append(("size", 0))
        self.open[result] = [inode, 0, "O_APPEND" in flags]

    def on_close(self, words, _):
        self.open.pop(words[0], None)

    def on_lseek(self, words, result):
        if words[0] in self.open:
            self.open[words[0]][1] = result

    def on_write(self, words, result):
        file = self.open.get(words[0])
        if file:
            at = file[0].size() if file[2] else file[1]
            file[0].pending.append(("write", at, words[1][:result]))
            file[1] = at + result

    def on_pwrite(self, words, result):
        if words[0] in self.open:
            self.open[words[0]][0].pending.append(("write", int(words[3]), words[1][:result]))

    def on_ftruncate(self, words, _):
        if words[0] in self.open:
            self.open[words[0]][0].pending.append(("size", int(words[1])))

    def on_fsync(self, words, _):
        inode = self.open.get(words[0], [None])[0]
        if inode is None:
            return
        if inode.is_directory():
            for change in self.journal:
                change[3] = change[3] or change[0] is inode
        else:
            if inode.pending:
                inode.modified = None
            inode.data, inode.pending = patched(inode.data, inode.pending), []

    def on_fchmod(self, words, _):
        if words[0] in self.open:
            self.open[words[0]][0].mode = int(words[1], 8)

    def on_rename(self, words, _):
        old, new = words[0], words[1]
        _, _, inode = self.find(old)
        if inode is not None:
            self.name(new, inode)
            self.name(old, None)
            self.journal[-1].append(self.journal[-2])   # both or neither

    def on_link(self, words, _):
        _, _, inode = self.find(words[0])
        if inode is not None:
            self.name(words[1], inode)

    def on_unlink(self, words, _):
        self.name(words[0], None)

    def on_mkdir(self, words, _):
        self.name(words[0], Inode(int(words[-1], 8)))

    # ---- the power cut
    def leave(self, part, kind, rand, target):
        """Writes what is left of the directory `part` of this disk to `target`.

        strict: what was not synced is gone. journal: all names are there, what was not synced is not in the files.
        random: names up to some moment; of each file, some of what was not synced.
        """
        safe = {}
        last = max((n for n, change in enumerate(self.journal) if change[3]), default=-1)
        until = {"strict": -1, "journal": len(self.journal), "random": rand.randint(last, len(self.journal))}[kind]
        for n, (directory, name, inode, is_safe, *twin) in enumerate(self.journal):
            if is_safe or n <= until or (twin and twin[0][3]):
                names = safe.setdefault(id(directory), dict(directory.safe_names))
                if inode is None:
                    names.pop(name, None)
                else:
                    names[name] = inode

        def put(inode, path):
            if inode.is_directory():
                os.makedirs(path, exist_ok=True)
                for name, child in safe.get(id(inode), inode.safe_names).items():
                    put(child, os.path.join(path, name))
                os.chmod(path, inode.mode)
                return
            kept = [change for change in inode.pending if kind == "random" and rand.random() < 0.5]
            with open(path, "wb") as f:
                f.write(patched(inode.data, kept))
            os.chmod(path, inode.mode)
            if path.endswith(".lock"):
                os.utime(path, (self.last_start - 60, self.last_start - 60))   # the machine was started since
            elif inode.modified is not None and not inode.pending:
                os.utime(path, ns=(inode.modified, inode.modified))

        here = self.top
        for name in os.path.relpath(part, self.root).split("/"):
            here = safe.get(id(here), here.safe_names).get(name) if here else None
        if here:
            put(here, target)


ARGUMENT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"|(?:(AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>(?:\(deleted\))?)|([^,\s][^,]*)')


def text_of(escaped):
    return bytes.fromhex(escaped.replace("\\x", ""))


def arguments_of(call, text):
    """Paths as str, whole; file descriptors as int; what was written as bytes; the rest as written."""
    words, base = [], None
    for quoted, fd, place, other in ARGUMENT.findall(text):
        if fd == "AT_FDCWD" or (fd and call in AT):
            base = os.fsdecode(text_of(place))
            if call == "openat":
                words.append(fd)
        elif fd:
            words.append(int(fd))
        elif other:
            words.append(other.strip())
        elif call in ("write", "pwrite64"):
            words.append(text_of(quoted))
        else:
            words.append(os.path.join(base or "/", os.fsdecode(text_of(quoted))))
    return words


def read_log(path):
    """-> [(call, arguments, result)], in the order in which the calls returned."""
    begun, calls = {}, []
    with open(path, encoding="ascii", errors="replace") as f:
        for line in f:
            thread, _, rest = line.rstrip("\n").partition(" ")
            rest = rest.strip()
            if rest.endswith("<unfinished ...>"):
                begun[thread] = rest[:-len("<unfinished ...>")]
                continue
            resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
            if resumed:
                rest = begun.pop(thread, "") + resumed.group(1)
            found = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)", rest)
            if found:
                call, text, result = found.groups()
                calls.append((call, arguments_of(call, text), int(result)))
    return calls
