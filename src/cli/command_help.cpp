#include <fmt/format.h>
#include <unistd.h>

#include "command_functions.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"
#include "manual.hpp"

namespace csb::cli {
namespace {

std::string exit_codes() {
  std::string out = "What csb exits with:\n\n";
  for (const ExitMeaning& exit : exit_meanings())
    out += fmt::format("  {:>3}  {}\n", exit.status, exit.meaning);
  return out;
}

/// What begins with this word: "set" stands for "set new", "set list"…
std::string family(const std::string& word) {
  std::string out = "csb " + word + " is several commands:\n\n";
  for (const Command& command : commands())
    if (command.name.starts_with(word + ' '))
      out += fmt::format("  csb {}  {}\n", pad_right(command.name, 18), command.summary);
  return out + "\n'csb help " + word + " WORD' explains one.\n";
}

[[noreturn]] void refuse_topic(const std::string& topic) {
  std::vector<std::string> known{"exit-codes"};
  for (const Command& command : commands()) known.emplace_back(command.name);
  const std::string near = nearest(topic, known);
  throw Error(ErrorCode::usage, "there is no help on '" + topic + "'",
              near.empty() ? "'csb help' lists all commands" : "did you mean 'csb help " + near + "'?");
}

int print_manual(Call& call, const std::string& topic) {
  if (topic.empty()) {
    call.out.write(manual_overview());
    return kDone;
  }
  const Command* command = find_command(topic);
  if (command == nullptr) refuse_topic(topic);
  call.out.write(manual_page(*command, options_of(*command)));
  return kDone;
}

int run_help(Call& call) {
  std::vector<std::string> topics;
  bool manual = false;
  Options options(call);
  options.words("TOPIC", topics, 0, "a command, or exit-codes");
  options.flag("--man", manual, "print its manual page, for man(1)");
  if (!options.parse()) return kDone;

  std::string topic;
  for (const std::string& word : topics) topic += (topic.empty() ? "" : " ") + word;
  if (manual) return print_manual(call, topic);
  if (topic.empty()) {
    const Screen screen = screen_of(call);
    call.out.write(overview(screen.columns.value_or(80), screen.paint));
    return kDone;
  }
  if (topic == "exit-codes") {
    call.out.write(exit_codes());
    return kDone;
  }
  if (const Command* command = find_command(topic)) {
    Call asked{*command, {"--help"}, call.out, call.messages, {}};
    return command->run(asked);
  }
  if (second_words(topic).empty()) refuse_topic(topic);
  call.out.write(family(topic));
  return kDone;
}

}  // namespace

Command help_command() {
  return {"help",
          "explain a command",
          Command::Group::other,
          run_help,
          "[--man] [COMMAND|exit-codes]",
          "Explains a command, or the exit statuses; without either, lists all commands.",
          {{"csb help restore", "the same as csb restore --help"},
           {"csb help exit-codes", "what csb exits with"}},
          {}};
}

}  // namespace csb::cli
