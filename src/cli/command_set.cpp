#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "command_functions.hpp"
#include "csb/app/roster.hpp"
#include "csb/app/sets.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr const char* kSetHelp = "a set's name";
constexpr const char* kSessionsHelp = "sessions, as for 'csb show', or by their number on a roster: last:3";

int show_roster(Call& call, const std::string& name, std::optional<std::uint64_t> hours) {
  app::RosterOptions wanted;
  if (hours)
    wanted.window_ns = static_cast<std::int64_t>(std::min<std::uint64_t>(*hours, std::uint64_t{24} * 366)) *
                       3600 * kNsPerSecond;
  const app::Settings settings = call.settings();
  const app::Roster roster = app::roster(settings, open_catalogue(call, settings), name, wanted);
  const Screen screen = screen_of(call);
  call.out.write(call.global.json ? to_json(roster) : render(roster, screen));
  if (!call.global.json && roster.entries.empty()) {
    call.out.flush();
    call.messages.note("no session is on it");
  }
  return roster.entries.empty() ? kNotFound : kDone;
}

int list_sets(Call& call) {
  const std::vector<app::SessionSet> sets = app::read_sets(call.settings());
  call.out.write(call.global.json ? to_json(sets) : render(sets, screen_of(call)));
  if (!call.global.json && sets.empty()) {
    call.out.flush();
    call.messages.note("no set was made yet; 'csb set new NAME ID...' makes one");
  }
  return kDone;
}

int run_set(Call& call) {
  std::vector<std::string> words;
  std::optional<std::uint64_t> hours;
  Options options(call);
  options.words("NAME", words, 0, "a set, or current, boot, last, last~N, or a date; without one: all sets");
  options.number("--window", "HOURS", hours, "how far before a restart to look (default 12)");
  if (!options.parse()) return kDone;
  if (words.size() > 1)
    throw Error(ErrorCode::usage, "one name at a time", "'csb help set' lists what can be done with sets");
  return words.empty() ? list_sets(call) : show_roster(call, words.front(), hours);
}

int run_set_show(Call& call) {
  std::string name;
  std::optional<std::uint64_t> hours;
  Options options(call);
  options.word("NAME", name, "a set, or current, boot, last, last~N, or a date");
  options.number("--window", "HOURS", hours, "how far before a restart to look (default 12)");
  if (!options.parse()) return kDone;
  return show_roster(call, name, hours);
}

int run_set_list(Call& call) {
  Options options(call);
  if (!options.parse()) return kDone;
  return list_sets(call);
}

/// This machine's set of that name. @throws Error{not_found}
app::SessionSet own_set(const app::Settings& settings, const std::string& name) {
  std::vector<app::SessionSet> sets = app::read_sets(settings);
  const auto found =
      std::find_if(sets.begin(), sets.end(), [&](const auto& set) { return set.name == name; });
  if (found == sets.end())
    throw Error(ErrorCode::not_found, fmt::format("there is no set '{}'", printable(name)),
                "'csb set' lists them; 'csb set new' makes one");
  if (!found->machine.empty())
    throw Error(ErrorCode::not_found, fmt::format("'{}' is a set of {}", name, printable(found->machine)),
                fmt::format("'csb set new NAME --from {}' makes one of your own of it", name));
  return std::move(*found);
}

void say(Call& call, const app::SessionSet& set, const std::string& what) {
  if (call.global.json) {
    call.out.write(to_json(std::vector<app::SessionSet>{set}));
  } else if (!call.global.quiet) {
    call.out.line(fmt::format("{} '{}': {}", what, set.name, counted(set.members.size(), "session")));
  }
}

int run_set_new(Call& call) {
  std::string name, from;
  std::vector<std::string> words;
  Options options(call);
  options.word("NAME", name, "what to call it: letters, digits, '.', '_' and '-'");
  options.words("ID", words, 0, kSessionsHelp);
  options.text("--from", "ROSTER", from, "with all sessions of last, boot, current, a date, or another set");
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const auto sets = app::read_sets(settings);
  if (std::any_of(sets.begin(), sets.end(),
                  [&](const auto& set) { return set.name == name && set.machine.empty(); }))
    throw Error(ErrorCode::usage, fmt::format("there is a set '{}' already", name),
                fmt::format("'csb set add {0} ID...' adds to it, 'csb set forget {0}' removes it", name));
  app::SessionSet set;
  set.name = name;
  set.from = from;
  set.created_ns = now_ns();
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  if (!from.empty())
    for (const app::RosterEntry& entry : app::roster(settings, catalogue, from).entries)
      if (auto id = SessionId::parse(entry.id)) set.add(*std::move(id), set.created_ns);
  for (const std::string& word : words)
    set.add(app::resolve_session(settings, catalogue, word).id, set.created_ns);
  app::write_set(settings, set);
  say(call, set, "Made");
  return kDone;
}

/// A set, and sessions that are to be its members, or no longer.
struct Members {
  std::string name;
  std::vector<std::string> words;

  /// @return false when help was asked for
  bool parse(Call& call) {
    Options options(call);
    options.word("NAME", name, kSetHelp);
    options.words("ID", words, 1, kSessionsHelp);
    return options.parse();
  }
};

