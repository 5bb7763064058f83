#include "manual.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/exit_status.hpp"
#include "csb/cli/version.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

/// Text as roff reads it: nothing in it is a request, an escape, or a typographic dash or quote.
std::string roff(std::string_view text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    switch (c) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      default:
        out += c;
    }
    line_start = c == '\n';
  }
  return out;
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

std::string header(const std::string& name) {
  return fmt::format(".TH \"{}\" 1 \"\" \"csb {}\" \"csb manual\"\n", roff(upper(name)), version());
}

void paragraphs(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out += roff(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!text.empty()) out += ".PP\n";
  }
}

void option_section(std::string& out, std::string_view title, const std::vector<OptionHelp>& options,
                    OptionHelp::Kind kind) {
  bool begun = false;
  for (const OptionHelp& option : options) {
    if (option.kind != kind) continue;
    if (!begun) out += fmt::format(".SH {}\n", title);
    begun = true;
    out += fmt::format(".TP\n\\fB{}\\fR", roff(option.names));
    if (!option.value.empty()) out += fmt::format(" \\fI{}\\fR", roff(option.value));
    out += "\n" + roff(option.help) + "\n";
  }
}

}  // namespace

std::string page_name(const Command& command) {
  std::string name = "csb-" + std::string(command.name);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string manual_page(const Command& command, const std::vector<OptionHelp>& options) {
  const std::string name = page_name(command);
  std::string out = header(name);
  out += fmt::format(".SH NAME\n{} \\- {}\n", roff(name), roff(command.summary));
  out += fmt::format(".SH SYNOPSIS\n\\fBcsb {}\\fR {}\n", roff(command.name), roff(command.usage));
  out += ".SH DESCRIPTION\n";
  paragraphs(out, command.description);
  option_section(out, "ARGUMENTS", options, OptionHelp::Kind::word);
  option_section(out, "OPTIONS", options, OptionHelp::Kind::own);
  option_section(out, "OPTIONS OF EVERY COMMAND", options, OptionHelp::Kind::global);
  if (const auto words = second_words(command.name); !words.empty()) {
    out += ".SH COMMANDS\n";
    for (const std::string& word : words) {
      const std::string whole = std::string(command.name) + ' ' + word;
      out += fmt::format(".TP\n\\fBcsb {}\\fR\n{}\n", roff(whole), roff(find_command(whole)->summary));
    }
  }
  out += ".SH EXAMPLES\n";
  for (const Command::Example& example : command.examples)
    out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(example.line), roff(example.meaning));
  out += ".SH EXIT STATUS\n";
  for (const ExitMeaning& exit : exit_meanings()) {
    const bool always = exit.status <= kUsage;
    if (always || std::find(command.exits.begin(), command.exits.end(), exit.status) != command.exits.end())
      out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", exit.status, roff(exit.meaning));
  }
  return out + ".SH SEE ALSO\n.BR csb (1)\n";
}

std::string manual_overview() {
  std::string out = header("csb");
  out += ".SH NAME\ncsb \\- no Claude Code session is ever lost\n";
  out += ".SH SYNOPSIS\n\\fBcsb\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...\n";
  out += ".SH DESCRIPTION\n";
  out += roff(
      "Archives the sessions of Claude Code, and the chats of claude.ai, in a git store, so that what the "
      "client sweeps, truncates or rewrites can be listed, read, searched and restored.\n");
  out += ".SH COMMANDS\n";
  for (const Command& command : commands())
    if (command.group != Command::Group::internal)
      out += fmt::format(".TP\n.BR {} (1)\n{}\n", roff(page_name(command)), roff(command.summary));
  out += ".SH EXIT STATUS\n";
  for (const ExitMeaning& exit : exit_meanings())
    out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", exit.status, roff(exit.meaning));
  return out;
}

}  // namespace csb::cli
