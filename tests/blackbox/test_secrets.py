"""No secret ever enters the store: under no name, in no spelling, at no depth, through no link; nor is one printed."""
import itertools
import os
import shutil
import subprocess

from harness import CsbTest, Git, main, read_all

# The client's own, and what people keep beside it. Each with the text that must not be found anywhere.
NAMES = """.credentials.json credentials.json my-credentials.json .credentials.json.bak .credentials.json~ .credentials.json.tmp.4f2a
    .claude.json .claude.json.backup.1763700000000 .claude-2.json .claude.json.lock .device-keys.json
    .session_ingress_token .session_ingress_token_2 .oauth_token .oauth_token.old .api_key .api_key_helper
    hfi-auth.json mcp-needs-auth-cache.json remote-settings.json remote-settings-managed.json policy-limits.json
    policy-limits-2.json 4242.0123456789abcdef.key server.pem id_rsa id_ed25519 id_ecdsa.bak .netrc .git-credentials
    client_secret_1.json .env .env.local prod.env .envrc keys.p12 keys.pfx putty.ppk""".split()
# `{slug}` and `{id}` are a session's.
PLACES = ["", "skills/x", "skills/x/y/z", "projects/{slug}", "projects/{slug}/{id}/tool-results", "projects/{slug}/memory",
          "projects", "hooks", "agents", "commands/deep/er", "plans", "rules", "output-styles", "file-history/{id}",
          "tasks/{id}", "todos", "session-env/{id}", "sesslogs/x__{id}_ada", "plugins", "sessions", "backups", "daemon"]
# Directories in which all is secret, whatever it is called.
SECRET_DIRECTORIES = ["backups", "backups/deep", "daemon/auth", "daemon-2/auth/x"]


def spellings(name):
    return sorted({name, name.upper(), name.title(), name.swapcase()})


