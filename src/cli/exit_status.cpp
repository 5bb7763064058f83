#include "csb/cli/exit_status.hpp"

namespace csb::cli {

int exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::failed:
      return kFailed;
    case ErrorCode::usage:
    case ErrorCode::ambiguous:
      return kUsage;
    case ErrorCode::not_found:
      return kNotFound;
    case ErrorCode::unauthorized:
      return kUnauthorized;
    case ErrorCode::rate_limited:
      return kRateLimited;
    case ErrorCode::busy:
      return kBusy;
    case ErrorCode::refused:
      return kRefused;
    case ErrorCode::interrupted:
      return kInterrupted;
  }
  return kFailed;
}

const std::vector<ExitMeaning>& exit_meanings() {
  static const std::vector<ExitMeaning> meanings{
      {kDone, "done"},
      {kFailed, "failed; nothing was saved"},
      {kUsage, "wrong usage, or an ambiguous id (the candidates are listed)"},
      {kIncomplete, "done, but some items were not (they are named)"},
      {kNotFound, "no such session, or nothing matched"},
      {kUnauthorized, "a key was refused or has expired"},
      {kRateLimited, "blocked or rate-limited by the service"},
      {kGap, "a gap in the protection was found"},
      {kBusy, "another run holds the lock"},
      {kRefused, "the store, or this system, cannot be used (reason and remedy are named)"},
      {kNotRunning, "the schedule is installed, but it does not run"},
      {kInterrupted, "interrupted (143 when terminated)"},
      {kReaderGone, "the reader of the output went away"},
  };
  return meanings;
}

}  // namespace csb::cli
