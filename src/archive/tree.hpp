#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csb/archive/transaction.hpp"
#include "csb/model/oid.hpp"
#include "deflate.hpp"

/// Git trees: "<octal mode> <name>\0<20 bytes>", sorted as if directory names ended in '/'.
namespace csb::archive {

inline constexpr std::uint32_t kModeFile = 0100644;
inline constexpr std::uint32_t kModeExecutable = 0100755;
inline constexpr std::uint32_t kModeLink = 0120000;
inline constexpr std::uint32_t kModeTree = 0040000;
inline constexpr std::uint32_t kModeSubmodule = 0160000;

struct TreeItem {
  std::string name;
  std::uint32_t mode = 0;
  Oid oid;
  [[nodiscard]] bool is_tree() const noexcept { return mode == kModeTree; }
};

/// @return nothing when the bytes are no tree. Names are not validated.
[[nodiscard]] std::optional<std::vector<TreeItem>> parse_tree(std::span<const std::byte> raw);

/// @param items in any order; sorted here
[[nodiscard]] Bytes write_tree(std::vector<TreeItem> items);

/// "000042.csb"
[[nodiscard]] std::string slice_name(std::size_t index);

/// The tree of a sliced file.
[[nodiscard]] Bytes write_slices(const StoredSlices& slices);

/// True when a tree with these items is a sliced file, not a directory.
[[nodiscard]] bool is_sliced_file(const std::vector<TreeItem>& items);

/// Reads and stores tree objects while a new root tree is made.
struct TreeStore {
  /// The raw tree; nothing when it cannot be read.
  std::function<std::optional<Bytes>(const Oid&)> read;
  /// Stores a tree. `old` is its predecessor at the same path, or null.
  std::function<Oid(const Bytes& raw, const Oid& old)> write;
};

/// Applies edits to the tree `root` (null: the empty tree). Directories that become empty vanish.
/// @return the new root; null when nothing is left
/// @throws Error{failed} when a tree that must be patched cannot be read
[[nodiscard]] Oid edit_tree(const TreeStore& store, const Oid& root, const std::vector<TreeEdit>& edits);

}  // namespace csb::archive
