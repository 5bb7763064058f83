#pragma once

#include <string>
#include <vector>

#include "csb/archive/store.hpp"

namespace csb::app {

/// Last component of the branch that holds a machine's named sets (docs/format.md, "Sets").
inline constexpr const char* kSetsBranch = "sets";

/// Branches that may hold sessions: all but those of named sets.
[[nodiscard]] std::vector<archive::Branch> session_branches(const archive::Store& store);
/// Those of named sets, of every machine.
[[nodiscard]] std::vector<archive::Branch> sets_branches(const archive::Store& store);

}  // namespace csb::app
