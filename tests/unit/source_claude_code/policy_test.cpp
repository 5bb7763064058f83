#include "csb/source/claude_code/policy.hpp"

#include <array>

#include "csb/model/rel_path.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_code;

namespace {

#define ID "0a1b2c3d-0000-4000-8000-00000000000f"

struct Row {
  std::string path;
  PathClass path_class;
};

using enum PathClass;

// Every kind of file the client is known to write, and what others put beside them.
const std::vector<Row> kRows{
    // session data
    {"projects/-tmp-p/" ID ".jsonl", noise},
    {"projects/-tmp-p/" ID "/subagents/agent-0123456789abcdef0.jsonl", noise},
    {"projects/-tmp-p/" ID "/subagents/agent-0123456789abcdef0.meta.json", noise},
    {"projects/-tmp-p/" ID "/tool-results/b1x9z8y7w.txt", noise},
    {"projects/-tmp-p/" ID "/custom-title.json", noise},
    {"projects/-tmp-p/" ID "/workflows/w/1.json", noise},
    {"projects/-tmp-p/" ID "/remote-agents/x", noise},
    {"projects/-tmp-p/" ID "/mcp-tasks/x.json", noise},
    {"projects/-tmp-p/" ID "/archived.json", noise},
    {"projects/-tmp-p/" ID "/resume-head.jsonl", noise},
    {"projects/-tmp-p/" ID ".cast", noise},
    {"projects/-tmp-p/" ID ".ccr-tip.json", noise},
    {"projects/-tmp-p/" ID ".cloud-worktrees.json", noise},
    {"projects/-tmp-p/bridge-pointer.json", noise},
    {"projects/-tmp-p/" ID ".jsonl.superseded-1795176000123", noise},
    {"projects/-tmp-p/" ID ".jsonl.compact.tmp.0a1b2c3d", skip},
    {"projects/-tmp-p/" ID ".jsonl.tmp", skip},
    {"projects/-tmp-p/" ID "/custom-title.json.tmp.123.456", skip},
    {"projects/-tmp-p/.lock", skip},
    {"projects/-tmp-p/" ID "/.lock", skip},
    {"projects/-tmp-p/memory/MEMORY.md", user},
    {"projects/-tmp-p/memory/deep/notes.tmp.md", user},
    {"file-history/" ID "/0123456789abcdef@v1", noise},
    {"tasks/" ID "/1.json", noise},
    {"tasks/" ID "/.lock", skip},
    {"todos/" ID "-agent-" ID ".json", noise},
    {"session-env/" ID "/sessionstart-hook-0.sh", noise},
    {"image-cache/" ID "/1.png", noise},
    {"uploads/" ID "/a.pdf", noise},
    {"paste-cache/0123456789abcdef.txt", noise},
    {"history.jsonl", noise},
    {"session-states/" ID ".json", noise},
    {"session-states/" ID ".name-cache", noise},
    {"sesslogs/na\xc3\xafve__" ID "_dev/.convo_x", noise},
    {"sesslogs/bak/x", skip},
    // what a person edits
    {"plans/plan-it-mock.md", user},
    {"settings.json", user},
    {"settings.local.json", user},
    {"CLAUDE.md", user},
    {"CLAUDE.local.md", user},
    {"commands/deploy.md", user},
    {"commands/git/push.md", user},
    {"agents/reviewer.md", user},
    {"skills/x/SKILL.md", user},
    {"skills/x/.mcp.json", user},
    {"hooks/pre.sh", user},
    {"rules/r.md", user},
    {"output-styles/o.md", user},
    {"keybindings.json", user},
    {"themes/dark.json", user},
    {"workflows/w.js", user},
    {"loop.md", user},
    {"agent-memory/reviewer/MEMORY.md", user},
    {"agent-memory-local/x.md", user},
    {"statusline.sh", user},
    {"statusline-command.py", user},
    {".gitignore", user},
    {".gitattributes", user},
    {"plugins/installed_plugins.json", user},
    {"plugins/known_marketplaces.json", user},
    {"csb-sets.json", user},
    {"session-backup-config.json", user},
    {"csb-live/boundaries/boundary-1.json", user},
    // what can be made again
    {"skills/x/node_modules/y/index.js", skip},
    {"hooks/__pycache__/x.pyc", skip},
    {"agents/.DS_Store", skip},
    {"settings.json.tmp.1.2", skip},
    {"plugins/cache/m/p/1.0.0/plugin.json", skip},
    {"plugins/marketplaces/m/README.md", skip},
    {"plugins/store/cc-plugin-agents-md.json", skip},
    {"plugins/data/p-m/x", skip},
    {"session-backup.db", skip},
    {"session-backup.db-wal", skip},
    {"csb-fts/x.db", skip},
    {"csb-logs/schedule.log", skip},
    {"csb-live/" ID ".json", skip},
    {"distilled/p/" ID ".md", skip},
    {".csb-backup.lock", skip},
    {".csb/changes.jsonl", skip},
    // client state
    {"sessions/4242.json", skip},
    {"shell-snapshots/snapshot-bash-1-x.sh", skip},
    {".last-cleanup", skip},
    {"debug/latest", skip},
    {"debug/" ID ".txt", skip},
    {"statsig/x", skip},
    {"logs/x", skip},
    {"telemetry/x.json", skip},
    {"traces/x", skip},
    {"startup-perf/x", skip},
    {"cache/changelog.md", skip},
    {"dump-prompts/x", skip},
    {"usage-data/x", skip},
    {"stats-cache.json", skip},
    {"jobs/x", skip},
    {"daemon/x", skip},
    {"daemon.log", skip},
    {"teams/x", skip},
    {"state/x", skip},
    {"shares/x", skip},
    {"feedback-1/x", skip},
    {"ide/1234.lock", skip},
    {"downloads/x", skip},
    {"chrome/x", skip},
    {"local/claude", skip},
    {"mcp-logs/x", skip},
    {".git/config", skip},
    {"skills/mine/.git", foreign},
    {"skills/mine/.git/config", foreign},
    {"plugins/marketplaces/m/.git/HEAD", foreign},
    // secrets
    {".credentials.json", secret},
    {".claude.json", secret},
    {"backups/.claude.json.backup.1795176000123", secret},
    {"backups/anything", secret},
    {".device-keys.json", secret},
    {".session_ingress_token", secret},
    {".session_ingress_token.1", secret},
    {".oauth_token", secret},
    {".api_key", secret},
    {"hfi-auth.json", secret},
    {"mcp-needs-auth-cache.json", secret},
    {"remote-settings.json", secret},
    {"remote-settings-cache.json", secret},
    {"policy-limits.json", secret},
    {"sessions/4242.0123456789abcdef.key", secret},
    {"daemon/auth", secret},
    {"daemon/auth.json", secret},
    {"daemon/auth/token", secret},
    {"hooks/.env", secret},
    {"skills/x/.env.local", secret},
    {"skills/x/prod.env", secret},
    {"hooks/id_rsa", secret},
    {"hooks/deploy_id_ed25519.bak", secret},
    {"skills/x/server.pem", secret},
    {"skills/x/credentials.json", secret},
    {"commands/.netrc", secret},
    // unknown
    {"brand-new", unknown},
    {"brand-new/x/y", unknown},
    {".unheard-of", unknown},
    {"Projects/-tmp-p/x.jsonl", unknown},
    {"settings", unknown},
};

PathClass class_of(const std::string& path) { return PathPolicy().classify(path).path_class; }

}  // namespace

