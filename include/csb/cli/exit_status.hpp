#pragma once

#include <string_view>
#include <vector>

#include "csb/util/error.hpp"

namespace csb::cli {

/// What the process exits with. Part of the interface: scripts and hooks rely on it.
enum ExitStatus : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kIncomplete = 3,
  kNotFound = 4,
  kUnauthorized = 5,
  kRateLimited = 6,
  kGap = 10,
  kBusy = 11,
  kRefused = 12,
  kNotRunning = 13,
  kInterrupted = 130,
  kReaderGone = 141,  ///< as if SIGPIPE had ended it
};

[[nodiscard]] int exit_status(ErrorCode code);

struct ExitMeaning {
  int status;
  std::string_view meaning;
};
/// All of them, in rising order.
[[nodiscard]] const std::vector<ExitMeaning>& exit_meanings();

}  // namespace csb::cli
