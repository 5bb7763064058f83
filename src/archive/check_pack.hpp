#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pack_file.hpp"

namespace csb::archive {

/// What checking one pack found.
struct PackCheck {
  std::vector<bool> good;   ///< for each entry: inflates, its deltas apply, and it hashes to its name
  std::uint64_t bytes = 0;  ///< of content hashed
  [[nodiscard]] std::size_t bad_count() const;
};

/// Re-hashes every object of a pack, on several threads, in bounded memory.
/// @param step called with the number of objects finished each time some are; from any thread
[[nodiscard]] PackCheck check_pack(const PackFile& pack, const std::function<void(std::uint64_t)>& step);

}  // namespace csb::archive