int run_set_add(Call& call) {
  Members members;
  if (!members.parse(call)) return kDone;

  const app::Settings settings = call.settings();
  app::SessionSet set = own_set(settings, members.name);
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  const std::int64_t now = now_ns();
  for (const std::string& word : members.words)
    set.add(app::resolve_session(settings, catalogue, word).id, now);
  app::write_set(settings, set);
  say(call, set, "Added to");
  return kDone;
}

int run_set_rm(Call& call) {
  Members members;
  if (!members.parse(call)) return kDone;

  const app::Settings settings = call.settings();
  app::SessionSet set = own_set(settings, members.name);
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  for (const std::string& word : members.words) {
    // By its whole id a session can be taken out that the archive does not know.
    const auto id = SessionId::parse(word);
    const SessionId gone = id ? *id : app::resolve_session(settings, catalogue, word).id;
    if (std::erase_if(set.members, [&](const app::SetMember& member) { return member.session == gone; }) == 0)
      throw Error(ErrorCode::not_found, fmt::format("{} is not in '{}'", gone.text(), members.name));
  }
  app::write_set(settings, set);
  say(call, set, "Removed from");
  return kDone;
}

int run_set_forget(Call& call) {
  std::string name;
  Options options(call);
  options.word("NAME", name, kSetHelp);
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  app::SessionSet set = own_set(settings, name);
  if (!app::forget_set(settings, name))
    throw Error(ErrorCode::not_found, fmt::format("there is no set '{}'", printable(name)));
  say(call, set, "Forgot");
  return kDone;
}

int run_set_import(Call& call) {
  std::vector<std::string> files;
  Options options(call);
  options.words("FILE", files, 0, "default: csb-sets.json in the Claude directory");
  if (!options.parse()) return kDone;

  const app::ImportedSets imported = app::import_sets(call.settings(), files);
  if (call.global.json) {
    call.out.write(to_json(imported.made));
  } else if (!call.global.quiet) {
    call.out.line("Took over " + counted(imported.made.size(), "set"));
  }
  call.out.flush();
  call.messages.problems(imported.problems);
  return imported.problems.empty() ? kDone : kIncomplete;
}

/// The commands that change one set all end alike.
Command command_that_changes(std::string_view name, std::string_view summary, int (*run)(Call&),
                             std::string_view usage, std::string_view description,
                             std::vector<Command::Example> examples) {
  return {name,  summary,     Command::Group::find, run,
          usage, description, std::move(examples),  {kNotFound, kBusy, kRefused}};
}

}  // namespace

Command set_command() {
  return {
      "set",
      "sessions that belong together; what was open before a restart",
      Command::Group::find,
      run_set,
      "[NAME]",
      "Shows the sessions of a named set, or those of a time: current (open in a client now), boot (since "
      "the "
      "machine started), last (before it went down; those that were left open first), last~1 (one restart "
      "earlier), or a date. Each has a number: 'csb resume last:3' goes on with the third. Without a name: "
      "all "
      "sets.",
      {{"csb set last", "what was I running before the reboot?"},
       {"csb set release", "the sessions of your set 'release'"},
       {"csb set 2026-11-20 --json", "sessions of that day, for a program"}},
      {kNotFound}};
}

Command set_show_command() {
  return {"set show",
          "the sessions of a set or a time",
          Command::Group::find,
          run_set_show,
          "[OPTION]... NAME",
          "The same as 'csb set NAME'.",
          {{"csb set show last --window 2", "two hours before the restart"},
           {"csb set show boot", "since the start"}},
          {kNotFound}};
}

Command set_list_command() {
  return {
      "set list",
      "all named sets",
      Command::Group::find,
      run_set_list,
      "",
      "Lists the named sets of this machine, and those of other machines whose branches are in the store.",
      {{"csb set list", "look"}, {"csb set list --json", "for a program"}},
      {}};
}

Command set_new_command() {
  return command_that_changes(
      "set new", "make a named set", run_set_new, "[OPTION]... NAME [ID]...",
      "Puts sessions together under a name. Sets are kept in the store, and so in its history.",
      {{"csb set new release 3f2a9c1e 'fix login'", "of two sessions"},
       {"csb set new monday --from last", "of all that was open before the restart"}});
}

Command set_add_command() {
  return command_that_changes(
      "set add", "add sessions to a set", run_set_add, "NAME ID...",
      "Adds sessions to a set, at its end; those that are in it already stay where they are.",
      {{"csb set add release 3f2a9c1e", "one more"},
       {"csb set add release last:2", "by its number before the restart"}});
}

Command set_rm_command() {
  return command_that_changes(
      "set rm", "take sessions out of a set", run_set_rm, "NAME ID...",
      "Takes sessions out of a set. The sessions themselves are not touched.",
      {{"csb set rm release 3f2a9c1e", "by id"}, {"csb set rm release release:1", "the first one"}});
}

Command set_forget_command() {
  return command_that_changes(
      "set forget", "remove a set, not its sessions", run_set_forget, "NAME",
      "Removes a named set. Its sessions are not touched, and it stays in the store's history.",
      {{"csb set forget release", "remove it"}, {"csb set list", "see what is left"}});
}

Command set_import_command() {
  return {"set import",
          "take over the sets of the Python csb",
          Command::Group::find,
          run_set_import,
          "[FILE]...",
          "Takes over named sets from csb-sets.json. A set whose name is taken is left as it is.",
          {{"csb set import", "from the Claude directory"},
           {"csb set import old/csb-sets.json", "from another place"}},
          {kIncomplete, kBusy, kRefused}};
}

}  // namespace csb::cli
