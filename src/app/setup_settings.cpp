#include "setup_settings.hpp"

#include <fmt/format.h>

#include "csb/app/client_settings.hpp"
#include "csb/source/claude_code/hook_settings.hpp"
#include "csb/source/claude_code/json_edit.hpp"
#include "csb/source/claude_code/settings_file.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"

namespace csb::app {
namespace {

using claude_code::json_at;
using State = SetupStep::State;

constexpr const char* kCleanup = "cleanupPeriodDays";

/// The client leaves an object it has emptied.
std::string without_member(std::string text, const char* object, const char* member,
                           const std::string& before) {
  text = claude_code::json_remove(text, {object, member});
  const bool is_empty = claude_code::json_size(text, {object}) == 0;
  return is_empty && !json_at(before, {object}) ? claude_code::json_remove(text, {object}) : text;
}

std::string text_before(const ChangedSettings& file) {
  return claude_code::is_json_object(file.before) ? file.before : "{}";
}

/// A text without what setup put into it, whatever else has changed since.
std::string taken_back(const std::string& text, const ChangedSettings& file) {
  std::string out = file.hooks ? claude_code::without_hooks(text) : text;
  if (file.plugin) out = without_member(std::move(out), "enabledPlugins", "csb@csb", text_before(file));
  if (file.marketplace)
    out = without_member(std::move(out), "extraKnownMarketplaces", "csb", text_before(file));
  if (file.set_days && json_at(out, {kCleanup}) == file.set_days)
    out = file.days_before ? claude_code::json_set(out, {kCleanup}, *file.days_before)
                           : claude_code::json_remove(out, {kCleanup});
  return out;
}

}  // namespace

ChangedSettings& recorded_settings(SetupRecord& record, const std::string& path,
                                   const claude_code::SettingsFile& file) {
  ChangedSettings* entry = record.find(path);
  if (entry == nullptr) {
    record.files.push_back({.path = path, .existed = file.exists, .before = file.bytes});
    return record.files.back();
  }
  if (entry->after == file.bytes) return *entry;
  // Somebody wrote it since: what it would be without csb is what an undo must leave.
  entry->before = file.exists ? taken_back(file.text(), *entry) : std::string();
  entry->existed = file.exists;
  if (entry->set_days && json_at(file.text(), {kCleanup}) != entry->set_days) {
    entry->set_days.reset();
    entry->days_before.reset();
  }
  return *entry;
}

namespace {

/// What is said of hooks where the plugin brings them.
SetupStep beside_the_plugin(const std::string& directory, const std::string& path, const std::string& after,
                            State state) {
  if (state != State::already)
    return {"hooks", state, "csb's hooks are taken out of " + path + ": the plugin brings them"};
  std::string text = "the plugin is enabled in " + directory;
  if (!claude_code::installed_hooks(after).empty())
    text += "; hooks in its settings.json call csb too: take them out, they answer each event twice";
  return {"hooks", state, std::move(text)};
}

}  // namespace

std::vector<SetupStep> change_settings(const Settings& settings, SetupRecord& record,
                                       const FoundDirectory& directory, const SetupChoices& choices,
                                       bool dry_run) {
  const std::string path = directory.path + "/settings.json";
  const auto file = claude_code::read_settings_file(path);
  const std::string before = file.text();
  std::vector<SetupStep> steps;
  std::string after = before;
  const State state = dry_run ? State::planned : State::done;

  const bool wants_hooks = choices.hooks && !directory.plugin;
  const ChangedSettings* const known = record.find(path);
  if (wants_hooks) after = claude_code::with_hooks(before, own_program("csb"));
  if (directory.plugin && known != nullptr && known->hooks) after = claude_code::without_hooks(before);
  const bool hooks_changed = after != before;
  if (directory.plugin)
    steps.push_back(beside_the_plugin(directory.path, path, after, hooks_changed ? state : State::already));
  else if (wants_hooks)
    steps.push_back({"hooks", hooks_changed ? state : State::already, "hooks in " + path});

  const auto days = json_at(after, {kCleanup});
  const std::string wanted = choices.keep_days ? std::to_string(*choices.keep_days) : std::string();
  const bool days_changed = choices.keep_days && days != wanted;
  if (days_changed) after = claude_code::json_set(after, {kCleanup}, wanted);
  if (choices.keep_days)
    steps.push_back({"retention", days_changed ? state : State::already,
                     fmt::format("the client keeps transcripts for {} days ({})", wanted, path)});
  if (after == before || dry_run) return steps;

  ChangedSettings& entry = recorded_settings(record, path, file);
  entry.hooks = entry.hooks || hooks_changed;
  if (days_changed && !entry.set_days) entry.days_before = days;
  if (days_changed) entry.set_days = wanted;
  entry.after = after;
  write_setup_record(settings, record);
  Settings of_directory = settings;
  of_directory.claude_dir = directory.path;
  replace_client_settings(of_directory, file.bytes, after);
  return steps;
}

SetupStep restore_settings(const ChangedSettings& file, bool dry_run) {
  SetupStep step{"settings", dry_run ? State::planned : State::done, {}};
  if (!fs::exists(file.path)) return {"settings", State::already, file.path + " is gone"};
  const auto now = claude_code::read_settings_file(file.path);
  const std::string cleaned = taken_back(now.text(), file);
  // The client writes the whole file anew, in its own order and style: what counts is what it says.
  const bool untouched =
      now.bytes == file.after || (file.plugin && claude_code::same_json(cleaned, text_before(file)));
  std::string bytes = untouched ? file.before : cleaned;
  const bool remove = !file.existed && (untouched || claude_code::json_size(bytes, {}).value_or(1) == 0);
  if (!remove && bytes == (untouched ? now.bytes : now.text()))
    return {"settings", State::already, file.path + " has nothing of csb's in it"};
  step.text = remove ? file.path + " is removed, as it did not exist"
              : untouched
                  ? file.path + " is as it was, byte for byte"
                  : "csb's members are taken out of " + file.path + ", which others have changed since";
  if (dry_run) return step;
  if (remove)
    fs::remove_file(now.path);
  else
    fs::write_file_atomically(now.path, bytes, now.mode);
  return step;
}

}  // namespace csb::app
