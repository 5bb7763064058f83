#include "complete.hpp"

#include <algorithm>
#include <optional>

#include "command_functions.hpp"
#include "csb/app/list.hpp"
#include "csb/cli/options.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kMostSessions = 200;
constexpr std::size_t kMeaningColumns = 60;

/// The names of "-n, --limit" one by one.
std::vector<std::string> names_of(const OptionHelp& option) {
  std::vector<std::string> names;
  std::string_view rest = option.names;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(", "), rest.size());
    names.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  return names;
}

bool has_name(const OptionHelp& option, const std::string& name) {
  const auto names = names_of(option);
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool means_session(std::string_view value) {
  return value.starts_with("ID") || value == "SESSION" || value == "QUERY";
}

bool means_file(std::string_view value) {
  return value.find("PATH") != std::string_view::npos || value.find("DIR") != std::string_view::npos ||
         value.find("FILE") != std::string_view::npos;
}

/// bash hands "--sort=size" over as three words.
std::vector<std::string> joined_at_equals(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool follows = !out.empty() && out.back().ends_with('=') && out.back().starts_with("--");
    if (words[i] == "=" && !out.empty() && out.back().starts_with("--")) {
      out.back() += '=';
    } else if (follows) {
      out.back() += words[i];
    } else {
      out.push_back(words[i]);
    }
  }
  return out;
}

class Completer {
 public:
  Completer(const Call& call, std::string typed) : call_(call), typed_(std::move(typed)) {}

  Completion run(const std::vector<std::string>& before) {
    const CommandLine line = split_command_line(before);
    const Command* command = line.command.empty() ? nullptr : find_command(line.command);
    if (command == nullptr) {
      line.command.empty() ? add_commands("") : add_commands(line.command + ' ');
      if (line.command.empty() && typed_.starts_with('-'))
        add_options(options_of(*find_command("help")), true);
      return std::move(result_);
    }
    is_first_ = before.size() == 1;
    const auto options = options_of(*command);
    if (const auto equals = typed_.find('='); typed_.starts_with("--") && equals != std::string::npos) {
      const std::string name = typed_.substr(0, equals);
      prefix_ = typed_.substr(0, equals + 1);
      if (const OptionHelp* option = find(options, name)) add_values(*option);
    } else if (const OptionHelp* option = waiting(options, before)) {
      add_values(*option);
    } else if (typed_.starts_with('-')) {
      add_options(options, false);
    } else {
      add_words(*command, options);
    }
    return std::move(result_);
  }

 private:
  static const OptionHelp* find(const std::vector<OptionHelp>& options, const std::string& name) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const OptionHelp& option) { return has_name(option, name); });
    return found == options.end() ? nullptr : &*found;
  }

  /// The option that the word before leaves without its value.
  static const OptionHelp* waiting(const std::vector<OptionHelp>& options,
                                   const std::vector<std::string>& before) {
    if (before.empty() || !before.back().starts_with('-')) return nullptr;
    const OptionHelp* option = find(options, before.back());
    const bool optional = option != nullptr && option->value.starts_with('[');
    return option == nullptr || option->value.empty() || optional ? nullptr : option;
  }

  void add(const std::string& value, std::string_view meaning) {
    const std::string whole = prefix_ + value;
    if (!whole.starts_with(typed_)) return;
    result_.candidates.push_back({whole, cut_to_columns(printable(meaning), kMeaningColumns)});
  }

  /// @param before "" for first words, "set " for the second words of set
  void add_commands(const std::string& before) {
    std::string last;
    for (const Command& command : commands()) {
      if (command.group == Command::Group::internal || !command.name.starts_with(before)) continue;
      const std::string rest(command.name.substr(before.size()));
      const std::string word = rest.substr(0, rest.find(' '));
      if (word != last) add(word, word == rest ? command.summary : std::string_view{});
      last = word;
    }
  }

  void add_options(const std::vector<OptionHelp>& options, bool global_only) {
    for (const OptionHelp& option : options) {
      if (option.kind == OptionHelp::Kind::word) continue;
      if (global_only && option.kind != OptionHelp::Kind::global) continue;
      for (const std::string& name : names_of(option)) add(name, option.help);
    }
  }

  void add_values(const OptionHelp& option) {
    for (const std::string& choice : option.choices) add(choice, "");
    const std::string& value = option.kind == OptionHelp::Kind::word ? option.names : option.value;
    if (means_session(value)) add_sessions();
    if (means_file(value)) result_.files = true;
  }

  void add_words(const Command& command, const std::vector<OptionHelp>& options) {
    if (command.name == "help") add_commands("");
    if (is_first_) add_commands(std::string(command.name) + ' ');
    for (const OptionHelp& option : options)
      if (option.kind == OptionHelp::Kind::word) add_values(option);
  }

  /// The newest ones, deleted ones included: those one wants back.
  void add_sessions() {
    const app::Settings settings = call_.settings();
    catalogue::SessionQuery query;
    query.deleted = catalogue::DeletedFilter::all;
    if (typed_.empty()) query.limit = kMostSessions;
    for (const auto& session : open_catalogue(call_, settings).sessions(query).sessions)
      add(session.id.text(), title_of(session));
  }

  const Call& call_;
  std::string typed_;
  bool is_first_ = false;  ///< the word is the one behind the command
  std::string prefix_;     ///< "--session=" when the value stands behind it
  Completion result_;
};

}  // namespace

Completion complete(const Call& call, std::vector<std::string> words) {
  words = joined_at_equals(words);
  std::string typed = words.empty() ? "" : words.back();
  if (!words.empty()) words.pop_back();
  return Completer(call, std::move(typed)).run(words);
}

}  // namespace csb::cli
