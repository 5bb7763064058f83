#pragma once

#include <exception>
#include <optional>

#include "csb/app/backup.hpp"
#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/util/error.hpp"

namespace csb::app {

// Hooks and timers have nobody to tell that they failed. A run that saved nothing leaves its reason in
// `<home>/last-failure`: perhaps the very catalogue is what could not be written.

/// Keeps why a run failed, unless that was the request's fault or another run holds the lock. A full disk may
/// prevent even this.
void note_failure(const Settings& settings, const BackupOptions& options, std::int64_t started_ns,
                  const std::exception& error) noexcept;

/// After a run that saved what it should: forgets an earlier failure. One session's run does not make good
/// what failed for all.
void forget_failure(const Settings& settings, const BackupOptions& options) noexcept;

/// The last failure that nothing made good since.
[[nodiscard]] std::optional<catalogue::RunRecord> last_failure(const Settings& settings);

/// Whether `code`, from a run for one session, means that there is no such session (and not, no store).
[[nodiscard]] bool is_missing_session(const Settings& settings, ErrorCode code);

}  // namespace csb::app
