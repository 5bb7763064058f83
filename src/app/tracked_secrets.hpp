#pragma once

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

/// Looks through every branch that csb did not write: its newest tree, then what each commit added, newest
/// first.
/// @param most_commits where it stops; it also stops after some seconds, since nobody waits longer for a
/// doctor
[[nodiscard]] TrackedSecrets find_tracked_secrets(const archive::Store& store,
                                                  std::size_t most_commits = 20'000);

}  // namespace csb::app
