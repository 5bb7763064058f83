"""A disk that really fills, a limit on file sizes, a store that cannot be written. Needs root to mount."""
import os
import resource
import shutil
import subprocess
import unittest

from scene import DONE, FaultTest, Git, full_main

REPORTED = (1, 3, 12)


class Mounted(FaultTest):
    def mount(self, *args):
        done = subprocess.run(["mount", *args], capture_output=True)
        if done.returncode != 0:
            raise unittest.SkipTest("cannot mount here: " + done.stderr.decode(errors="replace"))
        self.addCleanup(subprocess.run, ["umount", "-l", args[-1]], capture_output=True)

    def small_disk(self, size):
        """csb's home on a disk of its own."""
        os.makedirs(self.csb_home)
        self.mount("-t", "tmpfs", "-o", "size=%d,mode=0700" % size, "tmpfs", self.csb_home)

    def free(self):
        disk = os.statvfs(self.csb_home)
        return disk.f_bavail * disk.f_frsize

    def leave(self, size):
        """Fills the disk up to `size` free bytes. -> the file to remove"""
        path = os.path.join(self.csb_home, "filler")
        with open(path, "wb") as f:
            f.write(bytes(max(0, self.free() - size)))
        return path

    def backup_until_full(self, step):
        """Backups with ever more on the disk, in steps of `step` bytes free. -> (refused, done)"""
        refused = done = 0
        for free in range(0, 40 * step, step):
            filler = self.leave(free)
            self.sessions[1].turn("at %d" % free, "x" * 4000)
            result = self.csb("backup", status=None)
            if result.status == DONE:
                done += 1
                self.assert_stored()
            else:
                refused += 1
                self.assertIn(result.status, REPORTED, result)
                self.assertRegex(result.err, "(?i)space|full|written|write", result)
            os.unlink(filler)
            self.refresh_and_check(result.status)
        return refused, done

    def refresh_and_check(self, status):
        if os.path.exists(self.store):
            self.git.fsck()
        if status != DONE:
            self.csb("backup")
            self.assert_stored()
            self.git.fsck()
            self.assertEqual(self.leavings(), [])

    def test_a_disk_that_fills_in_the_middle_of_a_pack(self):
        self.make_sessions()
        self.sessions[4].fill(200_000)
        self.small_disk(8 << 20)
        refused, done = self.backup_until_full(16 << 10)
        print("full disk: refused %d, done %d, lies 0, losses 0" % (refused, done), flush=True)
        self.assertGreater(refused, 3)
        self.assertGreater(done, 3)

    def test_a_full_disk_of_the_catalogue_alone(self):
        """The catalogue never decides whether a backup happens."""
        self.make_sessions()
        store = os.path.join(self.scratch, "elsewhere.git")
        self.git = Git(store, self.home)
        self.git.run("init", "-q", "--bare", store)
        self.small_disk(8 << 20)
        for _ in range(3):
            filler = self.leave(0)
            self.sessions[0].turn()
            self.csb("backup", "--store", store)
            self.assert_stored()
            os.unlink(filler)
            self.sessions[0].turn()
            self.csb("backup", "--store", store)
            self.assert_stored()
            self.git.fsck()

    def test_a_first_backup_larger_than_the_disk(self):
        self.make_sessions()
        blob = os.urandom(5 << 20)
        self.tree.write(self.sessions[0].directory + "/tool-results/noise.txt", blob)
        self.small_disk(4 << 20)
        for _ in range(2):
            result = self.csb("backup", status=None)
            self.assertIn(result.status, REPORTED, result)
        self.assertGreater(self.free(), 3 << 20, "what could not be finished still fills the disk")
        subprocess.run(["mount", "-o", "remount,size=32m", self.csb_home], check=True)
        self.csb("backup")
        self.assert_stored()
        self.assert_store_sound()
        self.assertEqual(self.leavings(), [])

    def test_a_store_mounted_read_only(self):
        self.make_sessions()
        self.csb("backup")
        before = self.git.refs()
        self.mount("--bind", self.store, self.store)
        subprocess.run(["mount", "-o", "remount,ro,bind", self.store], check=True)
        self.csb("backup")   # nothing to do: nothing to write
        self.sessions[0].turn()
        result = self.csb("backup", status=None)
        self.assertIn(result.status, REPORTED, result)
        self.assertRegex(result.err, "(?i)read-only")
        self.assertEqual(self.git.refs(), before)
        self.csb("list")
        self.csb("cat", self.sessions[0].id)
        subprocess.run(["mount", "-o", "remount,rw,bind", self.store], check=True)
        self.csb("backup")
        self.assert_stored()
        self.assertEqual(self.leavings(), [])


class Limits(FaultTest):
    def test_a_limit_on_file_sizes(self):
        """RLIMIT_FSIZE: the signal it sends must not end the run without a word."""
        self.make_sessions()
        blob = os.urandom(3 << 20)
        self.tree.write(self.sessions[0].directory + "/tool-results/noise.txt", blob)
        for limit in (0, 4096, 100_000, 1 << 20):
            result = self.csb("backup", status=None, preexec_fn=lambda size=limit: resource.setrlimit(
                resource.RLIMIT_FSIZE, (size, size)))
            self.assertIn(result.status, REPORTED, "limit %d: %s" % (limit, result))
            if os.path.exists(self.store):
                self.git.fsck()
        self.csb("backup")
        self.assert_stored()
        self.assertEqual(self.leavings(), [])

    def test_a_limit_on_open_files(self):
        self.make_sessions()
        for limit in (3, 4, 6, 8, 10, 12, 16, 24):
            result = self.csb("backup", status=None, preexec_fn=lambda n=limit: resource.setrlimit(
                resource.RLIMIT_NOFILE, (n, n)))
            self.assertIn(result.status, (DONE, *REPORTED, 127), "limit %d: %s" % (limit, result))
            if result.status == DONE:
                self.assert_stored()
        self.csb("backup")
        self.assert_stored()

    def test_a_store_of_a_user_who_may_not_write_it(self):
        """Root may do anything: the run is another user's."""
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            raise unittest.SkipTest("needs root and setpriv")
        nobody = 65534
        self.make_sessions()
        for base, _, names in os.walk(self.scratch):
            for name in [base, *(os.path.join(base, n) for n in names)]:
                os.lchown(name, nobody, nobody)
        above = self.scratch
        while above != "/" and not os.stat(above).st_mode & 0o001:
            os.chmod(above, os.stat(above).st_mode | 0o011)
            above = os.path.dirname(above)
        binary = os.path.join(self.scratch, "csb")
        shutil.copy(self.binary, binary)
        self.binary = binary
        as_nobody = ("setpriv", "--reuid=%d" % nobody, "--regid=%d" % nobody, "--clear-groups")
        self.csb("backup", wrap=as_nobody)
        safe = ("-c", "safe.directory=" + self.store)
        before = self.git.text(*safe, "for-each-ref")
        self.sessions[0].turn()
        os.lchown(self.sessions[0].path, nobody, nobody)
        directories = [base for base, _, _ in os.walk(self.store)]
        for path in directories:
            os.chmod(path, 0o500)
        result = self.csb("backup", wrap=as_nobody, status=None)
        self.assertIn(result.status, REPORTED, result)
        self.assertRegex(result.err, "(?i)permission")
        self.assertEqual(self.git.text(*safe, "for-each-ref"), before)
        for path in directories:
            os.chmod(path, 0o700)
        self.csb("backup", wrap=as_nobody)
        self.assertNotEqual(self.git.text(*safe, "for-each-ref"), before)


if __name__ == "__main__":
    full_main()
