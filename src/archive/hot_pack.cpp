#include "hot_pack.hpp"

#include <algorithm>

#include "csb/archive/transaction.hpp"
#include "csb/util/error.hpp"

namespace csb::archive {
namespace {

/// For each entry, how many deltas are stacked on it at most.
std::vector<std::uint32_t> heights(const PackFile& pack) {
  const auto& entries = pack.entries();
  std::vector<std::uint32_t> height(entries.size(), 0);
  for (std::size_t i = entries.size(); i-- > 0;)
    if (const auto base = entries[i].base; base < i) height[base] = std::max(height[base], height[i] + 1);
  return height;
}

class CarryOver {
 public:
  CarryOver(const PackFile& from, const SupersededMap& superseded, PackWriter& to, Placement& placed)
      : from_(from),
        superseded_(superseded),
        to_(to),
        placed_(placed),
        height_(heights(from)),
        root_(from.entries().size()) {}

  void copy(std::uint32_t index) {
    const PackedEntry& entry = from_.entries()[index];
    if (const auto there = placed_.find(entry.oid); there != placed_.end()) {
      root_[index] = {&there->first, 0};
      return;
    }
    if (copy_as_successors_delta(index, entry)) return;
    if (entry.base == PackedEntry::kNoBase) return copy_whole(index, entry);
    copy_delta(index, entry);
  }

 private:
  /// The object an entry is now a delta on when it and its old base are both prefixes of it.
  struct Root {
    const Oid* oid = nullptr;
    std::uint64_t size = 0;  ///< of that object; 0 = deltas stay on their old base
  };

  void place(const Oid& oid, std::uint64_t offset, std::uint32_t depth) {
    placed_.emplace(oid, Placed{offset, depth});
  }

  bool copy_as_successors_delta(std::uint32_t index, const PackedEntry& entry) {
    const auto found = superseded_.find(entry.oid);
    if (found == superseded_.end()) return false;
    const auto successor = placed_.find(found->second.by);
    if (successor == placed_.end() || successor->second.depth + 1 + height_[index] >= kDeepest) return false;
    const bool prefix = !found->second.delta.has_value();
    const auto size = object_size(index);
    // git takes no delta shorter than four bytes: the empty object stays whole.
    if (prefix && (!size || *size == 0)) return false;
    const Bytes delta = prefix ? prefix_delta(found->second.successor_size, *size) : *found->second.delta;
    place(entry.oid, to_.append_delta(entry.oid, successor->second.offset, delta),
          successor->second.depth + 1);
    if (prefix) root_[index] = {&successor->first, found->second.successor_size};
    return true;
  }

  void copy_whole(std::uint32_t index, const PackedEntry& entry) {
    const auto stream = from_.raw_entry(entry).subspan(entry.header.length);
    place(entry.oid, to_.append(entry.oid, entry.header.type, entry.header.size, stream), 0);
    (void)index;
  }

  /// A delta whose old base is a prefix of the new root moves onto the root, so that depth stays 1; any
  /// other is copied as it is.
  void copy_delta(std::uint32_t index, const PackedEntry& entry) {
    const Root& above = root_[entry.base];
    if (above.size != 0) {
      const auto delta = from_.inflate_entry(entry);
      const auto moved = delta ? retarget_delta(*delta, above.size) : std::nullopt;
      const Placed& root = placed_.at(*above.oid);
      if (!moved) throw damaged(entry);
      place(entry.oid, to_.append_delta(entry.oid, root.offset, *moved), root.depth + 1);
      return;
    }
    const auto base = placed_.find(from_.entries()[entry.base].oid);
    if (base == placed_.end()) throw damaged(entry);
    const auto stream = from_.raw_entry(entry).subspan(entry.header.length);
    place(entry.oid, to_.append_raw_delta(entry.oid, base->second.offset, entry.header.size, stream),
          base->second.depth + 1);
    (void)index;
  }

  [[nodiscard]] std::optional<std::uint64_t> object_size(std::uint32_t index) const {
    const PackedEntry& entry = from_.entries()[index];
    if (entry.base == PackedEntry::kNoBase) return entry.header.size;
    const auto delta = from_.inflate_entry(entry);
    const auto sizes = delta ? delta_sizes(*delta) : std::nullopt;
    return sizes ? std::optional(sizes->target) : std::nullopt;
  }

  static Error damaged(const PackedEntry& entry) {
    return {ErrorCode::failed, "object " + entry.oid.hex() + " of the hot pack is damaged",
            "run `csb verify --repair`"};
  }

  const PackFile& from_;
  const SupersededMap& superseded_;
  PackWriter& to_;
  Placement& placed_;
  std::vector<std::uint32_t> height_;
  std::vector<Root> root_;
};

}  // namespace

void carry_over(const PackFile& from, const std::vector<bool>& chosen, const SupersededMap& superseded,
                PackWriter& to, Placement& placed) {
  CarryOver copier(from, superseded, to, placed);
  for (std::uint32_t i = 0; i < from.entries().size(); ++i)
    if (chosen[i]) copier.copy(i);
}

HotSplit split_hot_pack(const PackFile& pack, const SupersededMap& superseded) {
  constexpr std::uint32_t kMostVersions = 1000;  // a family larger than that is not worth carrying on
  struct Family {
    std::uint32_t members = 0;
    std::uint64_t bytes = 0;  ///< that staying costs
    bool active = false;      ///< it grew in this very backup
    bool stays = false;
  };
  const auto& entries = pack.entries();
  std::vector<std::uint32_t> root(entries.size());
  std::vector<Family> families(entries.size());  // by the index of their root
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    root[i] = entries[i].base < i ? root[entries[i].base] : i;
    Family& family = families[root[i]];
    ++family.members;
    const bool becomes_delta = superseded.find(entries[i].oid) != superseded.end();
    family.active |= becomes_delta;
    family.bytes += becomes_delta ? 0 : entries[i].length;
  }
  std::uint64_t bytes = 0;
  for (const bool active : {true, false}) {
    const std::uint64_t budget = active ? kMostGrowing : kHotLimit / 4 * 3;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      Family& family = families[i];
      const bool grows = family.members > 1 && entries[i].header.size < kSliceBytes;
      if (root[i] != i || entries[i].header.type != ObjectType::blob || family.active != active) continue;
      if (!(active || grows) || family.members > kMostVersions || bytes + family.bytes > budget) continue;
      family.stays = true;
      bytes += family.bytes;
    }
  }
  HotSplit split;
  split.stays.resize(entries.size());
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    split.stays[i] = families[root[i]].stays;
    if (!split.stays[i]) split.closed_bytes += entries[i].length;
  }
  return split;
}

}  // namespace csb::archive
