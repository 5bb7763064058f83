#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "pack_file.hpp"
#include "pack_writer.hpp"

/// Carrying the objects of one pack into another, by raw copying (docs/format.md, "The hot pack").
namespace csb::archive {

/// Past this many bytes, what no longer grows leaves the hot pack (measured: docs/performance.md).
inline constexpr std::uint64_t kHotLimit = std::uint64_t{4} << 20;
/// Slices that grow stay hot up to this many bytes, however many they are: sealing one that grows again costs
/// a whole copy of it with every backup.
inline constexpr std::uint64_t kMostGrowing = std::uint64_t{64} << 20;
/// Deltas are never stacked deeper than this (git's own default for a repack).
inline constexpr std::uint32_t kDeepest = 50;

/// Where an object lies in the pack being written, and how many deltas it stands on.
struct Placed {
  std::uint64_t offset = 0;
  std::uint32_t depth = 0;
};
using Placement = std::unordered_map<Oid, Placed>;

/// An object of the old pack has a successor, written whole in the new pack.
struct Superseded {
  Oid by;
  std::uint64_t successor_size = 0;
  /// How to make it from its successor; nothing = it is the successor's first bytes.
  std::optional<Bytes> delta;
};
using SupersededMap = std::unordered_map<Oid, Superseded>;

/// Copies entries of `from` in the order of the pack, those superseded as deltas on their successors.
/// @param chosen which entries (by index); a chosen delta's base must be chosen too, and readable
/// @param placed objects of `to` so far; extended. Objects already there are not written again
void carry_over(const PackFile& from, const std::vector<bool>& chosen, const SupersededMap& superseded,
                PackWriter& to, Placement& placed);

/// What becomes of the entries of a hot pack that has grown past its limit.
struct HotSplit {
  std::vector<bool> stays;         ///< for each entry: slices that still grow, and the deltas on them
  std::uint64_t closed_bytes = 0;  ///< of all others: worth sealing once there are enough
};
[[nodiscard]] HotSplit split_hot_pack(const PackFile& pack, const SupersededMap& superseded);

}  // namespace csb::archive
