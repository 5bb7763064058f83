#include "csb/app/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "config_client.hpp"
#include "config_value.hpp"
#include "csb/archive/config_file.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"
#include "settings_config.hpp"

namespace csb::app {
namespace {

std::string environment(const char* name) {
  const char* value = name == nullptr ? nullptr : std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// What the command line says; nothing when it says nothing.
std::vector<std::string> flag_of(const SettingOverrides& overrides, const ConfigKey& key) {
  if (key.name == std::string_view("csb.claudeDir")) return overrides.claude_dirs;
  if (key.name == std::string_view("csb.store") && !overrides.store.empty()) return {overrides.store};
  return {};
}

/// What applies when nothing says otherwise; empty when that is nothing.
std::string fallback_of(const ConfigKey& key, const std::optional<Settings>& settings) {
  if (!settings) return {};
  if (key.name == std::string_view("csb.store")) return settings->store;
  if (key.name == std::string_view("csb.claudeDir")) return settings->claude_dir;
  if (key.name == std::string_view("csb.machine")) return settings->machine;
  return {};
}

/// Nothing when a value in the file is impossible: it is shown as it is, so that it can be mended.
std::optional<Settings> settings_if_sound(const SettingOverrides& overrides, std::string& complaint) {
  try {
    return load_settings(overrides);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;
    complaint = error.what();
    return std::nullopt;
  }
}

class Reader {
 public:
  explicit Reader(const SettingOverrides& overrides)
      : overrides_(overrides),
        file_(config_file_path()),
        values_(archive::read_config_file(file_)),
        settings_(settings_if_sound(overrides, complaint_)) {}

  [[nodiscard]] ConfigEntry entry(const ConfigKey& key) const {
    ConfigEntry entry{.key = key.name, .multiple = key.multiple, .meaning = key.meaning};
    const std::vector<std::string> written = all_values(values_, ascii_lower(key.name));
    if (auto flags = flag_of(overrides_, key); !flags.empty()) {
      entry.values = std::move(flags);
      entry.origin = ConfigEntry::Origin::flag;
      entry.where = key.name == std::string_view("csb.store") ? "--store" : "--claude-dir";
    } else if (const std::string set = environment(key.variable); !set.empty()) {
      entry.values = {set};
      entry.origin = ConfigEntry::Origin::environment;
      entry.where = key.variable;
    } else if (!written.empty()) {
      entry.values = key.multiple ? written : std::vector<std::string>{written.back()};
      entry.origin = ConfigEntry::Origin::file;
      entry.where = file_;
    } else if (std::string value = fallback_of(key, settings_); !value.empty()) {
      entry.values = {std::move(value)};
    }
    if (entry.origin == ConfigEntry::Origin::file)
      for (const std::string& value : entry.values)
        if (std::string wrong = complaint_about(key, value); !wrong.empty()) entry.remark = std::move(wrong);
    if (!written.empty() && entry.origin != ConfigEntry::Origin::file)
      entry.remark = fmt::format("{} precedes what the file says", entry.where);
    return entry;
  }

  /// Variables of csb's section that csb does not know, once each.
  [[nodiscard]] std::vector<ConfigEntry> unknown() const {
    std::vector<ConfigEntry> entries;
    for (const auto& [name, value] : values_) {
      if (!name.starts_with("csb.") || find_config_key(name) != nullptr) continue;
      const auto seen = std::find_if(entries.begin(), entries.end(),
                                     [&key = name](const ConfigEntry& entry) { return entry.key == key; });
      ConfigEntry& entry = seen != entries.end() ? *seen : entries.emplace_back();
      entry.key = name;
      entry.values.push_back(value);
      entry.origin = ConfigEntry::Origin::file;
      entry.where = file_;
      entry.known = false;
      entry.remark = "csb knows no such variable";
    }
    return entries;
  }

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const ConfigValues& values() const { return values_; }

 private:
  const SettingOverrides& overrides_;
  std::string file_;
  ConfigValues values_;
  std::string complaint_;
  std::optional<Settings> settings_;
};

void unset(const Reader& reader, const ConfigKey& key, const std::optional<std::string>& value) {
  const std::vector<std::string> written = all_values(reader.values(), ascii_lower(key.name));
  const bool there =
      value ? std::find(written.begin(), written.end(), *value) != written.end() : !written.empty();
  if (there && archive::remove_config_value(reader.file(), key.name, value)) return;
  throw Error(
      ErrorCode::not_found,
      fmt::format("{} is not set{} in {}", key.name, value ? " to '" + *value + "'" : "", reader.file()),
      "'csb config --show-origin' tells what is set where");
}

void set(const Reader& reader, const ConfigKey& key, const std::string& value) {
  if (all_values(reader.values(), ascii_lower(key.name)).size() > 1 && key.multiple)
    throw Error(ErrorCode::usage, fmt::format("{} has several values", key.name),
                "--add puts one more in; --unset KEY VALUE takes one out, --unset KEY all");
  archive::write_config_value(reader.file(), key.name, value);
}

}  // namespace

ConfigResult config_list(const SettingOverrides& overrides) {
  const Reader reader(overrides);
  ConfigResult result{.file = reader.file(), .entries = {}};
  for (const ConfigKey& key : config_keys()) result.entries.push_back(reader.entry(key));
  for (ConfigEntry& entry : reader.unknown()) result.entries.push_back(std::move(entry));
  try {
    for (ConfigEntry& entry : client_config_entries(overrides, false))
      result.entries.push_back(std::move(entry));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::usage) throw;  // else an entry above has the same to say
  }
  return result;
}

std::vector<ConfigEntry> config_get(const SettingOverrides& overrides, const std::string& key) {
  if (is_client_key(key)) return client_config_entries(overrides, true);
  const ConfigKey& known = known_config_key(key);
  return {Reader(overrides).entry(known)};
}

ConfigEntry config_change(const SettingOverrides& overrides, const ConfigChange& change) {
  if (is_client_key(change.key)) return change_client_config(overrides, change);
  const ConfigKey& key = known_config_key(change.key);
  if (change.kind == ConfigChange::Kind::add && !key.multiple)
    throw Error(ErrorCode::usage, fmt::format("{} has one value, so nothing can be added to it", key.name),
                fmt::format("'csb config {} VALUE' sets it", key.name));
  if (change.kind != ConfigChange::Kind::unset) {
    if (const std::string wrong = complaint_about(key, change.value.value_or("")); !wrong.empty())
      throw Error(ErrorCode::usage, fmt::format("{}: {}", key.name, wrong));
  }
  const Reader reader(overrides);
  if (change.kind == ConfigChange::Kind::unset) {
    unset(reader, key, change.value);
  } else {
    fs::make_directories(reader.file().substr(0, reader.file().rfind('/')));
    if (change.kind == ConfigChange::Kind::add)
      archive::add_config_value(reader.file(), key.name, *change.value);
    else
      set(reader, key, *change.value);
  }
  return Reader(overrides).entry(key);
}

}  // namespace csb::app
