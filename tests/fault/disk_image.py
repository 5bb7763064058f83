"""An ext4 file system in an image file, whose power can be cut. Needs root and loop devices."""
import contextlib
import ctypes
import fcntl
import functools
import os
import struct
import subprocess

SHUTDOWN = 0x8004587D   # EXT4_IOC_SHUTDOWN: _IOR('X', 125, __u32)
LOG_FLUSH, NO_LOG_FLUSH = 1, 2
MOUNTS = ("data=ordered", "data=ordered,noauto_da_alloc", "data=ordered,nodelalloc", "data=writeback,noauto_da_alloc")
# What the disk has at the cut, beside what was synced. nothing: nothing. journal: names, and not the bytes of the
# files. some: both, of half the files.
KINDS = ("nothing", "journal", "some")


class Unavailable(Exception):
    """No such disk can be had here."""


def attempt(*args, may=(0,)):
    env = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    try:
        done = subprocess.run(args, env=env, capture_output=True, text=True)
    except FileNotFoundError:
        raise Unavailable("%s is not installed" % args[0]) from None
    if done.returncode not in may:
        raise Unavailable("%s: %s" % (" ".join(args), (done.stderr + done.stdout).strip()))


@functools.lru_cache(maxsize=None)
def have_mounts_of_our_own():
    """What this process mounts nobody else sees, or keeps: a file system that a stranger's namespace took along would
    not end with its unmounting. And whatever ends this process takes the mount and its loop device away."""
    new_namespace = 0x00020000   # CLONE_NEWNS
    if ctypes.CDLL(None, use_errno=True).unshare(new_namespace) != 0:
        raise Unavailable("no mounts of one's own: " + os.strerror(ctypes.get_errno()))
    attempt("mount", "--make-rprivate", "/")


class DiskImage:
    """In `directory`, mounted there as `place`; close() takes it away."""

    def __init__(self, directory, size=256 << 20):
        if os.geteuid() != 0:
            raise Unavailable("only root may mount an image")
        have_mounts_of_our_own()
        self.image, self.place = os.path.join(directory, "disk.img"), os.path.join(directory, "disk")
        os.mkdir(self.place)
        with open(self.image, "wb") as f:
            f.truncate(size)
        attempt("mkfs.ext4", "-q", "-F", "-m", "0", self.image)
        self.mount(MOUNTS[0])

    def mount(self, options):
        attempt("mount", "-o", "loop," + options, self.image, self.place)

    def sync(self):
        attempt("sync", "-f", self.place)

    def cut(self, kind, rand, files):
        """Stops the file system. `files`: those of which the kernel may have written something by itself."""
        if kind == "some":
            for path in files:
                if rand.random() < 0.5 and not os.path.islink(path):
                    with contextlib.suppress(FileNotFoundError), open(path, "rb") as f:   # a run goes on beside this
                        os.fsync(f)
        place = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(place, SHUTDOWN, struct.pack("I", LOG_FLUSH if kind == "journal" else NO_LOG_FLUSH))
        finally:
            os.close(place)

    def bring_back(self, options):
        attempt("umount", self.place)
        attempt("fsck.ext4", "-p", self.image, may=(0, 1))   # 1: it replayed the journal
        self.mount(options)

    def close(self):
        subprocess.run(["umount", "-l", self.place], capture_output=True)   # which frees its loop device too
