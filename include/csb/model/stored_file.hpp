#pragma once

#include <cstdint>
#include <vector>

#include "csb/model/oid.hpp"

namespace csb {

/// One stored slice of a file: consecutive bytes, all slices but the last of equal length (docs/format.md).
struct StoredSlice {
  Oid blob;
  /// Checksum of the slice's last 4 KiB (all of it when shorter): what a cheap look at a closed slice is
  /// compared with, to notice a file that was rewritten in place.
  std::uint64_t tail_checksum = 0;

  friend bool operator==(const StoredSlice&, const StoredSlice&) = default;
};

using StoredSlices = std::vector<StoredSlice>;

}  // namespace csb
