#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace csb::transcript {

/// The folders that a shell command names, told from its text alone. A folder that is missed costs less than
/// one that is made up: what a pattern, a variable, a URL or an argument of unknown meaning may be, is left
/// out.
struct CommandFolders {
  std::optional<std::string> target;  ///< of its first `cd`
  std::vector<std::string> absolute;  ///< in the order of the command
  std::vector<std::string> relative;  ///< taken from where the command is by then

  /// Where the work was done: beneath the target if it names such a folder, else there; without a target in
  /// the first folder named. @return nothing when it names none
  [[nodiscard]] const std::string* main() const;
};

/// @param cwd where the command runs; may be empty
[[nodiscard]] CommandFolders folders_in_command(std::string_view command, std::string_view cwd);

}  // namespace csb::transcript
