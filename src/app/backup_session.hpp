#pragma once

#include <string>
#include <vector>

#include "csb/app/roots.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// Where the files of one session can be: those known of it, and what lies under its id on
/// disk, wherever the source keeps such files. Sorted; none beneath another. For scan::walk_paths().
[[nodiscard]] std::vector<std::string> session_paths(const Root& target, const SessionId& session,
                                                     const std::vector<catalogue::FileState>& known);

/// What is known of those paths, present ones only, sorted by path: the session's footprint and its plans.
/// Their ids are 0: only make_plan() needs them.
[[nodiscard]] std::vector<catalogue::KnownFile> known_beneath(const catalogue::Catalogue& catalogue,
                                                              std::int64_t root_id,
                                                              const std::vector<std::string>& paths,
                                                              std::vector<catalogue::FileState> footprint);

}  // namespace csb::app
