#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Other programs, started without a shell. This process must ignore SIGPIPE (csb does): a program need not
/// read its input.
namespace csb {

struct ProgramOptions {
  std::string input{};                        ///< what it reads on standard input; then the end
  std::chrono::milliseconds timeout{60'000};  ///< then it is killed, with all that it started in its group
  std::size_t limit = std::size_t{4} << 20;   ///< of its output and of its messages; the rest is dropped
  /// Its whole environment; nothing = this process's.
  std::optional<std::vector<std::pair<std::string, std::string>>> environment{};
  /// Variables on top of that.
  std::vector<std::pair<std::string, std::string>> variables{};
  /// It keeps this process's terminal (input, output, messages) and group: nothing is captured, no timeout.
  bool on_terminal = false;
};

struct ProgramResult {
  int status = 0;  ///< its exit status; 128 + the signal that ended it; 127 when it could not be started
  std::string out, err;
  bool timed_out = false;

  [[nodiscard]] bool ok() const { return status == 0 && !timed_out; }
  /// What it said, in one line, to be told a person: its messages, else its output, else how it ended.
  [[nodiscard]] std::string complaint() const;
};

/// Runs `command` (its first word a path, or a name looked for on the PATH) to its end.
/// @throws Error{failed} when no process can be made at all
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& command,
                                        const ProgramOptions& options = {});

/// The absolute path of a program on the PATH; empty when there is none.
[[nodiscard]] std::string find_program(const std::string& name);

/// The running program: by the name on the PATH that leads to it (an update replaces what is behind that
/// name), else where it really is. @throws Error{failed} when that cannot be told (it was removed)
[[nodiscard]] std::string own_program(const std::string& name);

}  // namespace csb
