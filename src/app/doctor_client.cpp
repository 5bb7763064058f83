#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "csb/app/heartbeats.hpp"
#include "csb/source/claude_code/config_dir.hpp"
#include "csb/source/claude_code/hook_settings.hpp"
#include "csb/source/claude_code/settings_file.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "doctor_checks.hpp"

namespace csb::app {
namespace {

constexpr int kFewDays = 30;

std::int64_t changed_ns(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 ? st.st_mtim.tv_sec * kNsPerSecond + st.st_mtim.tv_nsec : 0;
}

/// The newest call by the client itself; nothing when it never called.
std::optional<Heartbeat> last_beat(const Settings& settings) {
  const auto heartbeats = read_heartbeats(settings);
  for (auto it = heartbeats.rbegin(); it != heartbeats.rend(); ++it)
    if (!it->session || !it->session->text().starts_with(kDrillSession)) return *it;
  return std::nullopt;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

void check_hooks_of(Checks& checks, const Patient& patient, const std::string& directory) {
  const HooksFound found = find_hooks(directory);
  if (!found.trouble.empty())
    return checks.fail("hooks", found.trouble, "mend the file by hand; the client does not read it either");
  if (!found.plugin && found.events.empty())
    return checks.warn("hooks", "no hooks in " + directory + ": nothing is archived before a compaction",
                       "csb setup --auto", {"csb", "setup", "--auto"});
  const std::size_t all = claude_code::hooked_events().size();
  if (!found.plugin && found.events.size() < all)
    return checks.warn("hooks", fmt::format("{} has hooks for {} only", directory, joined(found.events)),
                       "csb setup --auto", {"csb", "setup", "--auto"});
  if (found.plugin && !found.events.empty())
    return checks.warn(
        "hooks",
        "both the plugin and hooks in " + directory + "/settings.json call csb: each event is answered twice",
        "take the hooks that call csb out of that file");
  const std::string which = found.plugin ? "the plugin" : "hooks in settings.json";
  const auto beat = last_beat(patient.settings);
  const std::int64_t called = beat ? beat->when_ns : 0;
  const auto known = patient.last_active.find(directory);
  const std::int64_t session = known == patient.last_active.end() ? 0 : known->second;
  // Counted from when the settings were last written: the hooks may have come then.
  const bool silent_since = called <= found.since_ns && called < session - kSettledNs;
  const bool silent_lately = called < session - kNsPerDay;
  if (session > found.since_ns && (silent_since || silent_lately))
    return checks.fail(
        "hooks",
        fmt::format("{}: {}, although a session ran {}", which,
                    beat ? "the last one fired " + format_relative(called, now_ns())
                         : std::string("no hook has fired"),
                    format_relative(session, now_ns())),
        "/hooks in the client shows what it has loaded; 'csb doctor --fire-drill' fires them by hand");
  if (beat && beat->outcome == HookOutcome::failed)
    return checks.fail("hooks", which + ": the last one could not archive", "csb backup", {"csb", "backup"});
  checks.ok("hooks", which + (beat ? ": last fired " + format_relative(called, now_ns())
                                   : ": not called yet (no session since)"));
}

}  // namespace

HooksFound find_hooks(const std::string& claude_dir) {
  HooksFound found;
  try {
    const auto file = claude_code::read_settings_file(claude_dir + "/settings.json");
    found.events = claude_code::installed_hooks(file.text());
    found.plugin = claude_code::is_plugin_enabled(file.text());
    found.since_ns = changed_ns(file.path);
  } catch (const Error& error) {
    found.trouble = error.what();
  }
  // One that was copied where the client looks for skills is loaded without being enabled.
  found.plugin = found.plugin || fs::exists(claude_dir + "/skills/csb/.claude-plugin/plugin.json");
  return found;
}

void check_hooks(Checks& checks, const Patient& patient) {
  for (const std::string& directory : claude_directories(patient.settings))
    if (fs::is_directory(directory)) check_hooks_of(checks, patient, directory);
}

void check_retention(Checks& checks, const Patient& patient) {
  for (const std::string& directory : claude_directories(patient.settings)) {
    if (!fs::is_directory(directory)) continue;
    const claude_code::Retention retention = claude_code::effective_retention(directory);
    std::vector<std::string> command{"csb", "config", "settings:cleanupPeriodDays", "365"};
    std::string longer = "csb config settings:cleanupPeriodDays 365";
    if (directory != patient.settings.claude_dir) {
      longer += " --claude-dir '" + directory + "'";
      command.insert(command.end(), {"--claude-dir", directory});
    }
    if (!retention.days)
      checks.warn("retention",
                  retention.origin + ": the client's settings are broken, so it has paused its cleanup",
                  "mend the file");
    else if (*retention.days < kFewDays)
      checks.warn(
          "retention",
          fmt::format("the client deletes transcripts after {} days ({})", *retention.days, retention.origin),
          longer, std::move(command));
    else if (*retention.days == kFewDays)
      checks.note("retention", "the client deletes transcripts after 30 days; csb keeps what it has archived",
                  longer);
    else
      checks.ok("retention", fmt::format("the client keeps transcripts for {} days", *retention.days));
  }
}

}  // namespace csb::app
