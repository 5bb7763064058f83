#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/command.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/version.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kBetween = 2;
constexpr std::size_t kTermColumns = 26;

/// A term and what it means, the meaning wrapped beside it.
void define(std::string& out, const std::string& term, std::string_view meaning, std::size_t columns,
            std::size_t term_columns = kTermColumns) {
  const std::size_t indent = kIndent + term_columns + kBetween;
  const auto lines = wrapped(meaning, columns > indent + 20 ? columns - indent : 20);
  const bool fits = display_width(term) <= term_columns;
  out +=
      std::string(kIndent, ' ') + (fits ? pad_right(term, term_columns + kBetween) + lines[0] : term) + "\n";
  for (std::size_t i = fits ? 1 : 0; i < lines.size(); ++i) out += std::string(indent, ' ') + lines[i] + "\n";
}

void paragraph(std::string& out, std::string_view text, std::size_t columns) {
  while (!text.empty()) {  // a line break in the text is a paragraph's end
    const auto end = std::min(text.find('\n'), text.size());
    for (const std::string& line : wrapped(text.substr(0, end), columns)) out += line + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void option_group(std::string& out, std::string_view title, const std::vector<OptionHelp>& options,
                  OptionHelp::Kind kind, std::size_t columns, const Paint& paint) {
  bool begun = false;
  for (const OptionHelp& option : options) {
    if (option.kind != kind) continue;
    if (!begun) out += "\n" + paint(Tone::bold, title) + "\n";
    begun = true;
    define(out, option.value.empty() ? option.names : option.names + " " + option.value, option.help,
           columns);
  }
}

void exit_group(std::string& out, const Command& command, std::size_t columns, const Paint& paint) {
  out += "\n" + paint(Tone::bold, "Exit status") + "\n";
  for (const ExitMeaning& exit : exit_meanings()) {
    const bool always = exit.status <= kUsage;
    if (!always && std::find(command.exits.begin(), command.exits.end(), exit.status) == command.exits.end())
      continue;
    define(out, std::to_string(exit.status), exit.meaning, columns, 3);
  }
}

/// A command of two words is explained where the first word alone is a command.
bool is_second_of(const Command& command) {
  const auto space = command.name.find(' ');
  return space != std::string_view::npos && find_command(command.name.substr(0, space)) != nullptr;
}

void family_group(std::string& out, const Command& command, std::size_t columns, const Paint& paint) {
  const auto words = second_words(command.name);
  if (words.empty()) return;
  out += "\n" + paint(Tone::bold, "Commands") + "\n";
  for (const std::string& word : words) {
    const std::string name = std::string(command.name) + ' ' + word;
    define(out, "csb " + name, find_command(name)->summary, columns);
  }
}

}  // namespace

std::string help_text(const Command& command, const std::vector<OptionHelp>& options, std::size_t columns,
                      const Paint& paint) {
  std::string out = fmt::format("{} csb {} {}\n\n", paint(Tone::bold, "Usage:"), command.name, command.usage);
  paragraph(out, command.description, columns);
  option_group(out, "Arguments", options, OptionHelp::Kind::word, columns, paint);
  option_group(out, "Options", options, OptionHelp::Kind::own, columns, paint);
  option_group(out, "Everywhere", options, OptionHelp::Kind::global, columns, paint);
  family_group(out, command, columns, paint);
  out += "\n" + paint(Tone::bold, "Examples") + "\n";
  for (const Command::Example& example : command.examples) {
    out += fmt::format("  {}\n", paint(Tone::accent, example.line));
    for (const std::string& line : wrapped(example.meaning, columns - 6)) out += "      " + line + "\n";
  }
  exit_group(out, command, columns, paint);
  return out;
}

std::string overview(std::size_t columns, const Paint& paint) {
  using Group = Command::Group;
  std::size_t name_columns = 0;
  for (const Command& command : commands())
    if (command.group != Group::internal && !is_second_of(command))
      name_columns = std::max(name_columns, command.name.size() + kBetween);
  std::string out =
      fmt::format("csb {}: no Claude Code session is ever lost\n\n{} csb COMMAND [ARGUMENT]...\n", version(),
                  paint(Tone::bold, "Usage:"));
  for (const auto& [group, title] : {std::pair{Group::save, "Keep"},
                                     {Group::find, "Find and read"},
                                     {Group::bring_back, "Bring back"},
                                     {Group::check, "Check"},
                                     {Group::set_up, "Set up"}}) {
    out += "\n" + paint(Tone::bold, title) + "\n";
    for (const Command& command : commands())
      if (command.group == group && !is_second_of(command))
        out += cut_to_columns("  " + pad_right(command.name, name_columns) + std::string(command.summary),
                              columns) +
               "\n";
  }
  out +=
      "\nStart with 'csb backup', then 'csb list'. 'csb help COMMAND' explains one,\n"
      "'csb help exit-codes' the exit status.\n";
  return out;
}

}  // namespace csb::cli
