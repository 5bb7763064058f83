#include "csb/cli/command.hpp"

#include <algorithm>

#include "command_functions.hpp"
#include "csb/cli/exit_status.hpp"

namespace csb::cli {
namespace {

using Group = Command::Group;

std::vector<Command> make_commands() {
  std::vector<Command> table;
  table.push_back({"backup",
                   "store what is new or changed",
                   Group::save,
                   run_backup,
                   "[OPTION]...",
                   "Stores every session file and setting that is new or changed since the last backup, in "
                   "one or two commits. "
                   "Nothing changed: nothing is written. Secrets are never stored. What the client deleted "
                   "stays in the store.",
                   {{"csb backup", "store everything"},
                    {"csb backup --dry-run", "list what would be stored, and the secrets left out"},
                    {"csb backup --session 3f2a9c1e --quiet", "one session only; for hooks"},
                    {"csb backup --wait 30", "wait up to half a minute for another run"}},
                   {kIncomplete, kNotFound, kBusy, kRefused}});
  table.push_back(
      {"maintain",
       "tidy the store (never needed by hand)",
       Group::save,
       run_maintain,
       "[--all]",
       "Merges packs so that their number stays small, and removes what killed runs left behind. Backups do "
       "this by "
       "themselves when it is due.",
       {{"csb maintain", "merge what is due"}, {"csb maintain --all", "merge everything into one pack"}},
       {kNotFound, kBusy, kRefused}});
  table.push_back({"list",
                   "sessions, newest first",
                   Group::find,
                   run_list,
                   "[OPTION]... [WORD]...",
                   "Lists sessions: title, last use, project folder, size, messages, state, and how long the "
                   "client keeps them. "
                   "States: live (as stored), changed (the next backup takes it), shrunk, moved, deleted. "
                   "Off a terminal nothing "
                   "is cut: one line for each session.\n"
                   "In a --format template {field} stands for a value, \\t and \\n for tab and line break, "
                   "{{ for a brace.",
                   {{"csb list", "the twenty last used"},
                    {"csb list -n 0 --sort size", "all of them, largest first"},
                    {"csb list --deleted only login", "deleted ones about a login"},
                    {"csb list --format '{id}\\t{title}'", "ids and titles, for a script"}},
                   {kNotFound}});
  table.push_back(
      {"show",
       "all about one session",
       Group::find,
       run_show,
       "ID",
       "Shows what is known of a session, every file of it, and how to go on with it.",
       {{"csb show 3f2a9c1e", "by the beginning of its id"}, {"csb show 'fix login'", "by its title"}},
       {kNotFound}});
  table.push_back(
      {"log",
       "every stored version of a session",
       Group::find,
       run_log,
       "ID",
       "Lists every stored version of a session's transcript, newest first: when it was stored, its size, "
       "its "
       "messages, and what changed (add, grow, compaction, rewrite, shrink, move, delete).",
       {{"csb log 3f2a9c1e", "its versions"}, {"csb log 3f2a9c1e --json", "the same, for a program"}},
       {kNotFound}});
  table.push_back({"diff",
                   "what two versions of a session do not share",
                   Group::find,
                   run_diff,
                   "ID V1 V2",
                   "Compares two stored versions of a transcript row by row: - is only in V1, + only in V2, "
                   "~ in both with "
                   "other content.",
                   {{"csb diff 3f2a9c1e 3 4", "what version 4 gained and lost"},
                    {"csb diff 3f2a9c1e 1 4 --json", "the same, for a program"}},
                   {kNotFound, kRefused}});
  table.push_back({"cat",
                   "a stored file, byte for byte",
                   Group::find,
                   run_cat,
                   "ID[:PATH] [--version N]",
                   "Writes a stored version of a session's transcript, or of another file of it, to standard "
                   "output. With "
                   "--json: one document with the content in base64.",
                   {{"csb cat 3f2a9c1e > session.jsonl", "what restore would take"},
                    {"csb cat 3f2a9c1e --version 2", "an earlier version"},
                    {"csb cat 3f2a9c1e:agent-0a1b.jsonl", "a file of it, by the end of its path"}},
                   {kNotFound, kRefused}});
  table.push_back(
      {"restore",
       "bring a session back",
       Group::bring_back,
       run_restore,
       "[OPTION]... ID...",
       "Writes a session's files back where they were, all of them, and checks what it wrote. What is there "
       "already "
       "is left alone unless --force is given. Stubs and blanked transcripts are never taken unless named by "
       "--version. Times are chosen so that the client's next sweep leaves the files alone.",
       {{"csb restore 3f2a9c1e", "bring it back"},
        {"csb restore 3f2a9c1e --dry-run", "say what would be written"},
        {"csb restore 3f2a9c1e --version 2 --to /tmp/old", "an earlier version, to another place"},
        {"csb restore --deleted-since 7d", "everything that went in the last week"}},
       {kIncomplete, kNotFound, kBusy, kRefused}});
  table.push_back({"status",
                   "what is safe, and what waits",
                   Group::check,
                   run_status,
                   "",
                   "Shows where everything is, when the last backup ran, and what is not as stored. Looks at "
                   "every file's "
                   "size and time, and opens none.",
                   {{"csb status", "look"}, {"csb status --quiet || csb backup", "in a script"}},
                   {kIncomplete}});
  table.push_back({"verify",
                   "prove that the store is sound",
                   Group::check,
                   run_verify,
                   "[OPTION]...",
                   "Reads every object and checks it against its hash, walks every branch, compares the "
                   "files on disk with "
                   "their newest version, and restores a random sample to a scratch folder.",
                   {{"csb verify", "everything"},
                    {"csb verify --quick", "the newest packs only"},
                    {"csb verify --repair", "set damage aside, and take what is missing from disk"}},
                   {kIncomplete, kNotFound, kBusy, kRefused}});
  table.push_back({"policy",
                   "what happens to a path, and why",
                   Group::check,
                   run_policy,
                   "PATH...",
                   "Explains whether a path is stored: its class (noise, user, secret, foreign, skip, "
                   "unknown) and the rule "
                   "that decides.",
                   {{"csb policy settings.json", "relative to the Claude directory"},
                    {"csb policy ~/.claude/.credentials.json", "an absolute path"}},
                   {}});
  table.push_back({"help",
                   "explain a command",
                   Group::other,
                   run_help,
                   "[COMMAND|exit-codes]",
                   "Explains a command, or the exit statuses; without either, lists all commands.",
                   {{"csb help restore", "the same as csb restore --help"},
                    {"csb help exit-codes", "what csb exits with"}},
                   {}});
  return table;
}

/// Global options that take the next word as their value.
bool takes_value(const std::string& option) {
  return option == "--claude-dir" || option == "--store" || option == "--color";
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table = make_commands();
  return table;
}

const Command* find_command(std::string_view name) {
  const auto& table = commands();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Command& c) { return c.name == name; });
  return found == table.end() ? nullptr : &*found;
}

CommandLine split_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  std::size_t i = 0;
  for (; i < arguments.size() && line.command.empty(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") break;
    if (!word.starts_with('-')) {
      line.command = word;
      continue;
    }
    line.help = line.help || word == "--help" || word == "-h";
    line.version = line.version || word == "--version" || word == "-V";
    line.arguments.push_back(word);
    if (takes_value(word) && i + 1 < arguments.size()) line.arguments.push_back(arguments[++i]);
  }
  line.arguments.insert(line.arguments.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i),
                        arguments.end());
  return line;
}

}  // namespace csb::cli
