#pragma once

#include <string>

#include "pack_state.hpp"

namespace csb::archive {

/// Makes the index of a pack again from the pack alone, which must be sound from end to end.
/// @return false, nothing changed, when the pack is damaged too
[[nodiscard]] bool index_anew(const PackPaths& paths, const std::string& name);

}  // namespace csb::archive
