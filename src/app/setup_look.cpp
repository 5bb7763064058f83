#include <algorithm>
#include <cstdlib>

#include "csb/app/setup.hpp"
#include "csb/source/claude_code/config_dir.hpp"
#include "csb/source/claude_code/hook_settings.hpp"
#include "csb/util/fs.hpp"
#include "doctor_checks.hpp"
#include "schedule_backend.hpp"
#include "setup_history.hpp"
#include "setup_plugin.hpp"

namespace csb::app {
namespace {

FoundDirectory look_at(const std::string& path) {
  FoundDirectory found{.path = path, .exists = fs::is_directory(path), .keep_days = {}, .trouble = {}};
  if (!found.exists) return found;
  for (const std::string& slug : fs::list_directory(path + "/projects"))
    for (const std::string& name : fs::list_directory(path + "/projects/" + slug))
      found.transcripts += name.ends_with(".jsonl") ? 1 : 0;
  const HooksFound hooks = find_hooks(path);
  found.hooks = hooks.events.size() == claude_code::hooked_events().size();
  found.some_hooks = !hooks.events.empty();
  found.plugin = hooks.plugin;
  found.trouble = hooks.trouble;
  found.keep_days = claude_code::effective_retention(path).days;
  return found;
}

/// Where claude-backup keeps chats, when it does.
std::vector<std::string> find_chat_stores() {
  const char* data = std::getenv("XDG_DATA_HOME");
  std::vector<std::string> candidates{user_home() + "/.local/share/claude-backup",
                                      user_home() + "/Library/Application Support/claude-backup"};
  if (data != nullptr && *data == '/')
    candidates.insert(candidates.begin(), std::string(data) + "/claude-backup");
  std::vector<std::string> found;
  for (const std::string& each : candidates)
    if (fs::exists(each + "/account.json") && fs::is_directory(each + "/organizations") &&
        std::find(found.begin(), found.end(), each) == found.end())
      found.push_back(each);
  return found;
}

void find_scheduler(const Settings& settings, SetupFound& found) {
#ifdef __APPLE__
  const std::vector<Scheduler> candidates{Scheduler::launchd};
#else
  const std::vector<Scheduler> candidates{Scheduler::systemd, Scheduler::cron};
#endif
  for (const Scheduler each : candidates) {
    const std::string reason = open_backend(each, settings)->not_running();
    if (reason.empty()) {
      found.scheduler = each;
      return;
    }
    found.no_scheduler += (found.no_scheduler.empty() ? "" : "; ") + reason;
  }
}

}  // namespace

SetupFound look_around(const Settings& settings) {
  SetupFound found;
  found.store = settings.store;
  found.store_exists = fs::is_directory(settings.store);
  for (const std::string& directory : claude_directories(settings)) {
    found.directories.push_back(look_at(directory));
    if (auto history = find_history(settings, directory)) found.histories.push_back(std::move(*history));
  }
  found.chat_stores = find_chat_stores();
  found.schedule = schedule_status(settings);
  find_scheduler(settings, found);
  if (std::all_of(found.directories.begin(), found.directories.end(),
                  [](const FoundDirectory& directory) { return directory.plugin || !directory.exists; }))
    return found;
  found.client = find_plugin_client(settings);
  found.marketplace = find_marketplace();
  return found;
}

}  // namespace csb::app
