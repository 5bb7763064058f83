#include "policy_table.hpp"

// The path policy for a Claude config directory, in the order in which it is read. Session data is an
// allow-list; what a person edits is known by the client's own layout (client 2.1.329); whatever matches
// no line is unknown: not stored, but reported.

namespace csb::claude_code {
namespace {

using enum PathClass;

constexpr SecretName kSecretNames[] = {
    {"*credentials.json*", "login tokens"},
    {"*.claude*.json*", "the client's state: account, part of each API key, MCP servers' environment"},
    {"*.device-keys.json*", "device keys"},
    {"*.session_ingress_token*", "a token"},
    {"*.oauth_token*", "a token"},
    {"*.api_key*", "an API key"},
    {"*hfi-auth.json*", "a token"},
    {"*mcp-needs-auth-cache.json*", "state of MCP logins"},
    {"*remote-settings*.json*", "settings an organisation sent, which may hold keys"},
    {"*policy-limits*.json*", "limits an organisation set, tied to the account"},
    {"*id_rsa*", "a private key"},
    {"*id_dsa*", "a private key"},
    {"*id_ecdsa*", "a private key"},
    {"*id_ed25519*", "a private key"},
    {"*.pem", "a private key or certificate"},
    {"*.key", "a private key, or the token of a running session"},
    {"*.p12", "a private key with its certificate"},
    {"*.pfx", "a private key with its certificate"},
    {"*.ppk", "a private key"},
    {"*.netrc*", "passwords"},
    {"*.git-credentials*", "passwords"},
    {"*client_secret*.json*", "an OAuth client's secret"},
    // Scripts in hooks and skills keep their keys here. Session data never has such a name: file-history
    // names its copies by hash.
    {"*.env", "environment variables, which usually hold keys"},
    {"*.envrc", "environment variables, which usually hold keys"},
};

constexpr PathRule kFixedRules[] = {
    {"backups/**", secret, "the client's copies of .claude.json: account and keys"},
    {"daemon*/auth*/**", secret, "the daemon's login"},
    {".git/**", skip, "a git repository's own files"},
    {"**/.git/**", foreign, "a nested git repository: recorded as its url and commit"},
    {".csb/**", skip, "where the store keeps csb's own records"},
};

constexpr PathRule kPathRules[] = {
    // Leavings of the system, anywhere
    {"**/.DS_Store", skip, "written by the file manager"},
    {"**/Thumbs.db", skip, "written by the file manager"},
    {"**/desktop.ini", skip, "written by the file manager"},

    // Projects: transcripts, what belongs to them, and the memory of each project
    {"projects/**/.lock", skip, "a lock"},
    {"projects/*/memory/**", user, "the project's memory: kept by the client, edited by you"},
    {"projects/**/*.tmp", skip, "being written: what it replaces is stored"},
    {"projects/**/*.tmp.*", skip, "being written: what it replaces is stored"},
    {"projects/*/*.jsonl", noise, "the transcript of a session"},
    {"projects/**", noise, "session data: subagents, tool results, side files"},

    // Session data outside of projects
    {"file-history/**", noise, "session data: files as they were before the client edited them"},
    {"tasks/**/.lock", skip, "a lock"},
    {"tasks/**/*.tmp", skip, "being written: what it replaces is stored"},
    {"tasks/**", noise, "session data: task lists"},
    {"todos/**", noise, "session data: task lists of older clients"},
    {"session-env/**", noise, "session data: environment set by hooks"},
    {"image-cache/**", noise, "session data: pasted images"},
    {"uploads/**", noise, "session data: uploaded files"},
    {"paste-cache/**", noise, "session data: pasted text"},
    {"history.jsonl", noise, "the prompts you typed"},
    {"session-states/**", noise, "session data of a session logger"},
    {"sesslogs/bak/**", skip, "copies a session logger made of its own logs"},
    {"sesslogs/**", noise, "session data of a session logger"},

    // What a person edits, without what is built or fetched from it
    {"**/node_modules/**", skip, "packages: re-creatable"},
    {"**/__pycache__/**", skip, "compiled code: re-creatable"},
    {"**/.venv/**", skip, "packages: re-creatable"},
    {"*.tmp", skip, "being written: what it replaces is stored"},
    {"*.tmp.*", skip, "being written: what it replaces is stored"},
    {"CLAUDE*.md", user, "your instructions"},
    {"settings*.json*", user, "your settings"},
    {".mcp.json", user, "your MCP servers"},
    {"keybindings*.json", user, "your key bindings"},
    {"statusline*/**", user, "your status line"},
    {"loop.md", user, "your instructions for loops"},
    {"commands/**", user, "your commands"},
    {"agents/**", user, "your agents"},
    {"agent-memory*/**", user, "your agents' memory"},
    {"skills/**", user, "your skills"},
    {"hooks/**", user, "your hooks"},
    {"rules/**", user, "your rules"},
    {"output-styles/**", user, "your output styles"},
    {"themes/**", user, "your themes"},
    {"workflows/**", user, "your workflows"},
    {"plans/**", user, "plans: written in plan mode, edited by you"},
    {".gitignore", user, "yours, if this directory is a repository"},
    {".gitattributes", user, "yours, if this directory is a repository"},
    {".gitmodules", user, "yours, if this directory is a repository"},

    // Plugins: which are installed is configuration, their files can be fetched again
    {"plugins/installed_plugins.json", user, "which plugins are installed"},
    {"plugins/known_marketplaces.json", user, "where plugins come from"},
    {"plugins/config.json", user, "plugin configuration of older clients"},
    {"plugins/marketplaces/*/.git", foreign, "a clone of a marketplace: recorded as its url and commit"},
    {"plugins/repos/*/*/.git", foreign, "a clone of a plugin: recorded as its url and commit"},
    {"plugins/**", skip, "copies of plugins and their own data: re-creatable"},

    // The Python csb's: curated data is kept, what it can rebuild is not
    {"csb-sets.json", user, "sets of sessions you made"},
    {"session-backup-config.json", user, "configuration of the Python csb"},
    {"csb-live/boundaries/**", user, "which sessions were open at a shutdown"},
    {"csb-live/last-shutdown.json", user, "which sessions were open at a shutdown"},
    {"csb-live/**", skip, "which sessions are open now"},
    {"session-backup.db*", skip, "an index: re-creatable"},
    {"csb-fts/**", skip, "an index: re-creatable"},
    {"csb-logs/**", skip, "logs"},
    {"distilled/**", skip, "written from transcripts: re-creatable"},
    {".csb-backup.lock", skip, "a lock"},

    // The client's own state and caches
    {"sessions/**", skip, "which sessions are open now"},
    {"shell-snapshots/**", skip, "client state: the shell's environment"},
    {"debug/**", skip, "client state: debug logs"},
    {".last-cleanup", skip, "client state: when the last sweep was"},
    {".last-update-result.json", skip, "client state"},
    {".update.lock", skip, "a lock"},
    {"statsig/**", skip, "client state"},
    {"logs/**", skip, "client state: logs"},
    {"telemetry/**", skip, "client state"},
    {"traces/**", skip, "client state"},
    {"startup-perf/**", skip, "client state"},
    {"cache/**", skip, "a cache"},
    {"dump-prompts/**", skip, "client state: debug logs"},
    {"usage-data/**", skip, "client state"},
    {"stats-cache.json", skip, "a cache"},
    {"jobs/**", skip, "client state"},
    {"daemon*/**", skip, "client state"},
    {"teams/**", skip, "client state"},
    {"state/**", skip, "client state"},
    {"shares/**", skip, "client state"},
    {"feedback*/**", skip, "client state"},
    {"ide/**", skip, "client state: connections to editors"},
    {"downloads/**", skip, "client state"},
    {"chrome/**", skip, "client state: connection to the browser"},
    {"local/**", skip, "the client's own installation"},
    {"mcp-*/**", skip, "client state"},
};

}  // namespace

std::span<const SecretName> secret_names() { return kSecretNames; }
std::span<const PathRule> fixed_rules() { return kFixedRules; }
std::span<const PathRule> path_rules() { return kPathRules; }

}  // namespace csb::claude_code
