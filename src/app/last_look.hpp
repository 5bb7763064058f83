#pragma once

#include <optional>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// A backup that found nothing to do writes one small file (`<home>/last-look`) instead of the catalogue: it
/// must cost next to nothing, since a timer and every hook run it.
void note_look(const Settings& settings, const catalogue::RunRecord& run);

/// The last such run; nothing when there was none or the file is not readable.
[[nodiscard]] std::optional<catalogue::RunRecord> last_look(const Settings& settings);

}  // namespace csb::app
