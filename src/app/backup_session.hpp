#pragma once

#include <string>
#include <vector>

#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// Where the files of one session can be: those known of it, and what lies under its id in the client's
/// folders, whichever project folder it is in. Sorted; none beneath another. For scan::walk_paths().
[[nodiscard]] std::vector<std::string> session_paths(const std::string& claude_dir, const SessionId& session,
                                                     const std::vector<catalogue::FileState>& known);

}  // namespace csb::app
