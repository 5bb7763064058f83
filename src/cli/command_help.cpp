#include <fmt/format.h>
#include <unistd.h>

#include "command_functions.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

std::string exit_codes() {
  std::string out = "What csb exits with:\n\n";
  for (const ExitMeaning& exit : exit_meanings())
    out += fmt::format("  {:>3}  {}\n", exit.status, exit.meaning);
  return out;
}

int run_help(Call& call) {
  std::vector<std::string> topics;
  Options options(call);
  options.words("TOPIC", topics, 0, "a command, or exit-codes");
  if (!options.parse()) return kDone;

  const std::string topic = topics.empty() ? "" : topics.front();
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
  std::vector<std::string> known{"exit-codes"};
  for (const Command& command : commands()) known.emplace_back(command.name);
  const std::string near = nearest(topic, known);
  throw Error(ErrorCode::usage, "there is no help on '" + topic + "'",
              near.empty() ? "'csb help' lists all commands" : "did you mean 'csb help " + near + "'?");
}

}  // namespace

Command help_command() {
  return {"help",
          "explain a command",
          Command::Group::other,
          run_help,
          "[COMMAND|exit-codes]",
          "Explains a command, or the exit statuses; without either, lists all commands.",
          {{"csb help restore", "the same as csb restore --help"},
           {"csb help exit-codes", "what csb exits with"}},
          {}};
}

}  // namespace csb::cli
