#pragma once

#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/model/session_id.hpp"

namespace csb::app {

/// Sessions whose newest transcript should have been archived long ago, and was not. Looks at the sizes of
/// the two hundred transcripts that changed last, and opens none. Not counted: the session that starts now,
/// sessions that are open, what changed in the last ten minutes, and what was only touched. Nothing when
/// there is no catalogue to compare with.
[[nodiscard]] std::vector<SessionId> find_gap(const Settings& settings,
                                              const std::optional<SessionId>& starting);

/// One line for the person; empty for no gap.
[[nodiscard]] std::string describe_gap(const Settings& settings, const std::vector<SessionId>& gap);

}  // namespace csb::app
