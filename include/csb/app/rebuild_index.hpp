#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

struct RebuildOptions {
  std::chrono::milliseconds patience{120'000};  ///< for a backup that is under way
  /// Paths read of the branch at hand and how many there are; may be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

struct RebuildResult {
  std::uint64_t branches = 0, sessions = 0, deleted_sessions = 0, versions = 0;
  bool had_catalogue = false;  ///< there was one, which was replaced
  /// Where the old one is, when it was damaged; empty otherwise.
  std::string set_aside;
  std::vector<Problem> problems;  ///< contents that could not be read from the store
  std::int64_t started_ns = 0, ended_ns = 0;
};

/// Builds the catalogue anew from the store alone: all branches, deleted sessions, and what only older
/// versions hold. The old catalogue stays as it is until the new one is complete and takes its place at once;
/// of the old one only the record of runs is taken over, which the store does not have.
/// @throws Error{not_found} without a store, Error{busy} when another run of csb holds the catalogue for
/// longer,
///         Error{refused} when the old one is a newer csb's; then nothing has changed
[[nodiscard]] RebuildResult rebuild_index(const Settings& settings, const RebuildOptions& options);

}  // namespace csb::app
