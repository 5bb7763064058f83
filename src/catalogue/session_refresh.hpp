#pragma once

#include "connection.hpp"
#include "csb/model/session_id.hpp"

namespace csb::catalogue {

/// Writes the session's row anew, or removes it when no transcript is known (Update::refresh_session).
void refresh_session_row(Connection& db, const SessionId& session);

}  // namespace csb::catalogue
