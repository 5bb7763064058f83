#include <fmt/format.h>

#include <algorithm>

#include "command_functions.hpp"
#include "csb/app/config.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

struct Arguments {
  std::vector<std::string> words;
  bool add = false, unset = false, show_origin = false, force = false;
};

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  Options options(call);
  options.words("KEY [VALUE]", arguments.words, 0, "a variable, and what to set it to");
  options.flag("--add", arguments.add, "one more value, for variables that may have several");
  options.flag("--unset", arguments.unset, "take the variable out, or only the VALUE of it");
  options.flag("--show-origin", arguments.show_origin, "say which file or variable says so");
  options.flag("--force", arguments.force, "a value that may cost sessions is meant");
  if (!options.parse()) return false;
  const std::size_t words = arguments.words.size();
  if (words > 2)
    throw Error(ErrorCode::usage, "too many words: a variable has one value", "quote what has spaces in it");
  if (arguments.add && arguments.unset) throw Error(ErrorCode::usage, "--add and --unset exclude each other");
  if (arguments.add && words != 2) throw Error(ErrorCode::usage, "--add needs a variable and a value");
  if (arguments.unset && words == 0) throw Error(ErrorCode::usage, "--unset needs a variable");
  return true;
}

/// Whoever mistypes a name is told the nearest.
void require_known(const std::string& typed) {
  const std::string name = ascii_lower(typed);
  if (name.starts_with("settings:")) return;
  const std::string wanted = name.find('.') == std::string::npos ? "csb." + name : name;
  std::vector<std::string> candidates;
  for (const app::ConfigKey& key : app::config_keys()) candidates.push_back(ascii_lower(key.name));
  if (std::find(candidates.begin(), candidates.end(), wanted) != candidates.end()) return;
  const std::string near = nearest(wanted, candidates);
  for (const app::ConfigKey& key : app::config_keys())
    if (ascii_lower(key.name) == near)
      throw Error(ErrorCode::usage, fmt::format("there is no variable '{}'", typed),
                  fmt::format("did you mean {}?", key.name));
}

/// A client's setting is one of several: each value is preceded by the directory it is for.
void print_entries(Call& call, const std::vector<app::ConfigEntry>& entries, bool show_origin) {
  if (call.global.json) return call.out.write(to_json(entries));
  for (const app::ConfigEntry& entry : entries) {
    std::string lead = entries.size() > 1 ? printable(entry.directory) + "\t" : std::string();
    if (show_origin) lead += printable(origin_text(entry)) + "\t";
    for (const std::string& value : entry.values) call.out.line(lead + printable(value));
  }
  call.out.flush();
  for (const app::ConfigEntry& entry : entries)
    if (!entry.remark.empty()) call.messages.note(entry.key + ": " + entry.remark);
}

int run_config(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kDone;
  const app::SettingOverrides& where = call.global.where;
  if (arguments.words.empty()) {
    const app::ConfigResult result = app::config_list(where);
    call.out.write(call.global.json ? to_json(result)
                                    : render(result, arguments.show_origin, screen_of(call)));
    return kDone;
  }
  const std::string& key = arguments.words.front();
  require_known(key);
  if (arguments.words.size() == 1 && !arguments.unset) {
    const std::vector<app::ConfigEntry> entries = app::config_get(where, key);
    print_entries(call, entries, arguments.show_origin);
    const bool any = std::any_of(entries.begin(), entries.end(),
                                 [](const app::ConfigEntry& entry) { return !entry.values.empty(); });
    return any ? kDone : kNotFound;
  }
  app::ConfigChange change{.key = key, .force = arguments.force};
  if (arguments.words.size() > 1) change.value = arguments.words[1];
  change.kind = arguments.add     ? app::ConfigChange::Kind::add
                : arguments.unset ? app::ConfigChange::Kind::unset
                                  : app::ConfigChange::Kind::set;
  const app::ConfigEntry entry = app::config_change(where, change);
  if (call.global.json) {
    call.out.write(to_json(std::vector{entry}));
  } else if (!entry.remark.empty()) {
    call.messages.note(entry.key + ": " + entry.remark);
  }
  return kDone;
}

}  // namespace

Command config_command() {
  return {
      "config",
      "show and set how csb works",
      Command::Group::set_up,
      run_config,
      "[OPTION]... [KEY [VALUE]]",
      "Without a KEY, lists every variable, what is in effect, and what it means. With one, prints its "
      "value; with a VALUE too, sets it, and nothing else in the file. The file is an ordinary "
      "git configuration (~/.config/csb/config). A flag precedes the environment, that the file, and that "
      "the default.\n"
      "settings:cleanupPeriodDays is a setting of Claude Code itself: after how many days it deletes "
      "a transcript. csb changes that one number in its settings.json, keeps every other byte, and keeps a "
      "copy "
      "of the file in its own home (backups/). Where there are several Claude directories, it is shown for "
      "each, and set for the first, or the one that --claude-dir names.",
      {{"csb config", "everything, with what it means"},
       {"csb config csb.machine laptop", "set a variable"},
       {"csb config --add csb.exclude 'todos/*'", "one more pattern"},
       {"csb config --unset csb.exclude 'todos/*'", "take that one out again"},
       {"csb config settings:cleanupPeriodDays 365", "keep transcripts on disk for a year"}},
      {kNotFound}};
}

}  // namespace csb::cli
