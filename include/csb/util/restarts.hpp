#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace csb {

/// One start of the machine, and when it had gone down before it.
struct Restart {
  std::int64_t down_ns =
      0;  ///< the shutdown on record, else the last thing on record before `up_ns`; 0: unknown
  std::int64_t up_ns = 0;
  bool clean = false;  ///< a shutdown is on record
};

/// Restarts on record, newest first, from the login records `wtmp` (utmp(5)); empty: from the system's, and
/// from the running kernel's own start (/proc/stat) where those do not know it. Records that are missing,
/// torn or of another system give what they can.
[[nodiscard]] std::vector<Restart> restarts(const std::string& wtmp = {});

}  // namespace csb
