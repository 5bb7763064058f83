#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "csb/cli/command.hpp"

namespace csb::cli {

/// One option, as the help shows it.
struct OptionHelp {
  std::string names;  ///< "-n, --limit"
  std::string value;  ///< "N"; empty for a flag
  std::string help;
  enum class Kind { word, own, global } kind = Kind::own;
  std::vector<std::string> choices{};  ///< the values it takes, when it takes no others
};

/// The options of one command: declared, then parsed. Targets keep their value unless the option is given.
/// `names` are as on the command line: "-n,--limit", or a bare "ID" for words without a dash.
class Options {
 public:
  /// Declares the global options. @param call must outlive this
  explicit Options(Call& call);
  ~Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  void flag(const std::string& names, bool& target, const std::string& help);
  void text(const std::string& names, const std::string& value, std::string& target, const std::string& help);
  /// May be given several times; each time it takes one value.
  void texts(const std::string& names, const std::string& value, std::vector<std::string>& target,
             const std::string& help);
  void number(const std::string& names, const std::string& value, std::optional<std::uint64_t>& target,
              const std::string& help);
  /// One of `values`.
  void choice(const std::string& names, const std::vector<std::string>& values, std::string& target,
              const std::string& help);
  /// As choice(), but the value may be left out: then `bare` is meant.
  void optional_choice(const std::string& name, const std::vector<std::string>& values,
                       const std::string& bare, std::string& target, const std::string& help);
  /// A word without a dash, required.
  void word(const std::string& name, std::string& target, const std::string& help);
  /// The same, but it may be left out.
  void optional_word(const std::string& name, std::string& target, const std::string& help);
  /// A word that is one of `values`, required.
  void choice_word(const std::string& name, const std::vector<std::string>& values, std::string& target,
                   const std::string& help);
  void number_word(const std::string& name, std::uint64_t& target, const std::string& help);
  /// All words without a dash that are left. @param at_least how many there must be
  void words(const std::string& name, std::vector<std::string>& target, std::size_t at_least,
             const std::string& help);

  /// A spelling that users know from elsewhere ("-sid"), taken for an option declared here.
  void alias(const std::string& spelling, const std::string& option);

  /// Parses the call's arguments and fills call.global.
  /// @return false when help or the version was asked for, and given: the command is done
  /// @throws Error{usage}
  [[nodiscard]] bool parse();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The options and words of a command, in the order of its help, the global ones last.
[[nodiscard]] std::vector<OptionHelp> options_of(const Command& command);

/// The help of one command.
[[nodiscard]] std::string help_text(const Command& command, const std::vector<OptionHelp>& options,
                                    std::size_t columns, const Paint& paint);

}  // namespace csb::cli
