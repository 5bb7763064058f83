#pragma once

#include <cstdint>
#include <vector>

#include "csb/app/forecast.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/scan/walk.hpp"

namespace csb::app {

/// When the client's sweep takes what.
struct SweepRule {
  int days = 0;                    ///< that a file may grow old
  std::int64_t next_sweep_ns = 0;  ///< not before
};

/// Everything on disk that the client deletes one day, each with the time; sorted by path.
/// @param known what is archived, sorted by path
[[nodiscard]] std::vector<DoomedItem> doomed_items(int root_fd, const scan::WalkResult& walk,
                                                   const std::vector<catalogue::KnownFile>& known,
                                                   const SweepRule& rule);

}  // namespace csb::app
