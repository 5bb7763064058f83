#pragma once

#include <set>
#include <string>
#include <vector>

#include "csb/archive/store.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

/// Where in the trees of another tool's commits the config directory lies, told by the transcripts in it:
/// "" when `projects/` is at the top, ".claude/", "dotfiles/claude/"…
using ConfigPrefixes = std::set<std::string>;

/// Beneath which prefixes these commits left a transcript; those of csb say "". A transcript counts for ever
/// and for the whole branch, so that nothing hangs on which commits are read at once: what lay beside it
/// before it came, and when it is gone, is found by the prefix.
/// @param problems gets the commits that cannot be compared with their parents
[[nodiscard]] ConfigPrefixes find_config_prefixes(const archive::Store& store,
                                                  const std::vector<archive::CommitInfo>& commits,
                                                  std::vector<Problem>& problems);
/// The same of all that one commit holds.
[[nodiscard]] ConfigPrefixes find_config_prefixes(const archive::Store& store, const Oid& commit);

}  // namespace csb::app
