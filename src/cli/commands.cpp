#include "csb/cli/command.hpp"

#include <algorithm>

#include "command_functions.hpp"

namespace csb::cli {
namespace {

std::vector<Command> make_commands() {
  std::vector<Command> table;
  table.push_back(backup_command());
  table.push_back(hook_command());
  table.push_back(maintain_command());
  table.push_back(setup_command());
  table.push_back(schedule_command());
  table.push_back(list_command());
  table.push_back(search_command());
  table.push_back(show_command());
  table.push_back(log_command());
  table.push_back(diff_command());
  table.push_back(cat_command());
  table.push_back(distill_command());
  table.push_back(export_command());
  table.push_back(set_command());
  table.push_back(set_show_command());
  table.push_back(set_list_command());
  table.push_back(set_new_command());
  table.push_back(set_add_command());
  table.push_back(set_rm_command());
  table.push_back(set_forget_command());
  table.push_back(set_import_command());
  table.push_back(scan_command());
  table.push_back(tree_command());
  table.push_back(usage_command());
  table.push_back(stats_command());
  table.push_back(forecast_command());
  table.push_back(lost_command());
  table.push_back(view_command());
  table.push_back(restore_command());
  table.push_back(resume_command_entry());
  table.push_back(status_command());
  table.push_back(check_command());
  table.push_back(verify_command());
  table.push_back(rebuild_index_command());
  table.push_back(doctor_command());
  table.push_back(policy_command());
  table.push_back(chats_sync_command());
  table.push_back(chats_import_command());
  table.push_back(chats_list_command());
  table.push_back(chats_show_command());
  table.push_back(chats_status_command());
  table.push_back(chats_restore_command());
  table.push_back(config_command());
  table.push_back(completions_command());
  table.push_back(complete_command());
  table.push_back(documents_command());
  table.push_back(mcp_command());
  table.push_back(help_command());
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

std::vector<std::string> second_words(std::string_view word) {
  std::vector<std::string> found;
  const std::string first = std::string(word) + ' ';
  for (const Command& command : commands())
    if (command.name.starts_with(first)) found.emplace_back(command.name.substr(first.size()));
  return found;
}

CommandLine split_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  std::size_t i = 0;
  for (; i < arguments.size() && line.command.empty(); ++i) {
    const std::string& word = arguments[i];
    if (word == "--") break;
    if (!word.starts_with('-')) {
      line.command = word;
      if (i + 1 < arguments.size() && find_command(word + ' ' + arguments[i + 1]) != nullptr)
        line.command += ' ' + arguments[++i];
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
