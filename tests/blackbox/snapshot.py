"""What a directory holds, to the byte: for "nothing else was touched" and "it came back as it was"."""
import hashlib
import os
import stat


def snapshot(root, times=True, skip=()):
    """-> {relative path (bytes): (kind, mode, mtime_ns or None, content hash or link target)}.

    Directories have no time (it changes when a neighbour does) and no content. `skip`: first components
    to leave out. FIFOs, sockets and devices are named, never opened.
    """
    root = os.fsencode(str(root))
    seen = {}
    pending = [b""]
    while pending:
        rel = pending.pop()
        for entry in os.scandir(os.path.join(root, rel)):
            name = os.path.join(rel, entry.name)
            if os.fsdecode(name.split(b"/")[0]) in skip:
                continue
            info = entry.stat(follow_symlinks=False)
            mode, mtime = stat.S_IMODE(info.st_mode), info.st_mtime_ns if times else None
            if stat.S_ISDIR(info.st_mode):
                seen[name] = ("dir", mode, None, None)
                pending.append(name)
            elif stat.S_ISLNK(info.st_mode):
                seen[name] = ("link", None, mtime, os.readlink(entry.path))
            elif stat.S_ISREG(info.st_mode):
                seen[name] = ("file", mode, mtime, digest(entry.path))
            else:
                seen[name] = ("special", mode, mtime, None)
    return seen


def digest(path):
    whole = hashlib.sha256()
    with open(path, "rb") as f:
        for piece in iter(lambda: f.read(1 << 20), b""):
            whole.update(piece)
    return whole.hexdigest()


def read_all(root):
    """-> {relative path (bytes): content} of every regular file."""
    root = os.fsencode(str(root))
    found = {}
    for base, _, names in os.walk(root):
        for name in names:
            full = os.path.join(base, name)
            if stat.S_ISREG(os.lstat(full).st_mode):
                with open(full, "rb") as f:
                    found[os.path.relpath(full, root)] = f.read()
    return found


def differences(before, after):
    """Readable lines for an assertion's message."""
    lines = []
    for path in sorted(set(before) | set(after)):
        if before.get(path) != after.get(path):
            lines.append("%r: %s -> %s" % (path, before.get(path), after.get(path)))
    return lines
