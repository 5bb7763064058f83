#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csb/util/fd.hpp"

/// Other programs, started without a shell.
namespace csb {

/// Variables to set for it; an empty value unsets one.
using EnvironmentChanges = std::vector<std::pair<std::string, std::string>>;

/// A name without a slash is looked for in PATH (its absolute entries). @return an absolute path to something
/// that can be executed, or nothing
[[nodiscard]] std::string locate_program(const std::string& name);

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

}  // namespace csb