class Secrets(CsbTest):
    def setUp(self):
        super().setUp()
        self.session = self.tree.session(title="engine")
        self.session.footprint()
        self.tree.user_files()
        self.planted = {}   # needle: path
        self.said = b""     # all that csb has printed

    def plant(self, rel, mode=0o600):
        """A secret file at `rel`. -> what must not be found"""
        needle = "NEEDLE-%06d-SECRET" % len(self.planted)
        self.tree.write(rel, '{"token":"%s"}\n' % needle, mode)
        self.planted[needle] = rel
        return needle

    def run_csb(self, *args, **kw):
        result = self.csb(*args, **kw)
        self.said += result.out_bytes + result.err_bytes
        return result

    def every_command(self):
        sid = self.session.id
        for args in (["backup", "--dry-run"], ["backup", "--dry-run", "--json"], ["backup"], ["backup", "--json"],
                     ["backup", "--session", sid], ["list"], ["list", "--json"], ["show", sid], ["show", sid, "--json"],
                     ["log", sid], ["log", sid, "--json"], ["cat", sid], ["status"], ["status", "--json"],
                     ["restore", sid, "--dry-run"], ["verify", "--json"], ["verify", "--repair"], ["maintain"],
                     ["policy", *[self.tree.path(rel) for rel in ["settings.json", *list(self.planted.values())[:40]]]]):
            self.run_csb(*args, status=(0, 3))

    def everywhere(self, git=None):
        """Every byte csb has written or printed: objects (unreachable ones too), catalogue and other files."""
        git = git or self.git
        objects = git.out("cat-file", "--batch-all-objects", "--batch", "--unordered")
        return [("objects", objects), ("output", self.said),
                *((os.fsdecode(path), content) for path, content in read_all(self.csb_home).items())]

    def assert_nowhere(self, needles=None, git=None):
        for where, content in self.everywhere(git):
            found = [n for n in (needles or self.planted) if n.encode() in content]
            if found:
                self.fail("in %s: %s" % (where, [self.planted.get(n, n) for n in found][:10]))

    # ---- names
    def test_every_name_at_every_depth_in_every_spelling(self):
        for name, place in itertools.product(NAMES, PLACES):
            rel = os.path.join(place.format(slug=self.session.slug, id=self.session.id), name)
            self.plant(rel)
        for name in NAMES:
            for spelling in spellings(name):
                self.plant("skills/spelt/" + spelling)
                self.plant(spelling)
        for place in SECRET_DIRECTORIES:
            self.plant(place + "/innocent.md")
        self.every_command()
        self.assert_nowhere()
        self.git.fsck()

    def test_a_directory_by_such_a_name(self):
        for name in (".credentials.json", ".claude.json.d", ".oauth_token", "id_rsa"):
            for place in ("", "skills/x/", "projects/%s/" % self.session.slug):
                self.plant("%s%s/inside/notes.md" % (place, name))
        self.every_command()
        self.assert_nowhere()

    def test_the_configuration_cannot_include_one(self):
        self.tree.write("../.config/csb/config", "[csb]\n\tinclude = *\n\tinclude = .credentials.json\n"
                        "\tinclude = backups\n\tinclude = backups/**\n\tinclude = sessions/*\n\tinclude = mine\n")
        for rel in (".credentials.json", "backups/.claude.json.backup.1", "backups/x.md", "sessions/1.ab.key",
                    "mine/.oauth_token", "mine/deep/.credentials.json.bak"):
            self.plant(rel)
        self.tree.write("mine/notes.md", "kept\n")
        self.every_command()
        self.assert_nowhere()
        self.assertIn(b"mine/notes.md", self.git.files())

    def test_made_and_removed_between_backups(self):
        self.every_command()
        self.plant(".credentials.json")
        self.session.turn("logged in")
        self.every_command()
        os.rename(self.tree.path(".credentials.json"), self.tree.path(".credentials.json.old"))
        self.session.turn("logged out")
        self.every_command()
        self.assert_nowhere()
        listed = self.csb("backup", "--dry-run", "--json").json()
        self.assertIn(".credentials.json.old", str(listed))

    # ---- links
    def test_symlinks_are_stored_as_links(self):
        self.plant(".credentials.json")
        self.plant("backups/.claude.json.backup.1")
        outside = os.path.join(self.scratch, "outside")
        os.mkdir(outside)
        with open(os.path.join(outside, "key.txt"), "w") as f:
            f.write("NEEDLE-OUTSIDE")
        self.planted["NEEDLE-OUTSIDE"] = "outside/key.txt"
        project = "projects/" + self.session.slug
        for link, target in (("skills/x/notes.md", "../../.credentials.json"),
                             ("skills/absolute.md", self.tree.path(".credentials.json")),
                             ("skills/chain.md", "x/notes.md"), ("skills/all", ".."), ("commands/b", "../backups"),
                             ("agents/b.md", "../backups/.claude.json.backup.1"), ("agents/out.md", outside + "/key.txt"),
                             ("rules", outside), (project + "/0.jsonl", "../../.credentials.json"),
                             (project + "/memory", outside), ("hooks/proc", "/proc/self/environ"),
                             ("CLAUDE.local.md", ".credentials.json"), ("file-history/link", "../backups")):
            os.makedirs(os.path.dirname(self.tree.path(link)), exist_ok=True)
            os.symlink(target, self.tree.path(link))
        self.every_command()
        self.assert_nowhere()
        stored = self.git.tree()
        self.assertEqual("120000", stored[b"skills/x/notes.md"][0])
        self.assertEqual(b"../../.credentials.json", self.git.files()[b"skills/x/notes.md"])

    def test_a_link_by_a_secret_name(self):
        self.tree.write("skills/x/real.md", "NEEDLE-LINKED")
        for link in (".credentials.json", "skills/x/.oauth_token"):
            os.symlink(self.tree.path("skills/x/real.md"), self.tree.path(link))
        self.every_command()
        self.assertNotIn(b".credentials.json", self.git.tree())
        self.assertNotIn(b"skills/x/.oauth_token", self.git.tree())

    def test_hard_links_under_innocent_names(self):
        project, sid = "projects/" + self.session.slug, self.session.id
        links = {"skills/x/notes.md": ".credentials.json", "commands/key.md": "sessions/4242.ab.key",
                 "agents/old.md": "backups/.claude.json.backup.1", "hooks/run.sh": "hooks/.env",
                 "rules/a.md": "daemon/auth/token", project + "/copy.jsonl": ".credentials.json",
                 "%s/%s/tool-results/1.txt" % (project, sid): ".device-keys.json",
                 "file-history/%s/0123456789abcdef@v9" % sid: "skills/x/deep/er/.credentials.json"}
        for secret in sorted(set(links.values())):
            self.plant(secret)
        for link, secret in links.items():
            os.makedirs(os.path.dirname(self.tree.path(link)), exist_ok=True)
            os.link(self.tree.path(secret), self.tree.path(link))
        self.tree.write("skills/x/one.md", "an ordinary file with two names\n")
        os.link(self.tree.path("skills/x/one.md"), self.tree.path("skills/x/two.md"))
        self.run_csb("backup", "--session", sid)   # which looks at this session's files only
        self.assert_nowhere()
        notes = [problem["path"] for problem in self.run_csb("backup", "--json").json()["problems"]]
        self.assertIn("skills/x/notes.md", notes)
        self.assertEqual(sorted(notes), notes, "whichever thread has found them")
        self.every_command()
        self.assert_nowhere()
        stored = self.git.files()
        for link in links:
            self.assertNotIn(os.fsencode(link), stored)
        self.assertEqual(stored[b"skills/x/one.md"], stored[b"skills/x/two.md"])

    def test_what_was_stored_and_then_became_a_name_of_a_secret(self):
        self.tree.write("skills/x/notes.md", "harmless\n")
        self.run_csb("backup")
        self.plant(".credentials.json")
        os.unlink(self.tree.path("skills/x/notes.md"))
        os.link(self.tree.path(".credentials.json"), self.tree.path("skills/x/notes.md"))
        self.every_command()
        self.assert_nowhere()
        self.assertNotIn(b"skills/x/notes.md", self.git.files())

    def test_special_files_by_such_names(self):
        os.mkfifo(self.tree.path(".credentials.json"))
        os.mkfifo(self.tree.path("skills/x/.oauth_token"))
        self.every_command()

    # ---- elsewhere
    def test_credentials_in_the_urls_of_nested_repositories(self):
        for n, url in enumerate(("https://ada:NEEDLE-PW@example.invalid/x.git", "https://NEEDLE-TOK@example.invalid/x",
                                 "ssh://ada:NEEDLE-SSH@example.invalid:22/x", "http://a:NEEDLE%40ENC@[::1]:80/x",
                                 "https://example.invalid/x.git?private_token=NEEDLE-QUERY",
                                 "https://example.invalid/x.git#NEEDLE-FRAGMENT", "HTTPS://a:NEEDLE-CASE@example.invalid/x")):
            where = self.tree.path("skills/repo%d" % n)
            subprocess.run(["git", "init", "-q", where], check=True, env=self.git.env)
            subprocess.run(["git", "-C", where, "remote", "add", "origin", url], check=True, env=self.git.env)
            self.tree.write("skills/repo%d/notes.md" % n, "NEEDLE-CONTENT")
        self.planted["NEEDLE"] = "a url"
        self.every_command()
        self.assert_nowhere()
        self.assertIn(b"example.invalid", self.git.out("show", self.git.branch() + ":.csb/foreign.jsonl"))

    def test_the_environment_is_never_recorded(self):
        env = {"ANTHROPIC_API_KEY": "NEEDLE-ENV-KEY", "CLAUDE_CODE_MESSAGING_TOKEN": "NEEDLE-ENV-TOKEN",
               "GIT_CONFIG_PARAMETERS": "'http.extraHeader=NEEDLE-ENV-HEADER'"}
        for args in (["backup"], ["status"], ["verify"], ["backup", "--store", "/nowhere"], ["nonsense"]):
            self.run_csb(*args, env=env, status=None)
        self.assert_nowhere(["NEEDLE-ENV"])

    def test_what_the_adopted_repository_holds_does_not_come_along(self):
        """The Python csb's users have committed theirs. csb's own branch has none of it, nor what it restores."""
        needle = self.plant(".credentials.json")
        self.plant("%s/.credentials.json" % self.session.directory)
        git_dir = os.path.join(self.claude, ".git")
        identity = {**self.git.env, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "b", "GIT_COMMITTER_NAME": "a",
                    "GIT_COMMITTER_EMAIL": "b"}
        for args in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all of it"]):
            subprocess.run(["git", *args], cwd=self.claude, env=identity, check=True)
        self.run_csb("--store", git_dir, "backup")
        git = Git(git_dir, self.home)
        mine = git.text("rev-list", "--objects", git.branch())
        contents = git.out("cat-file", "--batch", input="".join(
            line.split(" ")[0] + "\n" for line in mine.splitlines()).encode())
        self.assertNotIn(needle.encode(), contents)
        self.session.delete()
        shutil.rmtree(self.tree.path(self.session.directory), ignore_errors=True)
        self.run_csb("--store", git_dir, "restore", self.session.id, status=(0, 3))
        self.assertFalse(os.path.exists(self.tree.path(self.session.directory + "/.credentials.json")))
        self.assertNotIn(b"NEEDLE", self.said)

    def test_nothing_others_can_read(self):
        self.run_csb("backup")
        for base, dirs, names in os.walk(self.csb_home):
            for name in dirs + names:
                self.assertEqual(0, os.lstat(os.path.join(base, name)).st_mode & 0o077, name)


if __name__ == "__main__":
    main()