TEST_CASE("the table, row by row") {
  for (const Row& row : kRows) {
    INFO(row.path);
    const Verdict verdict = PathPolicy().classify(row.path);
    CHECK(to_string(verdict.path_class) == to_string(row.path_class));
    CHECK_FALSE(verdict.reason.empty());
    CHECK(verdict.rule.empty() == (row.path_class == unknown));
  }
}

TEST_CASE("what is stored can be reached: the walk enters every directory above it") {
  const PathPolicy policy;
  for (const Row& row : kRows) {
    if (row.path_class != noise && row.path_class != user) continue;
    for (std::string_view above = parent_path(row.path); !above.empty(); above = parent_path(above)) {
      INFO(row.path << " beneath " << above);
      const PathClass entered = policy.classify_directory(above).path_class;
      CHECK((entered == noise || entered == user));
    }
  }
}

TEST_CASE("directories that hold nothing to store are not entered") {
  const PathPolicy policy;
  const std::array<std::pair<const char*, PathClass>, 19> rows{{{"projects", noise},
                                                                {"projects/-tmp-p", noise},
                                                                {"projects/-tmp-p/memory", user},
                                                                {"skills", user},
                                                                {"skills/x/node_modules", skip},
                                                                {"plugins", user},
                                                                {"plugins/cache", skip},
                                                                {"plugins/marketplaces", user},
                                                                {"plugins/marketplaces/m", user},
                                                                {"plugins/marketplaces/m/src", skip},
                                                                {"sesslogs/bak", skip},
                                                                {"statsig", skip},
                                                                {"sessions", skip},
                                                                {"backups", secret},
                                                                {".git", skip},
                                                                {"skills/x/.git", foreign},
                                                                {".csb", skip},
                                                                {"csb-live", user},
                                                                {"brand-new", unknown}}};
  for (const auto& [path, expected] : rows) {
    INFO(path);
    CHECK(to_string(policy.classify_directory(path).path_class) == to_string(expected));
  }
}

