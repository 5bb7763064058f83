#include "setup_record.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "csb/archive/config_file.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"
#include "settings_config.hpp"

namespace csb::app {
namespace {

std::string directory(const Settings& settings) { return settings.home + "/setup"; }
std::string record_file(const Settings& settings) { return directory(settings) + "/record"; }
std::string copy_file(const Settings& settings, std::size_t i, const char* which) {
  return fmt::format("{}/settings.{}.{}", directory(settings), i, which);
}

std::string copy_of(const Settings& settings, std::size_t i, const char* which) {
  const std::string path = copy_file(settings, i, which);
  return fs::exists(path) ? read_file(path, std::size_t{32} << 20) : std::string();
}

/// Values go in base64: a git-config file would need quoting for some, and cannot hold every byte of a path.
std::string decoded(const ConfigValues& values, const std::string& key) {
  std::string text;
  if (!base64_decode(last_value(values, key), text))
    throw Error(
        ErrorCode::failed, "the record of 'csb setup' is damaged at " + key,
        "what it changed can be taken back by hand: the hooks that call csb, and 'csb schedule remove'");
  return text;
}

std::optional<std::string> optional_value(const ConfigValues& values, const std::string& key) {
  return last_value(values, key).empty() ? std::nullopt : std::optional(decoded(values, key));
}

}  // namespace

ChangedSettings* SetupRecord::find(const std::string& path) {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const ChangedSettings& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

SetupRecord read_setup_record(const Settings& settings) {
  const ConfigValues values = archive::read_config_file(record_file(settings));
  SetupRecord record{.schedule = last_value(values, "setup.schedule") == "true"};
  for (std::size_t i = 0; !last_value(values, fmt::format("file.{}.path", i)).empty(); ++i) {
    const std::string prefix = fmt::format("file.{}.", i);
    ChangedSettings file{.path = decoded(values, prefix + "path"),
                         .existed = last_value(values, prefix + "existed") == "true",
                         .hooks = last_value(values, prefix + "hooks") == "true",
                         .plugin = last_value(values, prefix + "plugin") == "true",
                         .marketplace = last_value(values, prefix + "marketplace") == "true",
                         .set_days = optional_value(values, prefix + "setdays"),
                         .days_before = optional_value(values, prefix + "daysbefore")};
    file.before = copy_of(settings, i, "before");
    file.after = copy_of(settings, i, "after");
    record.files.push_back(std::move(file));
  }
  return record;
}

void write_setup_record(const Settings& settings, const SetupRecord& record) {
  fs::make_directories(directory(settings));
  std::string text = fmt::format("[setup]\n\tschedule = {}\n", record.schedule);
  for (std::size_t i = 0; i < record.files.size(); ++i) {
    const ChangedSettings& file = record.files[i];
    // The copies first: the record must not speak of what is not there.
    fs::write_file_atomically(copy_file(settings, i, "before"), file.before);
    fs::write_file_atomically(copy_file(settings, i, "after"), file.after);
    text += fmt::format("[file \"{}\"]\n\tpath = \"{}\"\n\texisted = {}\n\thooks = {}\n", i,
                        base64_encode(file.path), file.existed, file.hooks);
    text += fmt::format("\tplugin = {}\n\tmarketplace = {}\n", file.plugin, file.marketplace);
    if (file.set_days) text += fmt::format("\tsetDays = \"{}\"\n", base64_encode(*file.set_days));
    if (file.days_before) text += fmt::format("\tdaysBefore = \"{}\"\n", base64_encode(*file.days_before));
  }
  fs::write_file_atomically(record_file(settings), text);
}

void forget_setup_record(const Settings& settings) { fs::remove_tree(directory(settings)); }

}  // namespace csb::app
