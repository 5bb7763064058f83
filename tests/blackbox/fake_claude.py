"""A client of straw: what `claude plugin …` does to a Claude directory, and a list of how it was called."""
import json
import os
import sys

SCRIPT = r'''#!%(python)s
import json, os, sys
argv = sys.argv[1:]
home = os.environ.get("CLAUDE_CONFIG_DIR") or os.path.join(os.environ["HOME"], ".claude")
behaviour = json.load(open(%(behaviour)r))
with open(%(log)r, "a") as f:
    f.write(json.dumps({"argv": argv, "config_dir": os.environ.get("CLAUDE_CONFIG_DIR"),
                        "stdin": sys.stdin.read()}) + "\n")

def edit(name, change):
    path = os.path.join(home, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    text = open(path, encoding="utf-8-sig").read() if os.path.exists(path) else ""
    document = json.loads(text or "{}")
    change(document)
    with open(path, "w") as f:      # in its own order and style, as the real one
        json.dump(dict(sorted(document.items())), f, indent=2)
        f.write("\n")

def stop(status, text):
    print(text, file=sys.stderr if status else sys.stdout)
    sys.exit(status)

if argv == ["--version"]:
    stop(behaviour.get("version_status", 0), behaviour.get("version", "2.1.329 (Claude Code)"))
if " ".join(argv[:2]) in behaviour.get("fails", []) or " ".join(argv[:3]) in behaviour.get("fails", []):
    stop(1, "it will not, said the client")
if argv[:3] == ["plugin", "marketplace", "add"]:
    market = json.load(open(os.path.join(argv[3], ".claude-plugin/marketplace.json")))["name"]
    source = {"source": {"source": "directory", "path": argv[3]}}
    edit("settings.json", lambda d: d.setdefault("extraKnownMarketplaces", {}).update({market: source}))
    edit("plugins/known_marketplaces.json", lambda d: d.update({market: source}))
elif argv[:2] == ["plugin", "install"]:
    if not behaviour.get("does_nothing"):
        edit("settings.json", lambda d: d.setdefault("enabledPlugins", {}).update({argv[2]: True}))
elif argv[:2] == ["plugin", "uninstall"]:
    edit("settings.json", lambda d: d.setdefault("enabledPlugins", {}).pop(argv[2], None))
elif argv[:3] == ["plugin", "marketplace", "remove"]:
    edit("settings.json", lambda d: d.setdefault("extraKnownMarketplaces", {}).pop(argv[3], None))
    edit("plugins/known_marketplaces.json", lambda d: d.pop(argv[3], None))
else:
    stop(9, "what? %%s" %% argv)
'''


class FakeClaude:
    """`claude` in a directory that is on the PATH of a test."""

    def __init__(self, directory, scratch):
        self.path = os.path.join(directory, "claude")
        self.log, self.behaviour = os.path.join(scratch, "claude.log"), os.path.join(scratch, "claude.json")
        self.behave()
        with open(self.path, "w", encoding="utf-8") as f:
            f.write(SCRIPT % {"python": sys.executable, "log": self.log, "behaviour": self.behaviour})
        os.chmod(self.path, 0o755)

    def behave(self, **how):
        """version, version_status, fails (list of "plugin install"…), does_nothing"""
        with open(self.behaviour, "w", encoding="utf-8") as f:
            json.dump(how, f)

    def calls(self):
        """What it was called with since the last time, without the questions for its version."""
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as f:
            calls = [json.loads(line) for line in f]
        os.remove(self.log)
        return [call for call in calls if call["argv"] != ["--version"]]
