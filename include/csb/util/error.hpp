#pragma once

#include <stdexcept>
#include <string>

namespace csb {

/// Why an operation cannot go on. The command line maps each to one exit status (README, "Exit status").
enum class ErrorCode {
  failed,        ///< the operation did not happen
  usage,         ///< the request itself is wrong
  ambiguous,     ///< a name stands for several things
  not_found,     ///< nothing by that name
  unauthorized,  ///< a key was refused or has expired
  rate_limited,  ///< a service asked to be left alone
  busy,          ///< another run holds the lock
  refused,       ///< a repository csb may not or cannot use
  interrupted,   ///< SIGINT or SIGTERM
};

/// "This operation cannot go on." Expected outcomes are values; trouble with one file is a Problem.
class Error : public std::runtime_error {
 public:
  /// @param context what failed, on what, and why
  /// @param hint what the person can do about it; may be empty
  Error(ErrorCode code, std::string context, std::string hint = {})  // NOLINT(performance-*)
      : std::runtime_error(std::move(context)), code_(code), hint_(std::move(hint)) {}  // NOLINT

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const std::string& hint() const noexcept { return hint_; }

 private:
  ErrorCode code_;
  std::string hint_;
};

/// An Error{failed} whose text ends with what errno says: "cannot open 'x': No such file or directory".
[[nodiscard]] Error errno_error(const std::string& context, int error_number);

}  // namespace csb
