#pragma once

#include <string>
#include <vector>

#include "csb/archive/store.hpp"

namespace csb::app {

/// Where in the trees of another tool's branch the config directory lies, told by the transcripts in it:
/// "" when `projects/` is at the top, ".claude/", "dotfiles/claude/"… Sorted; empty when the branch
/// holds no session.
/// @param commits new commits of the branch, oldest first: the sessions may be gone from the newest
[[nodiscard]] std::vector<std::string> find_config_prefixes(const archive::Store& store,
                                                            const std::vector<archive::CommitInfo>& commits);

}  // namespace csb::app
