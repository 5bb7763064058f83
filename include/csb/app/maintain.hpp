#pragma once

#include "csb/app/settings.hpp"
#include "csb/archive/maintenance.hpp"

namespace csb::app {

/// Merges sealed packs and removes what killed runs left behind.
/// @param all merge everything into one pack. @throws Error{not_found} without a store, Error{busy}
[[nodiscard]] archive::MaintainReport maintain(const Settings& settings, bool all);

}  // namespace csb::app
