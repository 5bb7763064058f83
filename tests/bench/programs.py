"""The programs that are compared, behind one shape: where they keep things, how they make a backup."""
import json
import os
import shutil

from measure import clean_environment, disk_bytes, run


class Program:
    """`root`: the directory to back up; `place`: an empty directory of this program's own."""
    name = ""

    def __init__(self, root, place):
        self.root, self.place = root, place
        self.home = os.path.join(place, "home")
        self.store = os.path.join(place, "store")
        self.env = clean_environment(self.home)

    @classmethod
    def available(cls):
        return shutil.which(cls.name) is not None

    def reset(self):
        """Nothing was ever backed up. (Not part of what is measured.)"""
        shutil.rmtree(self.place, ignore_errors=True)
        os.makedirs(self.home)
        self.prepare()

    def prepare(self):
        """Whatever the program needs before the first backup."""

    def backup(self):
        """One whole backup. -> Run"""
        raise NotImplementedError

    def unchanged(self):
        """A backup when nothing changed. -> Run"""
        return self.backup()

    def size(self):
        return disk_bytes(self.store)

    def run(self, *command, statuses=(0,)):
        return run(list(command), self.env, self.home, statuses)


class Csb(Program):
    name = "csb"
    binary = ""

    def __init__(self, root, place):
        super().__init__(root, place)
        self.env = clean_environment(self.home, CLAUDE_CONFIG_DIR=root, CSB_HOME=os.path.join(place, "store"))

    @classmethod
    def available(cls):
        return os.access(cls.binary, os.X_OK)

    def csb(self, *args, statuses=(0,)):
        return self.run(self.binary, *args, statuses=statuses)

    def backup(self):
        done = self.csb("backup", "--json")
        self.report = json.loads(done.out)
        return done


class Git(Program):
    name = "git"

    def git(self, *args, statuses=(0,)):
        return self.run("git", "--git-dir", self.store, "--work-tree", self.root, *args, statuses=statuses)

    def prepare(self):
        self.run("git", "init", "-q", "--bare", self.store)
        self.git("config", "gc.auto", "0")   # its cost would fall on one run in a hundred
        self.git("config", "core.bare", "false")
        self.git("config", "advice.addEmbeddedRepo", "false")

    def backup(self):
        done = self.git("add", "-A")
        commit = self.git("commit", "-q", "-m", "backup", statuses=(0, 1))   # 1: nothing to commit
        done.seconds += commit.seconds
        done.peak = max(done.peak, commit.peak)
        return done

    def unchanged(self):
        return self.git("add", "-A")


class Restic(Program):
    name = "restic"

    def prepare(self):
        self.env.update(RESTIC_PASSWORD="bench", RESTIC_REPOSITORY=self.store,
                        RESTIC_CACHE_DIR=os.path.join(self.place, "cache"))
        self.run("restic", "init", "-q")

    def backup(self):
        return self.run("restic", "backup", "-q", self.root)


class Borg(Program):
    name = "borg"
    made = 0

    def prepare(self):
        self.env.update(BORG_BASE_DIR=os.path.join(self.place, "base"),
                        BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK="yes", BORG_RELOCATED_REPO_ACCESS_IS_OK="yes")
        self.run("borg", "init", "-e", "none", self.store)

    def backup(self):
        self.made += 1
        return self.run("borg", "create", "-C", "zstd", "%s::%d" % (self.store, self.made), self.root)


def programs(root, place, wanted=("csb", "git", "restic", "borg")):
    """Those of them that are installed, csb first."""
    found = []
    for kind in (Csb, Git, Restic, Borg):
        if kind.name not in wanted:
            continue
        if kind.available():
            found.append(kind(root, os.path.join(place, kind.name)))
        else:
            print("(%s is not installed: left out)" % (kind.binary if kind is Csb else kind.name), flush=True)
    return found
