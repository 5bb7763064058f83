#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/cli/output.hpp"

namespace csb::cli {

struct Call;
struct OptionHelp;

/// One row of the table of commands.
struct Command {
  enum class Group {
    save,
    find,
    bring_back,
    check,
    set_up,
    other,
    internal,  ///< for scripts of csb's own: in no overview
  };
  std::string_view name;     ///< one word, or two: "set new" is one of the commands that share "set"
  std::string_view summary;  ///< one line, for the overview
  Group group = Group::other;
  int (*run)(Call&) = nullptr;   ///< @return the exit status
  std::string_view usage;        ///< what follows "csb NAME"
  std::string_view description;  ///< a paragraph or a few, for its help
  struct Example {
    std::string_view line, meaning;
  };
  std::vector<Example> examples;
  std::vector<int> exits;  ///< statuses it can give, besides 0, 1 and 2
};

/// Every command, in the order of the overview.
[[nodiscard]] const std::vector<Command>& commands();
/// nullptr when there is none by that name.
[[nodiscard]] const Command* find_command(std::string_view name);
/// The commands of two words that begin with `word`: "new", "list"… of "set".
[[nodiscard]] std::vector<std::string> second_words(std::string_view word);

/// What every command accepts, before or after its name.
struct GlobalOptions {
  app::SettingOverrides where;
  bool quiet = false;
  bool json = false;
  ColorWhen color = ColorWhen::automatic;
};

/// One run of one command.
struct Call {
  const Command& command;
  std::vector<std::string> arguments;  ///< all but the command's name
  Output& out;
  Messages& messages;
  GlobalOptions global;  ///< filled when the options are parsed
  /// Given: the command only says here what options it has (options_of).
  std::vector<OptionHelp>* describe = nullptr;

  app::CatalogueTrust catalogue_trust = app::CatalogueTrust::sound;

  [[nodiscard]] app::Settings settings() const {
    app::Settings settings = app::load_settings(global.where);
    settings.catalogue_trust = catalogue_trust;
    return settings;
  }
};

/// The command line split at the command's name: the first word that is no option (nor the value of a
/// global one), with the word behind it where two words are a command's name.
struct CommandLine {
  std::string command;                 ///< empty when there is none
  std::vector<std::string> arguments;  ///< the rest, in order
  bool help = false, version = false;  ///< --help or --version came before it
};
[[nodiscard]] CommandLine split_command_line(const std::vector<std::string>& arguments);

/// For `csb` alone and `csb help`.
[[nodiscard]] std::string overview(std::size_t columns, const Paint& paint);

}  // namespace csb::cli
