"""Every question about a generated corpus has the answer that a plain reading of its files gives: before and
after a purge, a rebuild of the catalogue, git's own gc and a restore. CSB_SEED chooses the corpus (default: another
one each time; a failure names it)."""
import collections
import json
import os
import posixpath
import random
import re
import subprocess
import sys

from harness import CsbTest, main, need

HERE = os.path.dirname(os.path.abspath(__file__))
GENERATOR = os.path.join(HERE, "../support/gen_corpus.py")
SEED = int(os.environ.get("CSB_SEED") or random.randrange(1, 10**6))
SESSIONS = int(os.environ.get("CSB_CORPUS_SESSIONS") or 80)
TOKENS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")


def rows_of(path):
    """Every line that is a JSON object."""
    with open(path, "rb") as f:
        lines = f.read().split(b"\n")
    for number, line in enumerate(lines):
        if number == len(lines) - 1:
            break   # no line end: not a whole line
        try:
            row = json.loads(line.decode("utf-8", "replace"))
        except ValueError:
            continue
        if isinstance(row, dict):
            yield row


def is_prompt(row):
    content = (row.get("message") or {}).get("content")
    return row.get("type") == "user" and isinstance(content, str) and not content.startswith("<")


class Facts:
    """What the rows of one session say, read in the simplest way."""

    def __init__(self, root, record):
        self.id, self.record = record["uuid"], record
        self.path = os.path.join(root, "projects", record["slug"], self.id + ".jsonl")
        rows = list(rows_of(self.path))
        self.messages = sum(r.get("type") in ("user", "assistant") for r in rows)
        self.title = self.title_of(rows)
        self.answers = {}
        self.tools = collections.Counter()
        self.folders = set()
        self.perhaps = set()   # of a path in a command: it, or the folder it lies in
        self.files = set()
        self.read(rows, main=True)
        subagents = self.path[:-6] + "/subagents"
        for name in sorted(os.listdir(subagents)) if os.path.isdir(subagents) else []:
            if name.endswith(".jsonl"):
                self.read(rows_of(os.path.join(subagents, name)), main=False)

    @staticmethod
    def title_of(rows):
        last = {}
        for row in rows:
            for kind, key in (("custom-title", "customTitle"), ("ai-title", "aiTitle"), ("summary", "summary"),
                              ("last-prompt", "lastPrompt")):
                if row.get("type") == kind:
                    last[key] = row[key]
        for key in ("customTitle", "aiTitle", "summary", "lastPrompt"):
            if last.get(key):
                return last[key]
        return next((r["message"]["content"] for r in rows if is_prompt(r)), "")

    def read(self, rows, main):
        for row in rows:
            if row.get("cwd"):
                self.folders.add(row["cwd"])
            message = row.get("message")
            if row.get("type") != "assistant" or not isinstance(message, dict):
                continue
            usage = message.get("usage")
            if usage:
                counts = (usage["input_tokens"], usage["output_tokens"], usage["cache_creation_input_tokens"], 0,
                          usage["cache_read_input_tokens"])
                self.answers[message["id"]] = (row["timestamp"][:10], message["model"], counts)
            for block in message["content"]:
                if block.get("type") == "tool_use":
                    self.tools[block["name"]] += 1
                    self.call(block["name"], block["input"])

    def call(self, tool, given):
        if tool in ("Read", "Write", "Edit"):
            self.files.add(given["file_path"])
            self.folders.add(posixpath.dirname(given["file_path"]))
        elif tool in ("Grep", "Glob"):
            self.folders.add(given["path"])
        elif tool == "Bash":
            for path in re.findall(r"(/home[^\s\"]*)", given["command"]):
                if given["command"].startswith("cd "):
                    self.folders.add(path)
                else:
                    self.perhaps |= {path, posixpath.dirname(path)}


def beneath(path, folder):
    return path == folder or path.startswith(folder + "/")


