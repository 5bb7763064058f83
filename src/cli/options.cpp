#include "csb/cli/options.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>  // this file only: it costs five seconds of compile time
#include <algorithm>
#include <utility>

#include "csb/cli/version.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kHelpColumns = 100;

/// "-n,--limit" as people read it: "-n, --limit".
std::string spaced(const std::string& names) {
  std::string out;
  for (const char c : names) {
    out += c;
    if (c == ',') out += ' ';
  }
  return out;
}

struct OptionalChoice {
  std::string name;
  std::vector<std::string> values;
  std::string bare;
};

/// "--deleted login" is a bare --deleted and a word: only a value it knows belongs to it.
std::vector<std::string> with_bare_values(const std::vector<std::string>& arguments,
                                          const std::vector<OptionalChoice>& choices) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto choice = std::find_if(choices.begin(), choices.end(),
                                     [&](const OptionalChoice& c) { return c.name == arguments[i]; });
    if (arguments[i] == "--") {
      out.insert(out.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      break;
    }
    if (choice == choices.end()) {
      out.push_back(arguments[i]);
      continue;
    }
    const bool given = i + 1 < arguments.size() && std::find(choice->values.begin(), choice->values.end(),
                                                             arguments[i + 1]) != choice->values.end();
    out.push_back(choice->name + "=" + (given ? arguments[++i] : choice->bare));
  }
  return out;
}

/// For a mistyped option: the one that was probably meant.
std::string hint_for(const Command& command, const std::vector<std::string>& arguments,
                     const std::vector<OptionHelp>& options) {
  std::vector<std::string> known;
  for (const OptionHelp& option : options)
    if (const auto dashes = option.names.find("--"); dashes != std::string::npos)
      known.push_back(option.names.substr(dashes));
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (!name.starts_with("--") || std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (const std::string near = nearest(name, known); !near.empty()) return "did you mean " + near + "?";
  }
  return "'csb help " + std::string(command.name) + "' explains its options";
}

ColorWhen parse_color(const std::string& text) {
  if (text == "always") return ColorWhen::always;
  return text == "never" ? ColorWhen::never : ColorWhen::automatic;
}

}  // namespace

struct Options::State {
  explicit State(Call& of) : call(of) { app.set_help_flag("-h,--help"); }

  CLI::Option* add(CLI::Option* option, const std::string& names, const std::string& value,
                   const std::string& text, OptionHelp::Kind group) {
    help.push_back({spaced(names), value, text, group, {}});
    return option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }

  Call& call;
  CLI::App app;
  std::vector<OptionHelp> help;
  std::vector<OptionalChoice> optional_choices;
  std::vector<std::pair<std::string, std::string>> aliases;
  std::string color = "auto";
  OptionHelp::Kind kind = OptionHelp::Kind::global;  ///< of what is declared now
};

Options::Options(Call& call) : state_(std::make_unique<State>(call)) {
  GlobalOptions& global = call.global;
  texts("--claude-dir", "DIR", global.where.claude_dirs,
        "the Claude directory, instead of $CLAUDE_CONFIG_DIR or ~/.claude; several: give it several times");
  text("--store", "DIR", global.where.store, "the git repository that holds everything");
  flag("--json", global.json, "print one JSON document");
  flag("-q,--quiet", global.quiet, "say nothing but errors");
  choice("--color", {"auto", "always", "never"}, state_->color, "colour the output");
  state_->help.push_back({"-h, --help", "", "print this", OptionHelp::Kind::global, {}});
  state_->kind = OptionHelp::Kind::own;
}

Options::~Options() = default;

void Options::flag(const std::string& names, bool& target, const std::string& help) {
  state_->add(state_->app.add_flag(names, target), names, "", help, state_->kind);
}

void Options::text(const std::string& names, const std::string& value, std::string& target,
                   const std::string& help) {
  state_->add(state_->app.add_option(names, target), names, value, help, state_->kind);
}

