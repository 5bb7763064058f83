#pragma once

#include <string>
#include <string_view>

#include "connection.hpp"
#include "csb/model/session_id.hpp"

namespace csb::catalogue {

/// The first message of the session's row, as it is now; empty when it has none.
[[nodiscard]] std::string first_message_of(Connection& db, const SessionId& session);

/// Works out anew which of the sessions that begin with this message were forked from which. Those whose
/// rows name their parent keep it. Of the others, the one archived first (then the one that started
/// first, then the smallest id) is the parent of the rest.
void refresh_lineage(Connection& db, std::string_view first_message);

}  // namespace csb::catalogue