TEST_CASE("a secret is one in any case, at any depth, with any suffix") {
  for (const std::string name : {".credentials.json",
                                 ".CREDENTIALS.JSON",
                                 ".Credentials.json.bak",
                                 "old.credentials.json",
                                 ".credentials.json~",
                                 ".credentials.json.2026-11-20",
                                 ".claude.json.backup",
                                 ".Claude.JSON",
                                 ".claude.prod.json",
                                 "x.claude.json.lock",
                                 ".device-keys.json.tmp.1",
                                 ".API_KEY.old",
                                 ".oauth_token_2",
                                 "HFI-AUTH.json",
                                 "remote-settings.v2.json.gz",
                                 "ID_RSA",
                                 "id_ed25519.pub",
                                 "cert.PEM",
                                 "cert.pem.old",
                                 ".ENV",
                                 ".env~",
                                 ".envrc"})
    for (const std::string directory :
         {"", "projects/-tmp-p/", "projects/-tmp-p/" ID "/", "projects/-tmp-p/memory/", "skills/a/b/c/",
          "tasks/" ID "/", "brand-new/", "plugins/cache/x/"}) {
      INFO(directory << name);
      CHECK(class_of(directory + name) == secret);
      CHECK(class_of(directory + name + "/beneath") == secret);
      CHECK(PathPolicy().classify_directory(directory + name).path_class == secret);
    }
}

TEST_CASE("what only looks like a secret is kept") {
  for (const char* path :
       {"projects/-home-me-remote-settings-app/" ID ".jsonl", "projects/-home-me-id-rsa/" ID ".jsonl",
        "projects/-home-me--env/" ID ".jsonl", "projects/-home-me--claude-json/" ID ".jsonl",
        "commands/remote-settings.md", "skills/x/environment.md", "skills/x/.environment",
        "skills/x/.claude-plugin/plugin.json", "agents/api_key.md", "skills/x/.pembroke", "skills/x/keys.md",
        "skills/x/monkey"})
    CHECK((class_of(path) == noise || class_of(path) == user));
}

TEST_CASE("a person's patterns add and take away, but never a secret") {
  const PathPolicy policy({.include = {"notes/*", "scripts", "*.note", "plugins/data/mine/", "backups/*",
                                       ".credentials.json", ".git/*"},
                           .exclude = {"skills/big/*", "projects/-tmp-secret*", "notes/private"}});
  const auto judged = [&](std::string_view path) { return policy.classify(path).path_class; };
  CHECK(judged("notes/a/b.md") == user);
  CHECK(judged("scripts/x.sh") == user);
  CHECK(judged("top.note") == user);
  CHECK(judged("plugins/data/mine/deep/f") == user);
  CHECK(judged("plugins/data/other") == skip);
  CHECK(judged("backups/x") == secret);
  CHECK(judged(".credentials.json") == secret);
  CHECK(judged("notes/.env") == secret);
  CHECK(judged(".git/config") == skip);
  CHECK(judged("skills/big/model.bin") == skip);
  CHECK(judged("skills/small/x") == user);
  CHECK(judged("projects/-tmp-secret-x/" ID ".jsonl") == skip);
  CHECK(judged("notes/private/x") == skip);
  CHECK(judged("projects/-tmp-p/" ID ".jsonl") == noise);
  const auto entered = [&](std::string_view path) { return policy.classify_directory(path).path_class; };
  CHECK(entered("notes") == user);
  CHECK(entered("notes/a") == user);
  CHECK(entered("notes/private") == skip);
  CHECK(entered("scripts") == user);
  CHECK(entered("plugins/data") == user);
  CHECK(entered("plugins/data/mine") == user);
  CHECK(entered("plugins/data/other") == skip);
  CHECK(entered("plugins/cache") == skip);
  CHECK(entered("brand-new") == unknown);
  CHECK(policy.classify("scripts/x.sh").reason == "included by your configuration");
  CHECK(policy.classify("scripts/x.sh").rule == "scripts");
}

TEST_CASE("a repository does not hide session data, nor what was included by name") {
  const scan::Policy policy = PathPolicy({.include = {"skills/mine"}, .exclude = {}}).walk_policy();
  for (const char* path :
       {"projects", "projects/-tmp-p", "projects/-tmp-p/memory", "file-history", "tasks/" ID, "skills/mine"})
    CHECK(policy.store_despite_repository(path));
  for (const char* path : {"skills", "skills/other", "agents", "plugins/marketplaces/m"})
    CHECK_FALSE(policy.store_despite_repository(path));
  for (const char* path :
       {"projects", "projects/-tmp-p", "projects/-tmp-p/" ID ".jsonl", "file-history", "history.jsonl"})
    CHECK(policy.link_hides_data(path));
  for (const char* path : {"skills", "CLAUDE.md", "debug/latest", "brand-new"})
    CHECK_FALSE(policy.link_hides_data(path));
}

TEST_CASE("odd paths are judged without harm") {
  for (const char* path : {"", "/", "//", "projects//x", "*", "**", "projects/", ".", "..", "\xff"})
    CHECK_FALSE(PathPolicy().classify(path).reason.empty());
  CHECK(class_of(std::string(5000, '.')) == unknown);
}