void Options::texts(const std::string& names, const std::string& value, std::vector<std::string>& target,
                    const std::string& help) {
  CLI::Option* option = state_->add(state_->app.add_option(names, target), names, value, help, state_->kind);
  option->multi_option_policy(CLI::MultiOptionPolicy::Throw)->expected(1)->allow_extra_args(false);
  option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void Options::number(const std::string& names, const std::string& value, std::optional<std::uint64_t>& target,
                     const std::string& help) {
  state_->add(state_->app.add_option(names, target)->check(CLI::NonNegativeNumber), names, value, help,
              state_->kind);
}

void Options::choice(const std::string& names, const std::vector<std::string>& values, std::string& target,
                     const std::string& help) {
  std::string shown;
  for (const std::string& value : values) shown += (shown.empty() ? "" : "|") + value;
  state_->add(state_->app.add_option(names, target)->check(CLI::IsMember(values)), names, shown, help,
              state_->kind);
  state_->help.back().choices = values;
}

void Options::optional_choice(const std::string& name, const std::vector<std::string>& values,
                              const std::string& bare, std::string& target, const std::string& help) {
  choice(name, values, target, help);
  state_->help.back().value = "[" + state_->help.back().value + "]";
  state_->optional_choices.push_back({name, values, bare});
}

void Options::word(const std::string& name, std::string& target, const std::string& help) {
  state_->add(state_->app.add_option(name, target)->required(), name, "", help, OptionHelp::Kind::word);
}

void Options::choice_word(const std::string& name, const std::vector<std::string>& values,
                          std::string& target, const std::string& help) {
  state_->add(state_->app.add_option(name, target)->required()->check(CLI::IsMember(values)), name, "", help,
              OptionHelp::Kind::word);
  state_->help.back().choices = values;
}

void Options::optional_word(const std::string& name, std::string& target, const std::string& help) {
  state_->add(state_->app.add_option(name, target), name, "", help, OptionHelp::Kind::word);
}

void Options::number_word(const std::string& name, std::uint64_t& target, const std::string& help) {
  state_->add(state_->app.add_option(name, target)->required(), name, "", help, OptionHelp::Kind::word);
}

void Options::words(const std::string& name, std::vector<std::string>& target, std::size_t at_least,
                    const std::string& help) {
  CLI::Option* option =
      state_->add(state_->app.add_option(name, target), name, "", help, OptionHelp::Kind::word);
  option->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  if (at_least > 0) option->required()->expected(static_cast<int>(at_least), 1 << 20);
}

void Options::alias(const std::string& spelling, const std::string& option) {
  state_->aliases.emplace_back(spelling, option);
}

bool Options::parse() {
  State& state = *state_;
  Call& call = state.call;
  // Where --version chooses a version of a session, -V alone tells the program's.
  const bool taken = state.app.get_option_no_throw("--version") != nullptr;
  state.app.set_version_flag(taken ? "-V" : "-V,--version", std::string(version()));
  state.help.push_back(
      {taken ? "-V" : "-V, --version", "", "print the version of csb", OptionHelp::Kind::global, {}});
  if (call.describe != nullptr) {
    *call.describe = std::move(state.help);
    return false;
  }
  std::vector<std::string> arguments = with_bare_values(call.arguments, state.optional_choices);
  for (const auto& [spelling, option] : state.aliases)
    std::replace(arguments.begin(), std::find(arguments.begin(), arguments.end(), "--"), spelling, option);
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    state.app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    const std::size_t columns = std::min(terminal_columns(STDOUT_FILENO).value_or(80), kHelpColumns);
    call.out.write(
        help_text(call.command, state.help, columns, paint_for(STDOUT_FILENO, parse_color(state.color))));
    return false;
  } catch (const CLI::CallForVersion&) {
    call.out.line("csb " + std::string(version()));
    return false;
  } catch (const CLI::ParseError& error) {
    throw Error(ErrorCode::usage, error.what(), hint_for(call.command, call.arguments, state.help));
  }
  call.global.color = parse_color(state.color);
  call.messages.set_color(call.global.color);
  call.messages.set_quiet(call.global.quiet);
  return true;
}

std::vector<OptionHelp> options_of(const Command& command) {
  Output out(-1);
  Messages messages(-1);
  std::vector<OptionHelp> options;
  Call call{command, {}, out, messages, {}, &options};
  static_cast<void>(command.run(call));
  std::stable_sort(options.begin(), options.end(),
                   [](const OptionHelp& a, const OptionHelp& b) { return a.kind < b.kind; });
  return options;
}

}  // namespace csb::cli
