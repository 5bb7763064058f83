"""Waiting for runs of csb that nobody waits for: hooks hand over to them, other tests start them."""
import fcntl
import os
import time

LONG = 60      # seconds; only reached when something is broken


class Waiting:
    """For a CsbTest."""

    def wait_until(self, condition, what):
        deadline = time.monotonic() + LONG
        while not condition():
            self.assertLess(time.monotonic(), deadline, what)
            time.sleep(0.01)

    def is_locked(self, how):
        os.makedirs(self.csb_home, mode=0o700, exist_ok=True)
        with open(os.path.join(self.csb_home, "lock"), "a") as lock:
            try:
                fcntl.flock(lock, how | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def wait_until_idle(self):
        """No run holds csb's lock any more, and none was asked to run again."""
        pending = os.path.join(self.csb_home, "pending")
        self.wait_until(lambda: not self.is_locked(fcntl.LOCK_EX) and not os.path.exists(pending),
                        "a run does not end")

    def wait_until_locked(self):
        self.wait_until(lambda: self.is_locked(fcntl.LOCK_SH), "nobody took the lock")

    def wait_for_heartbeats(self, count):
        """A hook that only hands over leaves its heartbeat to a child. -> the words of each line, oldest first"""
        def lines():
            try:
                with open(os.path.join(self.csb_home, "log/hooks"), encoding="ascii") as f:
                    return [line.split() for line in f if line.strip()]
            except FileNotFoundError:
                return []
        self.wait_until(lambda: len(lines()) >= count, "a hook left no heartbeat")
        return lines()

    def hold_lock(self, name="lock"):
        os.makedirs(self.csb_home, mode=0o700, exist_ok=True)
        lock = open(os.path.join(self.csb_home, name), "a")
        fcntl.flock(lock, fcntl.LOCK_EX)
        self.addCleanup(lock.close)
        return lock
