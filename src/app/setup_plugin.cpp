#include "setup_plugin.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdlib>

#include "csb/model/rel_path.hpp"
#include "csb/source/claude_code/hook_settings.hpp"
#include "csb/source/claude_code/json_edit.hpp"
#include "csb/source/claude_code/settings_file.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "setup_settings.hpp"

// The system's; <unistd.h> has it on some systems only.
// NOLINTNEXTLINE(readability-redundant-declaration, cppcoreguidelines-avoid-non-const-global-variables)
extern char** environ;

namespace csb::app {
namespace {

using State = SetupStep::State;

constexpr const char* kPlugin = "csb@csb";
constexpr const char* kMarketplace = "csb";
constexpr std::chrono::seconds kVersionDeadline{20};
constexpr std::chrono::seconds kDeadline{90};
constexpr int kLevels = 6;  ///< from a program in a build directory up to its source tree

/// Older clients know no plugins: they would take the words for a prompt, and ask a model.
constexpr std::array<int, 2> kOldest{2, 1};

/// The client must find this directory and no other, and do nothing beside what it is told.
std::vector<std::pair<std::string, std::string>> client_environment(const std::string& directory) {
  const char* home = std::getenv("HOME");
  const char* set = std::getenv("CLAUDE_CONFIG_DIR");
  const bool is_set = set != nullptr && *set != '\0' && fs::real_path(set) == directory;
  const bool is_default = home != nullptr && fs::real_path(std::string(home) + "/.claude") == directory;
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string line = *at;
    const auto equals = line.find('=');
    if (equals == std::string::npos || (line.starts_with("CLAUDE_CONFIG_DIR=") && !is_set)) continue;
    variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  if (!is_set && !is_default) variables.emplace_back("CLAUDE_CONFIG_DIR", directory);
  for (const char* name :
       {"DISABLE_TELEMETRY", "DISABLE_AUTOUPDATER", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"})
    variables.emplace_back(name, "1");
  return variables;
}

ProgramResult run_client(const std::string& program, const std::string& directory,
                         std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {program, "plugin"});
  return run_program(
      arguments,
      {.timeout = kDeadline, .environment = client_environment(directory), .file_modes_as_usual = true});
}

std::string locate_client(const Settings& settings) {
  return locate_program(settings.client.empty() ? "claude" : settings.client);
}

/// "2.1.329 (Claude Code)"
bool can_install_plugins(const std::string& version) {
  std::array<int, 2> found{};
  const char* at = version.data();
  const char* const end = version.data() + version.size();
  for (int& number : found) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || next == end || *next != '.') return false;
    at = next + 1;
  }
  return found >= kOldest;
}

bool is_marketplace(const std::string& directory, uid_t owner) {
  const std::string plugin = directory + "/plugin/.claude-plugin/plugin.json";
  for (const std::string& file : {directory + "/.claude-plugin/marketplace.json", plugin}) {
    struct stat st {};
    if (::stat(file.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return false;
    // What it says is run: nobody else may have written it.
    if ((st.st_uid != owner && st.st_uid != 0) || (st.st_mode & S_IWOTH) != 0) return false;
  }
  return true;
}

bool knows_marketplace(const std::string& directory) {
  const std::string list = directory + "/plugins/known_marketplaces.json";
  if (!fs::exists(list)) return false;
  const std::string text = read_file(list, std::size_t{4} << 20);
  return claude_code::is_json_object(text) && claude_code::json_at(text, {kMarketplace}).has_value();
}

bool is_enabled(const std::string& settings_file) {
  return claude_code::is_plugin_enabled(claude_code::read_settings_file(settings_file).text());
}

/// On record before the client is asked: whatever ends csb then, an undo knows.
void note_attempt(SetupRecord& record, const claude_code::SettingsFile& before,
                  const ChangedSettings& attempt) {
  ChangedSettings& entry = recorded_settings(record, attempt.path, before);
  entry.plugin = true;
  entry.marketplace = entry.marketplace || attempt.marketplace;
  entry.after = before.bytes;
}

}  // namespace

FoundClient find_plugin_client(const Settings& settings) {
  FoundClient client{.program = locate_client(settings), .version = {}, .trouble = {}};
  if (client.program.empty()) return client;
  const ProgramResult done =
      run_program({client.program, "--version"}, {.timeout = kVersionDeadline, .limit = 4096});
  client.version = done.out.substr(0, done.out.find('\n'));
  if (!done.ok())
    client.trouble = client.program + " does not answer: " + done.complaint();
  else if (client.version.find("Claude Code") == std::string::npos)
    client.trouble = client.program + " does not say that it is Claude Code";
  else if (!can_install_plugins(client.version))
    client.trouble = client.program + " is too old for plugins (" + client.version + ")";
  return client;
}

std::string find_marketplace() {
  std::string program;
  try {
    program = fs::real_path(own_program("csb"));
  } catch (const Error&) {  // removed or replaced while it runs: hooks will say so
    return {};
  }
  struct stat st {};
  if (::stat(program.c_str(), &st) != 0) return {};
  std::string directory(parent_path(program));
  std::string installed = fs::real_path(directory + "/../share/csb-plugin");
  if (!installed.empty() && is_marketplace(installed, st.st_uid)) return installed;
  for (int level = 0; level < kLevels && directory.size() > 1; ++level) {
    if (is_marketplace(directory, st.st_uid)) return directory;
    directory = std::string(parent_path(directory));
  }
  return {};
}

void install_plugin(const Settings& settings, SetupRecord& record, const FoundDirectory& directory,
                    const SetupFound& found) {
  const std::string path = directory.path + "/settings.json";
  const auto before = claude_code::read_settings_file(path);  // one that is malformed is nothing to build on
  const ChangedSettings* const known = record.find(path);
  const std::optional<ChangedSettings> entry_before = known != nullptr ? std::optional(*known) : std::nullopt;
  const ChangedSettings attempt{.path = path,
                                .existed = before.exists,
                                .plugin = true,
                                .marketplace = !knows_marketplace(directory.path),
                                .before = before.bytes};
  note_attempt(record, before, attempt);
  write_setup_record(settings, record);
  ProgramResult done{};
  if (attempt.marketplace)
    done = run_client(found.client.program, directory.path, {"marketplace", "add", found.marketplace});
  if (done.ok()) done = run_client(found.client.program, directory.path, {"install", kPlugin});
  if (done.ok() && is_enabled(path)) {
    record.find(path)->after = claude_code::read_settings_file(path).bytes;
    return write_setup_record(settings, record);
  }
  // Hooks that were there before stay: the settings are as they were before the attempt, not before csb.
  static_cast<void>(uninstall_plugin(settings, attempt, false));
  static_cast<void>(restore_settings(attempt, false));
  std::erase_if(record.files, [&](const ChangedSettings& file) { return file.path == path; });
  if (entry_before) record.files.push_back(*entry_before);
  write_setup_record(settings, record);
  throw Error(ErrorCode::failed,
              done.ok() ? found.client.program +
                              " says that it installed the plugin, but it is not enabled in " + path
                        : found.client.program + " could not install the plugin: " + done.complaint());
}

std::vector<SetupStep> uninstall_plugin(const Settings& settings, const ChangedSettings& file, bool dry_run) {
  const std::string directory(parent_path(file.path));
  const bool enabled = fs::exists(file.path) && is_enabled(file.path);
  const bool removes_marketplace = file.marketplace && knows_marketplace(directory);
  if (!enabled && !removes_marketplace) return {};
  const std::string kept = "the client keeps its own lists and caches in " + directory + "/plugins";
  if (dry_run) return {{"plugin", State::planned, "the plugin is taken out of " + directory + "; " + kept}};
  const FoundClient client = find_plugin_client(settings);
  if (client.program.empty() || !client.trouble.empty())
    return {{"plugin", State::done,
             "the plugin is switched off in " + file.path +
                 "; to have it removed there must be a client, and " +
                 (client.program.empty() ? "there is no 'claude' in PATH" : client.trouble)}};
  ProgramResult done{};
  if (enabled) done = run_client(client.program, directory, {"uninstall", kPlugin});
  std::string complaint = done.ok() ? "" : done.complaint();
  if (removes_marketplace)
    done = run_client(client.program, directory, {"marketplace", "remove", kMarketplace});
  if (!done.ok() && complaint.empty()) complaint = done.complaint();
  if (complaint.empty())
    return {{"plugin", State::done, "the plugin is taken out of " + directory + "; " + kept}};
  return {{"plugin", State::failed,
           client.program + " could not take the plugin out of " + directory + ": " + complaint +
               " (it is switched off in the settings)"}};
}

}  // namespace csb::app
