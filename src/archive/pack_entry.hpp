#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "csb/model/oid.hpp"
#include "deflate.hpp"

/// The encoding of one entry of a pack (git's Documentation/gitformat-pack.txt).
namespace csb::archive {

enum class ObjectType : std::uint8_t {
  commit = 1,
  tree = 2,
  blob = 3,
  tag = 4,
  ofs_delta = 6,
  ref_delta = 7
};

/// "commit", "tree", "blob" or "tag". @pre no delta
[[nodiscard]] std::string_view type_name(ObjectType type);

/// What stands before the compressed bytes of an entry.
struct EntryHeader {
  ObjectType type = ObjectType::blob;
  std::uint64_t size = 0;           ///< inflated: of the content, or of the delta
  std::uint64_t base_distance = 0;  ///< ofs_delta: from the entry's start back to its base's
  Oid base;                         ///< ref_delta
  std::size_t length = 0;           ///< of the header itself
};

/// Appends the header to `out`.
void put_header(Bytes& out, ObjectType type, std::uint64_t size, std::uint64_t base_distance = 0);

/// Reads the header at the front of `data`. @return nothing when it is not one
[[nodiscard]] std::optional<EntryHeader> parse_header(std::span<const std::byte> data);

/// A delta: source size, target size, then copies from the source and insertions.
class DeltaBuilder {
 public:
  DeltaBuilder(std::uint64_t source_size, std::uint64_t target_size);
  void copy(std::uint64_t offset, std::uint64_t size);
  void insert(std::span<const std::byte> data);
  [[nodiscard]] Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// "The first target_size bytes of the source."
[[nodiscard]] Bytes prefix_delta(std::uint64_t source_size, std::uint64_t target_size);

/// Common prefix, insertion, common suffix. @return nothing unless it is shorter than half the target
[[nodiscard]] std::optional<Bytes> splice_delta(std::span<const std::byte> source,
                                                std::span<const std::byte> target);

/// The same delta for a source that has grown to `source_size`. @return nothing when `delta` is damaged
[[nodiscard]] std::optional<Bytes> retarget_delta(std::span<const std::byte> delta,
                                                  std::uint64_t source_size);

/// Sizes a delta claims. @return nothing when `delta` is damaged
struct DeltaSizes {
  std::uint64_t source = 0, target = 0;
};
[[nodiscard]] std::optional<DeltaSizes> delta_sizes(std::span<const std::byte> delta);

/// Applies a delta, checking every bound. @return false when it is damaged or does not fit `source`
[[nodiscard]] bool apply_delta(std::span<const std::byte> source, std::span<const std::byte> delta,
                               Bytes& target);

}  // namespace csb::archive
