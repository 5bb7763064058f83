#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csb/util/fd.hpp"

/// Other programs, started without a shell. This process must ignore SIGPIPE (csb does): a program need not
/// read its input.
namespace csb {

// ---- where programs are

/// A name without a slash is looked for in PATH (its absolute entries). @return an absolute path to a file
/// that can be executed, or nothing
[[nodiscard]] std::string locate_program(const std::string& name);

/// The running program: by the name on the PATH that leads to it (an update replaces what is behind that
/// name), else where it really is. @throws Error{failed} when that cannot be told (it was removed)
[[nodiscard]] std::string own_program(const std::string& name);

// ---- programs that do something for csb

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
  /// What it makes has the modes that it has when the person starts it, not csb's. Only while there is one
  /// thread.
  bool file_modes_as_usual = false;
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

// ---- programs that the person goes on with

/// Variables to set for it; an empty value unsets one.
using EnvironmentChanges = std::vector<std::pair<std::string, std::string>>;

/// Becomes that program, in that directory (empty: where it is). What csb changed for itself (ignored
/// signals, the mask of file modes) is as it was before. Returns only by throwing Error{failed}.
[[noreturn]] void become_program(const std::string& path, const std::vector<std::string>& arguments,
                                 const std::string& directory, const EnvironmentChanges& environment);

/// A program that was started, with csb's standard output and error. Until it ends, what the person types to
/// interrupt it (SIGINT, SIGQUIT) is for it alone.
class RunningProgram {
 public:
  /// @param feed false: its standard input is csb's. @throws Error{failed} when it cannot be started
  RunningProgram(const std::string& path, const std::vector<std::string>& arguments, bool feed);
  ~RunningProgram();  ///< Waits for it.
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  /// To its standard input. @return false when it reads no more
  bool write(std::string_view text);
  /// Ends its input and waits. @return its exit status; 128 and the signal that ended it
  int wait();

 private:
  using Handler = void (*)(int);

  Fd input_;
  pid_t pid_ = -1;
  Handler on_interrupt_ = nullptr, on_quit_ = nullptr;  ///< as they were before
};

/// The mask of file modes that programs started by csb get: what csb itself was started with.
void remember_file_mode_mask(unsigned mask);
[[nodiscard]] unsigned usual_file_mode_mask();

}  // namespace csb