class Corpus(CsbTest):
    def setUp(self):
        super().setUp()
        need("git")
        self.addCleanup(self.name_seed)
        os.rmdir(os.path.join(self.claude, "projects"))
        os.rmdir(self.claude)
        subprocess.run([sys.executable, GENERATOR, "gen", "--out", self.claude, "--sessions", str(SESSIONS), "--mb", "8",
                        "--seed", str(SEED), "--projects", "9"], check=True, stdout=subprocess.DEVNULL)
        with open(self.claude + ".manifest.json") as f:
            self.records = json.load(f)["sessions"]
        self.facts = {r["uuid"]: Facts(self.claude, r) for r in self.records}

    def name_seed(self):
        outcome = getattr(self, "_outcome", None)
        result = getattr(outcome, "result", None)
        if result and any(test is self for test, _ in result.failures + result.errors):
            sys.stderr.write("the corpus was that of CSB_SEED=%d CSB_CORPUS_SESSIONS=%d\n" % (SEED, SESSIONS))

    # ---- questions
    def ask(self, *args, **kw):
        return self.csb(*args, "--json", **kw).json()

    def listed(self, *args, status=(0, 4)):
        return [s["id"] for s in self.ask("list", "-n", "0", *args, status=status)["sessions"]]

    def scanned(self, *args):
        return {s["id"] for s in self.ask("scan", "-n", "0", *args, status=(0, 4))["sessions"]}

    def tree_edges(self):
        edges, stack = {}, [(t, None) for t in self.ask("tree", "-n", "0", "--max-nodes", "0", "--deleted",
                                                         "--orphans")["trees"]]
        while stack:
            node, parent = stack.pop()
            edges[node["id"]] = parent
            stack += [(child, node["id"]) for child in node["children"]]
        return edges

    def used(self):
        found = {}
        for row in self.ask("usage", "--by", "day,model")["rows"]:
            found[row["day"], row["model"]] = (row["answers"],) + tuple(row[t] for t in TOKENS)
        return found

    # ---- answers
    def projects(self):
        return sorted({r["cwd"] for r in self.records})

    def check_everything(self, deleted):
        everything = {s["id"]: s for s in self.ask("list", "-n", "0", "--deleted")["sessions"]}
        self.assertEqual(sorted(self.facts), sorted(everything))
        for sid, facts in self.facts.items():
            session, record = everything[sid], facts.record
            self.assertEqual(facts.title.strip()[:180], (session["title"] or "").strip()[:180], sid)
            self.assertEqual((facts.messages, record["bytes"], record["cwd"], record["parent"], record["version"]),
                             (session["messages"], session["size"], session["start_folder"], session["forked_from"],
                              session["version"]), sid)
            self.assertEqual(sid in deleted, session["state"] == "deleted", sid)
            folders = {f["path"] for f in session["folders"]}
            self.assertEqual((set(), set()), (facts.folders - folders, folders - facts.folders - facts.perhaps), sid)
        self.assertEqual(sorted(deleted), sorted(self.listed("--deleted", "only")))
        self.check_folders()
        self.check_filters(deleted)
        self.check_orders(everything, deleted)
        self.assertEqual({sid: f.record["parent"] for sid, f in self.facts.items()},
                         {sid: parent for sid, parent in self.tree_edges().items() if sid in self.facts})
        self.check_usage()

    def check_folders(self):
        for project in self.projects():
            touched = {sid for sid, f in self.facts.items() if any(beneath(p, project) for p in f.folders | f.perhaps)}
            self.assertEqual(touched, self.scanned("-d", project, "--deleted"), project)
            exactly = self.scanned("-D", project, "--deleted")
            self.assertLessEqual({sid for sid, f in self.facts.items() if project in f.folders}, exactly, project)
            self.assertLessEqual(exactly, {sid for sid, f in self.facts.items() if project in f.folders | f.perhaps})
            self.assertEqual({sid for sid, f in self.facts.items() if f.record["cwd"] == project},
                             self.scanned("-s", project, "--deleted"), project)
            prefix = project[:-1]
            begin = {sid for sid, f in self.facts.items() if any(p.startswith(prefix) for p in f.folders | f.perhaps)}
            self.assertEqual(begin, self.scanned(prefix + "*", "--deleted"), prefix)

    def check_filters(self, deleted):
        begin = {sid: f.title.lower()[:150] for sid, f in self.facts.items()}   # long ones are cut
        for word in random.Random(SEED).sample(sorted({w for title in begin.values() for w in title.split()}), 5):
            found = self.listed("--deleted", "all", word)
            missing = [sid for sid, title in begin.items() if word in title.split() and sid not in found]
            self.assertEqual([], missing, word)
        for tool in ("Task", "NotebookEdit", "WebFetch"):
            self.assertEqual(sorted(sid for sid, f in self.facts.items() if f.tools[tool]),
                             sorted(self.listed("--deleted", "all", "--tool", tool)), tool)
        for path in random.Random(SEED).sample(sorted({p for f in self.facts.values() for p in f.files}), 3):
            self.assertEqual(sorted(sid for sid, f in self.facts.items() if path in f.files),
                             sorted(self.listed("--deleted", "all", "--file", path)), path)
            end = "/".join(path.split("/")[-2:])
            self.assertEqual(sorted(sid for sid, f in self.facts.items() if any(p.endswith("/" + end) for p in f.files)),
                             sorted(self.listed("--deleted", "all", "--file", end)), end)
        self.assertEqual(sorted(set(self.facts) - deleted), sorted(self.listed("--source", "claude-code")))

    def check_orders(self, everything, deleted):
        live = [s for sid, s in everything.items() if sid not in deleted]
        for sort, key in (("size", lambda s: (-s["size"], s["id"])), ("messages", lambda s: (-s["messages"], s["id"])),
                          ("expiration", lambda s: (s["expires"], s["id"])), ("oldest", lambda s: (s["active"], s["id"]))):
            self.assertEqual([s["id"] for s in sorted(live, key=key)], self.listed("--sort", sort), sort)
        for sort, field in (("last-used", "active"), ("started", "started")):
            times = [everything[sid][field] for sid in self.listed("--sort", sort)]
            self.assertEqual(sorted(times, reverse=True), times, sort)
        self.assertEqual(self.listed()[:7], [s["id"] for s in self.ask("list", "-n", "7")["sessions"]])

    def check_usage(self):
        expected = collections.defaultdict(lambda: [0] * 6)
        answers = {}
        for facts in self.facts.values():
            answers.update(facts.answers)
        for day, model, counts in answers.values():
            sums = expected[day, model]
            sums[0] += 1
            for i, count in enumerate(counts):
                sums[i + 1] += count
        self.assertEqual({key: tuple(sums) for key, sums in expected.items()}, self.used())

    # ---- tests
    def test_answers_survive_everything(self):
        self.backup()
        self.check_everything(set())
        victims = random.Random(SEED).sample(sorted(self.facts), 7)
        for sid in victims:
            subprocess.run([sys.executable, GENERATOR, "purge", "--out", self.claude, "--session", sid, "--footprint"],
                           check=True, stdout=subprocess.DEVNULL)
        self.backup()
        self.check_everything(set(victims))
        for rel in ("catalogue.db", "catalogue.db-wal", "catalogue.db-shm"):
            if os.path.exists(os.path.join(self.csb_home, rel)):
                os.remove(os.path.join(self.csb_home, rel))
        self.check_everything(set(victims))
        subprocess.run(["git", "-C", self.store, "gc", "-q", "--prune=now"], check=True,
                       env=self.environment(GIT_CONFIG_NOSYSTEM="1"))
        self.check_everything(set(victims))
        self.csb("restore", *victims)
        self.backup()
        for sid in victims:
            self.facts[sid].record["bytes"] = os.path.getsize(self.facts[sid].path)
        self.check_everything(set())


if __name__ == "__main__":
    main()
