#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "pack_file.hpp"
#include "pack_writer.hpp"

/// Carrying the objects of one pack into another, by raw copying (docs/format.md, "The hot pack").
namespace csb::archive {

/// Limit of the hot pack, in bytes; past it, it is sealed (measured: docs/performance.md).
inline constexpr std::uint64_t kHotLimit = std::uint64_t{4} << 20;
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

/// Splits a pack that is to be sealed. @return for each entry, true when it stays hot: slices that still
/// grow, and the versions that are deltas on them
[[nodiscard]] std::vector<bool> still_growing(const PackFile& pack, const SupersededMap& superseded);

}  // namespace csb::archive
