#pragma once

#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// When a root was last looked at, and how that ended.
struct Look {
  std::string branch;  ///< of the root
  catalogue::RunRecord run;
};

/// Every backup notes when it looked at which root in one small file (`<home>/last-look`), whether it found
/// something or not: the catalogue is not written for that. Looks at other roots stay on record.
void note_looks(const Settings& settings, const std::vector<Look>& looks);

/// All looks on record; none when the file is not readable.
[[nodiscard]] std::vector<Look> last_looks(const Settings& settings);

}  // namespace csb::app
