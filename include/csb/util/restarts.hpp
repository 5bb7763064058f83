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

/// The same; where the login records know of no restart, as on systems that no longer keep any, from the
/// first and the last message of each boot in the system's journal: asks journalctl(1), for five seconds at
/// most.
[[nodiscard]] std::vector<Restart> restarts_or_boots(const std::string& wtmp = {});

/// @param listed what `journalctl --list-boots --utc` prints; lines that have not two times are passed over
/// @return oldest first
[[nodiscard]] std::vector<Restart> boots_listed(const std::string& listed);

}  // namespace csb
