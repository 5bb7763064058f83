#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::catalogue {

/// "SELECT … FROM …": a row for each session. s is its row, t its transcript's facts, f that file, r the
/// root.
extern const std::string_view kSelectSessions;

/// A session, from a row of kSelectSessions. @throws Damage
[[nodiscard]] Session read_session(const Query& row);
/// All rows that are left.
[[nodiscard]] std::vector<Session> read_sessions(Query row);

}  // namespace csb::catalogue
