#pragma once

#include "csb/app/backup.hpp"
#include "csb/app/settings.hpp"
#include "csb/model/session_id.hpp"

namespace csb::app {

// A busy session stops every few seconds. Each stop leaves a wish (`<home>/wishes/<session>`); one process
// fulfils them, then waits a while for more, so that a session is archived at most once in that while, and
// its last stop always is.

/// For a process that nobody waits for. Another run that holds the lock is told to look again, and then
/// waited for as well: it may know other directories than these settings.
void back_up_patiently(const Settings& settings, BackupOptions options);

/// Leaves the wish that this session be archived.
/// @return true when nobody is there to fulfil it: somebody must be started. @throws Error
[[nodiscard]] bool wish_for(const Settings& settings, const SessionId& session);

/// Archives the sessions wished for, until none was for ten seconds. Returns at once when another process
/// is at it.
void fulfil_wishes(const Settings& settings);

}  // namespace csb::app
