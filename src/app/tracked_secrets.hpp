#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "csb/archive/store.hpp"

namespace csb::app {

/// Files in the commits of other tools which csb's policy would never store.
struct TrackedSecrets {
  std::vector<std::string>
      found;                ///< "refs/heads/main:path" in a newest tree, else "1a2b3c4d:path"; a path once
  std::size_t commits = 0;  ///< that were looked at
  bool all = true;          ///< false: there are more commits, or some cannot be read
};

/// Where the search stops: nobody waits longer for a doctor.
struct SecretSearch {
  std::size_t most_commits = 20'000;
  std::chrono::milliseconds patience{5'000};
};

/// Looks through every branch that csb did not write: its newest tree, whatever the bounds, then what each
/// commit added, newest first, within them.
[[nodiscard]] TrackedSecrets find_tracked_secrets(const archive::Store& store,
                                                  const SecretSearch& search = {});

}  // namespace csb::app
