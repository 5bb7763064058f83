"""Runs a program on a terminal of its own, of a given width, and returns what it showed."""
import fcntl
import os
import pty
import struct
import subprocess
import termios


def run(command, env, columns, rows=50, cwd=None, typed=b""):
    """`typed` waits to be read from the beginning on.

    -> (exit status, bytes written to the terminal: standard output and error mixed)"""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen(command, env=env, stdin=side, stdout=side, stderr=side, close_fds=True, cwd=cwd)
    os.close(side)
    if typed:
        os.write(main, typed)
    shown = b""
    while True:
        try:
            piece = os.read(main, 65536)
        except OSError:   # Linux: EIO when the other side is closed
            break
        if not piece:
            break
        shown += piece
    os.close(main)
    return process.wait(), shown.replace(b"\r\n", b"\n")
