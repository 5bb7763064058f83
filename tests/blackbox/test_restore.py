"""csb restore: the whole footprint over all of history, never over anything newer, times the client leaves alone."""
import fcntl
import json
import os
import shutil
import stat
import subprocess
import time

from harness import CsbTest, DONE, FAILED, INCOMPLETE, NOT_FOUND, USAGE, main, need, read_all, snapshot

DAY = 86400


class RestoreTest(CsbTest):
    def restore(self, *args, status=DONE, **kw):
        """-> the one session's report"""
        sessions = self.csb("restore", "--json", *args, status=status, **kw).json()["sessions"]
        return sessions[0] if len(sessions) == 1 else sessions

    def outcomes(self, report):
        return {f["path"]: f["outcome"] for f in report["files"]}

    def content(self, rel, root=None):
        with open(os.path.join(root or self.claude, rel), "rb") as f:
            return f.read()

    def mtime(self, rel):
        return os.lstat(self.tree.path(rel)).st_mtime

    def mode(self, rel):
        return stat.S_IMODE(os.lstat(self.tree.path(rel)).st_mode)

    def assert_no_leavings(self):
        for base, _, names in os.walk(self.claude):
            self.assertEqual([], [n for n in names if n.startswith(".csb-restore")], base)


class Footprint(RestoreTest):
    def test_everything_comes_back_as_it_was(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        before = snapshot(self.claude, skip=("projects",)), read_all(self.tree.path("projects"))
        session.delete()
        self.backup()
        report = self.restore(session.id)
        self.assertEqual({"restored"}, set(self.outcomes(report).values()))
        self.assertEqual(7, len(report["files"]))
        self.assertEqual(session.rel, report["files"][0]["path"])
        after = snapshot(self.claude, skip=("projects",)), read_all(self.tree.path("projects"))
        self.assertEqual(before[1], after[1])
        # Directories are made private; files have their own modes and times.
        self.assert_same_tree({p: v for p, v in before[0].items() if v[0] != "dir"},
                              {p: v for p, v in after[0].items() if v[0] != "dir"})
        self.assert_no_leavings()

    def test_files_that_vanished_in_different_commits(self):
        session = self.tree.session()
        made = session.footprint()
        self.backup()
        contents = {rel: self.content(rel) for rel in made}
        for rel in made:                       # one backup sees each go
            os.unlink(self.tree.path(rel))
            session.turn("go on without %s" % os.path.basename(rel))
            self.backup()
        contents[session.rel] = session.read()
        session.delete()
        self.backup()
        self.restore(session.id)
        self.assertEqual(contents, {rel: self.content(rel) for rel in contents})

    def test_a_plan_named_in_the_rows_comes_back(self):
        session = self.tree.session()
        session.add(session.envelope("user", slug="plan-it-brave-otter",
                                     message={"role": "user", "content": "plan it"}))
        self.tree.write("plans/plan-it-brave-otter.md", "# The plan\n", 0o644)
        self.backup()
        session.delete()
        os.unlink(self.tree.path("plans/plan-it-brave-otter.md"))
        self.backup()
        self.restore(session.id)
        self.assertEqual(b"# The plan\n", self.content("plans/plan-it-brave-otter.md"))

    def test_odd_names_and_bytes(self):
        session = self.tree.session()
        odd = {"a b\nc": b"\0\r\n\xff", "na\xefve.txt": b"", "x" * 255: b"y",
               "sub/deep/er": b"1" * (1 << 20), "sub/deep/two": b"2" * ((1 << 20) + 1)}
        names = {os.fsencode(self.tree.path(session.directory, name)) for name in odd}
        names.add(os.path.join(os.fsencode(self.tree.path(session.directory)), b"\xff\xfe raw"))
        for full in names:
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "wb") as f:
                f.write(odd.get(os.fsdecode(os.path.relpath(full, os.fsencode(
                    self.tree.path(session.directory)))), b"raw"))
            os.utime(full, (self.tree.clock, self.tree.clock))
        self.backup()
        before = read_all(self.claude)
        session.delete()
        self.backup()
        self.restore(session.id)
        self.assertEqual(before, read_all(self.claude))

    def test_a_sliced_transcript_comes_back(self):
        session = self.tree.session()
        session.fill(3 * (1 << 20) + 4321)
        self.backup()
        before = session.read()
        session.delete()
        self.backup()
        self.restore(session.id)
        self.assertEqual(before, session.read())

    def test_locks_stay_away(self):
        session = self.tree.session()
        session.footprint()
        self.tree.write("tasks/%s/.lock" % session.id, "")
        self.backup()
        session.delete()
        self.backup()
        self.restore(session.id)
        self.assertEqual(["1.json"], os.listdir(self.tree.path("tasks", session.id)))

    def test_links_come_back_as_links(self):
        session = self.tree.session()
        folder = session.directory + "/tool-results"
        os.makedirs(self.tree.path(folder))
        os.symlink("../../%s.jsonl" % session.id, self.tree.path(folder, "beside"))
        os.makedirs(self.tree.path("sesslogs/log__%s_ada" % session.id))
        absolute = "sesslogs/log__%s_ada/transcript.jsonl" % session.id
        os.symlink(session.path, self.tree.path(absolute))
        self.backup(status=(DONE, INCOMPLETE))
        links = [folder + "/beside", absolute]
        before = {rel: os.readlink(self.tree.path(rel)) for rel in links}
        content = session.read()
        session.delete()
        shutil.rmtree(self.tree.path("sesslogs"))
        self.backup()
        self.restore(session.id)
        self.assertEqual(before, {rel: os.readlink(self.tree.path(rel)) for rel in links})
        self.assertEqual(content, session.read())

    def test_modes(self):
        session = self.tree.session()
        script = "session-env/%s/sessionstart-hook-1.sh" % session.id
        self.tree.write(script, "export A=1\n", 0o755)
        self.tree.write(session.directory + "/custom-title.json", "{}", 0o640)
        os.chmod(self.tree.path(script), 0o4755)
        self.tree.stamp(script)
        self.backup()
        session.delete()
        shutil.rmtree(self.tree.path("session-env"))
        self.backup()
        old = os.umask(0)
        try:
            self.restore(session.id)
        finally:
            os.umask(old)
        self.assertEqual(0o600, self.mode(session.rel))
        self.assertEqual(0o755, self.mode(script))
        self.assertEqual(0o640, self.mode(session.directory + "/custom-title.json"))
        self.assertEqual(0o700, self.mode(session.directory))

    def test_a_session_whose_transcript_was_never_stored(self):
        sid = self.tree.session_id(9)
        rel = "file-history/%s/0123456789abcdef@v1" % sid
        self.tree.write(rel, "kept\n")
        self.backup()
        shutil.rmtree(self.tree.path("file-history"))
        self.backup()
        report = self.restore(sid)
        self.assertEqual(b"kept\n", self.content(rel))
        self.assertEqual((0, 0), (report["version"], report["versions"]))

    def test_without_a_catalogue(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        before = read_all(self.claude)
        session.delete()
        self.backup()
        for damage in ("missing", "garbage"):
            for name in os.listdir(self.csb_home):
                if name.startswith("catalogue.db"):
                    os.unlink(os.path.join(self.csb_home, name))
            if damage == "garbage":
                with open(os.path.join(self.csb_home, "catalogue.db"), "wb") as f:
                    f.write(os.urandom(20000))
            self.restore(session.id)
            self.assertEqual(before, read_all(self.claude), damage)
            session.delete()

    def test_the_config_directory_itself_was_lost(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        before = read_all(self.claude)
        shutil.rmtree(self.claude)
        self.restore(session.id)
        self.assertEqual(before, read_all(self.claude))

    def test_backup_finds_nothing_new_in_what_came_back(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        objects = self.git.objects()
        session.delete()
        self.backup()
        self.restore(session.id)
        self.backup()
        blobs = {o for o in self.git.objects() - objects if self.git.text("cat-file", "-t", o) == "blob"}
        recorded = {self.git.text("rev-parse", "%s:.csb/changes.jsonl" % c) for c in self.git.commits()}
        self.assertEqual(set(), blobs - recorded)
        self.assertEqual([session.id], [s["id"] for s in self.list()])


class Versions(RestoreTest):
    def test_a_stub_is_never_offered(self):
        session = self.tree.session(prompts=5)
        self.backup()
        good = session.read()
        self.tree.write(session.rel, json.dumps({"type": "summary", "summary": "x"}) + "\n")
        self.backup()
        session.delete()
        self.backup()
        report = self.restore(session.id)
        self.assertEqual(good, session.read())
        self.assertEqual((1, 2), (report["version"], report["versions"]))
        os.unlink(session.path)
        self.restore(session.id, "--version", "2")
        self.assertEqual(b'{"type": "summary", "summary": "x"}\n', session.read())

    def test_by_number_and_by_time(self):
        session = self.tree.session()
        contents, times = [], []
        for n in range(3):
            session.turn("turn %d" % n)
            note = session.directory + "/note.txt"
            self.tree.write(note, "note %d" % n)
            self.backup()
            contents.append((session.read(), self.content(note)))
            times.append(time.time())
            time.sleep(1.1)          # git keeps seconds
        session.delete()
        self.backup()
        for n, expected in enumerate(contents):
            for choice in (("--version", str(n + 1)),
                           ("--at", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(times[n])))):
                self.restore(session.id, *choice)
                self.assertEqual(expected, (session.read(), self.content(note)), choice)
                session.delete()
        self.csb("restore", session.id, "--version", "9", status=NOT_FOUND)
        self.csb("restore", session.id, "--at", "2001-01-01", status=NOT_FOUND)

    def test_names_that_do_not_resolve(self):
        first, second = self.tree.session(title="engine notes"), self.tree.session(title="engine notes")
        self.backup()
        self.csb("restore", "nothing-like-it", status=NOT_FOUND)
        said = self.csb("restore", "engine notes", status=USAGE)
        self.assertIn(first.id, said.err)
        self.assertIn(second.id, said.err)
        self.csb("restore", status=USAGE)

    def test_several_and_by_deletion_time(self):
        kept, one, two = self.tree.session(), self.tree.session(), self.tree.session()
        self.backup()
        before = read_all(self.claude)
        one.delete()
        two.delete()
        self.backup()
        reports = self.restore("--deleted-since", "1h ago")
        self.assertEqual({one.id, two.id}, {r["id"] for r in reports})
        self.assertEqual(before, read_all(self.claude))
        one.delete()
        two.delete()
        self.assertEqual(2, len(self.restore(one.id, two.id[:8], one.id)))
        self.assertEqual(before, read_all(self.claude))
        self.assertTrue(os.path.exists(kept.path))

    def test_only_a_part(self):
        session = self.tree.session()
        made = session.footprint()
        self.backup()
        session.delete()
        self.backup()
        self.assertEqual([session.rel], list(self.outcomes(self.restore(session.id, "--only", "transcript"))))
        self.assertEqual([made[0]], list(self.outcomes(self.restore(session.id, "--only", made[0]))))
        history = [rel for rel in made if rel.startswith("file-history/")]
        self.assertEqual(history, list(self.outcomes(self.restore(session.id, "--only", "file-history/" + session.id))))
        self.csb("restore", session.id, "--only", "no/such", status=NOT_FOUND)

    def test_a_dry_run_writes_nothing(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        session.delete()
        self.backup()
        before = snapshot(self.claude)
        report = self.restore(session.id, "--dry-run")
        self.assertEqual({"restored"}, set(self.outcomes(report).values()))
        self.assert_same_tree(before, snapshot(self.claude))


class NeverOverNewer(RestoreTest):
    def test_newer_data_is_kept(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        session.turn("said since")
        newer = session.read()
        report = self.restore(session.id, status=INCOMPLETE)
        self.assertEqual("kept", self.outcomes(report)[session.rel])
        self.assertEqual({"unchanged"}, {o for p, o in self.outcomes(report).items() if p != session.rel})
        self.assertEqual(newer, session.read())

    def test_force_archives_first(self):
        session = self.tree.session()
        self.backup()
        old = session.read()
        session.turn("said since")
        newer = session.read()
        self.restore(session.id, "--version", "1", "--force")
        self.assertEqual(old, session.read())
        self.assert_no_leavings()
        self.assertEqual(newer, self.csb("cat", session.id, "--version", "2").out_bytes)
        self.restore(session.id, "--version", "2", "--force")
        self.assertEqual(newer, session.read())

    def test_force_replaces_a_link_and_not_what_it_points_to(self):
        session = self.tree.session()
        self.backup()
        old = session.read()
        elsewhere = os.path.join(self.home, "precious")
        with open(elsewhere, "wb") as f:
            f.write(b"precious")
        os.unlink(session.path)
        os.symlink(elsewhere, session.path)
        self.restore(session.id, "--force", status=(DONE, INCOMPLETE))
        with open(elsewhere, "rb") as f:
            self.assertEqual(b"precious", f.read())
        self.assertTrue(os.path.islink(session.path) or session.read() == old)

    def test_force_keeps_what_cannot_be_archived(self):
        session = self.tree.session()
        self.backup()
        session.turn("said since")
        newer = session.read()
        lock = open(os.path.join(self.store, "csb/lock"), "a")
        self.addCleanup(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        report = self.restore(session.id, "--version", "1", "--force", status=INCOMPLETE, timeout=90)
        self.assertEqual("kept", self.outcomes(report)[session.rel])
        self.assertIn("archived", report["files"][0]["reason"])
        self.assertEqual(newer, session.read())

    def test_other_things_in_the_way(self):
        session = self.tree.session()
        made = session.footprint()
        self.backup()
        session.delete()
        self.backup()
        tool = session.directory + "/tool-results/b1x2c3d4e.txt"
        self.assertIn(tool, made)
        os.makedirs(self.tree.path(tool))                               # a directory for a file
        self.tree.write("file-history/" + session.id, "x")              # a file for a directory
        os.makedirs(self.tree.path("tasks", session.id))
        os.mkfifo(self.tree.path("tasks", session.id, "1.json"))
        report = self.restore(session.id, status=INCOMPLETE, timeout=20)
        outcome = self.outcomes(report)
        self.assertEqual("kept", outcome[tool])
        self.assertEqual("kept", outcome["tasks/%s/1.json" % session.id])
        self.assertEqual("failed", outcome["file-history/%s/0123456789abcdef@v1" % session.id])
        self.assertEqual("restored", outcome[session.rel])

    def test_never_through_a_link(self):
        session = self.tree.session()
        session.footprint()
        self.backup()
        session.delete()
        self.backup()
        outside = os.path.join(self.home, "outside")
        os.makedirs(outside)
        shutil.rmtree(self.tree.path("file-history"), ignore_errors=True)
        os.symlink(outside, self.tree.path("file-history"))
        report = self.restore(session.id, status=INCOMPLETE)
        self.assertEqual([], os.listdir(outside))
        self.assertEqual("failed", self.outcomes(report)["file-history/%s/0123456789abcdef@v1" % session.id])
        self.assertTrue(os.path.exists(session.path))

    def test_a_session_open_in_a_client_is_left_alone(self):
        session = self.tree.session()
        made = session.footprint()
        self.backup()
        session.turn("said since")
        newer = session.read()
        os.unlink(self.tree.path(made[0]))
        client = subprocess.Popen(["sleep", "60"])
        self.addCleanup(client.communicate)
        self.addCleanup(client.kill)
        with open("/proc/%d/stat" % client.pid) as f:
            started = f.read().rsplit(") ", 1)[1].split(" ")[19]
        self.tree.write("sessions/%d.json" % client.pid, json.dumps({
            "pid": client.pid, "sessionId": session.id, "cwd": session.cwd, "procStart": started}))
        report = self.restore(session.id, "--version", "1", "--force", status=INCOMPLETE)
        self.assertEqual("kept", self.outcomes(report)[session.rel])
        self.assertIn("open", report["files"][0]["reason"])
        self.assertEqual("restored", self.outcomes(report)[made[0]])
        self.assertEqual(newer, session.read())


class Moves(RestoreTest):
    def test_it_goes_where_it_was_last(self):
        session = self.tree.session()
        made = session.footprint()
        self.backup()
        old_directory = session.directory
        gone = "%s/tool-results/b1x2c3d4e.txt" % session.directory
        result = self.content(gone)
        os.unlink(self.tree.path(gone))        # before the move: known at the old path only
        self.backup()
        session.move("/home/ada/elsewhere")
        self.backup()
        content = session.read()
        session.delete()
        self.backup()
        report = self.restore(session.id)
        self.assertEqual(content, session.read())
        self.assertEqual(result, self.content("%s/tool-results/b1x2c3d4e.txt" % session.directory))
        self.assertFalse(os.path.exists(self.tree.path(old_directory)))
        self.assertEqual(len(made) + 1, len(report["files"]))
        self.assertEqual("/home/ada/elsewhere", report["resume_folder"])

    def test_no_second_transcript_of_a_session_that_moved_since(self):
        session = self.tree.session()
        made = session.footprint()
        self.backup()
        old = session.rel
        session.move("/home/ada/elsewhere")
        os.unlink(self.tree.path(session.directory, "tool-results/b1x2c3d4e.txt"))
        newer = session.read()
        report = self.restore(session.id, status=INCOMPLETE)
        self.assertEqual("kept", self.outcomes(report)[session.rel])
        self.assertFalse(os.path.exists(self.tree.path(old)))
        self.assertEqual(newer, session.read())
        self.assertEqual("restored", self.outcomes(report)[session.directory + "/tool-results/b1x2c3d4e.txt"])
        self.assertEqual(len(made) + 1, len(report["files"]))

    def test_of_two_at_once_the_substantial_one(self):
        session = self.tree.session(prompts=20)
        stub = self.tree.session(prompts=1, cwd="/home/ada/engine/worktree", id=session.id)
        self.backup()
        content, little = session.read(), stub.read()
        session.delete()
        os.unlink(stub.path)
        self.backup()
        self.restore(session.id)
        self.assertEqual(content, session.read())
        self.assertFalse(os.path.exists(stub.path))
        self.assertNotEqual(content, little)


class Times(RestoreTest):
    def old_session(self, days, **kw):
        session = self.tree.session(**kw)
        made = session.footprint()
        when = time.time() - days * DAY
        for rel in [session.rel, *made]:
            os.utime(self.tree.path(rel), (when, when))
        return session, made

    def test_recorded_ones_inside_the_retention_period(self):
        session, made = self.old_session(10)
        self.backup()
        before = {rel: os.lstat(self.tree.path(rel)).st_mtime_ns for rel in [session.rel, *made]}
        session.delete()
        self.backup()
        self.restore(session.id)
        self.assertEqual(before, {rel: os.lstat(self.tree.path(rel)).st_mtime_ns for rel in before})
        for folder in ("file-history/", "tasks/"):
            self.assertAlmostEqual(time.time() - 10 * DAY, self.mtime(folder + session.id), delta=60)

    def test_one_that_the_sweep_leaves_alone_and_continue_does_not_pick(self):
        newest = self.tree.session()
        session, made = self.old_session(45)
        older, _ = self.old_session(50)
        self.backup()
        session.delete()
        older.delete()
        self.backup()
        reports = self.restore(session.id, older.id)
        self.assertTrue(any("retention" in note for note in reports[0]["notes"]))
        for rel in [session.rel, *made, "file-history/" + session.id, "tasks/" + session.id]:
            self.assertGreater(self.mtime(rel), time.time() - 29 * DAY, rel)
            self.assertLess(self.mtime(rel), self.mtime(newest.rel), rel)
        self.assertLess(self.mtime(older.rel), self.mtime(session.rel))

    def test_the_persons_own_retention_period_counts(self):
        self.tree.write("settings.json", '{"cleanupPeriodDays": 99999}')
        session, _ = self.old_session(200)
        self.backup()
        before = self.mtime(session.rel)
        session.delete()
        self.backup()
        self.restore(session.id)
        self.assertEqual(before, self.mtime(session.rel))

    def test_exact_times(self):
        session, made = self.old_session(45)
        self.backup()
        before = {rel: self.mtime(rel) for rel in [session.rel, *made]}
        session.delete()
        self.backup()
        self.restore(session.id, "--exact-times")
        self.assertEqual(before, {rel: self.mtime(rel) for rel in before})

    def test_to_another_directory(self):
        session, made = self.old_session(45)
        self.backup()
        before = snapshot(self.claude)
        to = os.path.join(self.scratch, "out/here")
        self.restore(session.id, "--to", to)
        self.assert_same_tree(before, snapshot(self.claude))
        for rel in [session.rel, *made]:
            self.assertEqual(self.content(rel), self.content(rel, to))
            self.assertEqual(os.lstat(self.tree.path(rel)).st_mtime_ns, os.lstat(os.path.join(to, rel)).st_mtime_ns)
        self.assertEqual({"unchanged"}, set(self.outcomes(self.restore(session.id, "--to", to)).values()))


class Faults(RestoreTest):
    def test_a_full_disk_names_what_did_not_come_back(self):
        session = self.tree.session()
        session.footprint()
        session.fill(300_000)
        self.backup()
        session.delete()
        self.backup()
        report = self.restore(session.id, status=INCOMPLETE, wrap=("prlimit", "--fsize=100000"), preexec_fn=ignore_xfsz)
        self.assertEqual("failed", self.outcomes(report)[session.rel])
        self.assertFalse(os.path.exists(session.path))
        self.assertEqual({"restored"}, {o for p, o in self.outcomes(report).items() if p != session.rel})
        self.assert_no_leavings()
        self.restore(session.id)
        self.assertTrue(os.path.exists(session.path))


    def test_killed_at_any_step(self):
        need("strace")
        session = self.tree.session()
        session.footprint()
        self.backup()
        before = read_all(self.claude)
        session.delete()
        self.backup()
        for call in ("linkat", "renameat2", "fsync", "mkdirat", "write"):
            for when in range(1, 40):
                trace = ("strace", "-f", "-o", "/dev/null", "-e", "inject=%s:signal=KILL:when=%d" % (call, when))
                done = self.csb("restore", session.id, status=None, wrap=trace)
                found = read_all(self.claude)
                self.assertEqual({}, {p: c for p, c in found.items() if before.get(p) != c}, "%s %d" % (call, when))
                if done.status == 0:
                    break
                self.assertIn(done.status, (-9, 137))
            self.restore(session.id)
            self.assertEqual(before, read_all(self.claude))
            session.delete()

    def test_errors_are_named_and_the_rest_comes_back(self):
        need("strace")
        session = self.tree.session()
        session.footprint()
        self.backup()
        before = read_all(self.claude)
        session.delete()
        self.backup()
        for call, error in (("linkat", "EDQUOT"), ("fsync", "EIO"), ("fchmod", "EPERM"), ("utimensat", "EROFS"),
                            ("mkdirat", "ENOSPC")):
            for when in (1, 3):
                trace = ("strace", "-f", "-o", "/dev/null", "-e", "inject=%s:error=%s:when=%d" % (call, error, when))
                self.csb("restore", session.id, status=(DONE, FAILED, INCOMPLETE), wrap=trace)
                found = read_all(self.claude)
                self.assertEqual({}, {p: c for p, c in found.items() if before.get(p) != c}, call)
                self.restore(session.id)
                self.assertEqual(before, read_all(self.claude), call)
                session.delete()


def ignore_xfsz():
    """Writing past the limit is then an error and not a signal."""
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)


if __name__ == "__main__":
    main()
