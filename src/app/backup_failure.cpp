#include "backup_failure.hpp"

#include <fmt/format.h>

#include <sstream>
#include <string>

#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr const char* kEverything = "backup";
constexpr const char* kOneSession = "session";
constexpr std::size_t kReasonColumns = 500;

std::string failure_file(const Settings& settings) { return settings.home + "/last-failure"; }

/// As the command line would exit (README, "Exit status").
int status_of(ErrorCode code) {
  if (code == ErrorCode::refused) return 12;
  return code == ErrorCode::not_found ? 4 : 1;
}

bool is_worth_keeping(const Settings& settings, const BackupOptions& options, ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
    case ErrorCode::ambiguous:
    case ErrorCode::busy:
    case ErrorCode::interrupted:
      return false;
    default:
      return options.session.empty() || !is_missing_session(settings, code);
  }
}

}  // namespace

bool is_missing_session(const Settings& settings, ErrorCode code) {
  return code == ErrorCode::not_found && (settings.store_is_default || fs::exists(settings.store));
}

void note_failure(const Settings& settings, const BackupOptions& options, std::int64_t started_ns,
                  const std::exception& error) noexcept {
  try {
    const auto* known = dynamic_cast<const Error*>(&error);
    const ErrorCode code = known != nullptr ? known->code() : ErrorCode::failed;
    if (options.dry_run || !is_worth_keeping(settings, options, code)) return;
    fs::replace_file(failure_file(settings),
                     fmt::format("{} {} {} {}\n{}\n", started_ns, now_ns(), status_of(code),
                                 options.session.empty() ? kEverything : kOneSession,
                                 cut_to_columns(printable(error.what()), kReasonColumns)));
  } catch (...) {  // NOLINT(bugprone-empty-catch): the failure itself is thrown on
  }
}

void forget_failure(const Settings& settings, const BackupOptions& options) noexcept {
  try {
    const auto failure = last_failure(settings);
    if (!failure || options.no_commit) return;
    if (options.session.empty() || failure->command == kOneSession) fs::remove_file(failure_file(settings));
  } catch (...) {  // NOLINT(bugprone-empty-catch): it is told of once more
  }
}

std::optional<catalogue::RunRecord> last_failure(const Settings& settings) {
  if (!fs::exists(failure_file(settings))) return std::nullopt;
  try {
    std::istringstream text(read_file(failure_file(settings), 4000));
    catalogue::RunRecord run;
    if (!(text >> run.started_ns >> run.ended_ns >> run.exit_status >> run.command)) return std::nullopt;
    text.ignore();
    std::getline(text, run.summary);
    return run;
  } catch (const Error&) {
    return std::nullopt;  // it only says why; whoever asks knows no more than before
  }
}

}  // namespace csb::app
