#include "config_client.hpp"

#include <fmt/format.h>

#include <charconv>

#include "csb/app/client_settings.hpp"
#include "csb/source/claude_code/config_dir.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

/// Ten thousand years: what is beyond that is a slip, and overflows the client's dates.
constexpr std::int64_t kMostDays = 3'650'000;

std::int64_t parse_days(const std::string& text) {
  std::int64_t days = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), days);
  if (error != std::errc() || end != text.data() + text.size() || days < 0 || days > kMostDays)
    throw Error(ErrorCode::usage, fmt::format("'{}' is no number of days", text),
                "a whole number, at least 1, for example 365");
  return days;
}

}  // namespace

bool is_client_key(const std::string& key) {
  const std::string lower = ascii_lower(key);
  if (!lower.starts_with("settings:")) return false;
  if (lower == ascii_lower(kCleanupKey)) return true;
  throw Error(ErrorCode::usage, fmt::format("csb does not handle the client's setting '{}'", key.substr(9)),
              fmt::format("the one it does is {}", kCleanupKey));
}

namespace {

/// Settings with one Claude directory as the only one.
std::vector<Settings> each_directory(const Settings& settings) {
  std::vector<Settings> each{settings};
  for (const std::string& directory : settings.more_claude_dirs) {
    each.push_back(settings);
    each.back().claude_dir = directory;
  }
  return each;
}

ConfigEntry entry_of(const Settings& settings, bool strict) {
  ConfigEntry entry{.key = kCleanupKey,
                    .meaning = "days after which Claude Code deletes a transcript (in its settings.json)"};
  entry.directory = settings.claude_dir;
  if (strict) static_cast<void>(cleanup_period(settings));
  const claude_code::Retention retention = claude_code::effective_retention(settings.claude_dir);
  if (!retention.days) {
    entry.remark = retention.origin + ": the client has paused its cleanup";
    return entry;
  }
  entry.values = {std::to_string(*retention.days)};
  if (retention.origin == "default") return entry;
  entry.origin = ConfigEntry::Origin::client;
  entry.where = retention.origin;
  if (!retention.origin.starts_with(client_settings_file(settings)))
    entry.remark = "that file precedes settings.json";
  return entry;
}

/// After a change; says which of several directories it was.
ConfigEntry changed_entry(const Settings& settings) {
  ConfigEntry entry = entry_of(settings, true);
  if (!settings.more_claude_dirs.empty() && entry.remark.empty())
    entry.remark = "changed in " + settings.claude_dir + " only; --claude-dir names another directory";
  return entry;
}

}  // namespace

std::vector<ConfigEntry> client_config_entries(const SettingOverrides& overrides, bool strict) {
  std::vector<ConfigEntry> entries;
  for (const Settings& settings : each_directory(load_settings(overrides)))
    entries.push_back(entry_of(settings, strict));
  return entries;
}

ConfigEntry change_client_config(const SettingOverrides& overrides, const ConfigChange& change) {
  if (change.kind == ConfigChange::Kind::add)
    throw Error(ErrorCode::usage, fmt::format("{} has one value", kCleanupKey));
  const Settings settings = load_settings(overrides);
  if (change.kind == ConfigChange::Kind::unset) {
    if (!cleanup_period(settings))
      throw Error(ErrorCode::not_found,
                  fmt::format("cleanupPeriodDays is not set in {}", client_settings_file(settings)));
    set_cleanup_period(settings, std::nullopt);
    return changed_entry(settings);
  }
  const std::int64_t days = parse_days(change.value.value_or(""));
  if (days == 0 && !change.force)
    throw Error(ErrorCode::usage,
                "0 days: some clients then delete every transcript at once, others take it for a mistake",
                "to keep transcripts long, set a large number (3650); --force writes the 0 nevertheless");
  set_cleanup_period(settings, days);
  return changed_entry(settings);
}

}  // namespace csb::app
