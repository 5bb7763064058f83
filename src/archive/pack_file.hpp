#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "csb/model/oid.hpp"
#include "pack_entry.hpp"

namespace csb::archive {

/// A file mapped for reading.
class MappedFile {
 public:
  /// @return nothing when the file does not exist. @throws Error{failed} when it cannot be read
  [[nodiscard]] static std::optional<MappedFile> open(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
  /// Gives the pages read so far back to the system: memory stays small whatever the file's size.
  /// Every entry is readable and matches the checksum its index has for it.
  [[nodiscard]] bool checksums_match() const;
  /// Pack and index end with the hash of what precedes. @return what is wrong, or nothing
  [[nodiscard]] std::string trailer_fault() const;
  void release_pages() const noexcept;

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// One entry of a pack as its index lists it.
struct PackedEntry {
  static constexpr std::uint32_t kNoBase = UINT32_MAX;
  Oid oid;
  std::uint64_t offset = 0;  ///< of its header in the pack
  std::uint64_t length = 0;  ///< of header and compressed bytes
  std::uint32_t crc = 0;     ///< of header and compressed bytes, by the index
  EntryHeader header;
  std::uint32_t base = kNoBase;  ///< index of the entry it is a delta on
};

/// A pack and its index, read by csb itself: for the hot pack, for merging and for verifying.
class PackFile {
 public:
  /// @param path of the `.pack`; the index lies beside it
  /// @return nothing when pack or index does not exist. @throws Error{failed} naming the file when either
  ///         is damaged beyond listing its entries
  [[nodiscard]] static std::optional<PackFile> open(const std::string& path);

  /// In the order of the pack: a base of an OFS_DELTA comes before what builds on it.
  [[nodiscard]] const std::vector<PackedEntry>& entries() const noexcept { return entries_; }
  /// Index into entries(), or kNoBase.
  [[nodiscard]] std::uint32_t find(const Oid& oid) const;
  [[nodiscard]] std::uint64_t size() const noexcept { return pack_.bytes().size(); }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return pack_.bytes(); }
  [[nodiscard]] std::span<const std::byte> raw_entry(const PackedEntry& entry) const;
  /// Every entry is readable and matches the checksum its index has for it.
  [[nodiscard]] bool checksums_match() const;
  /// Pack and index end with the hash of what precedes. @return what is wrong, or nothing
  [[nodiscard]] std::string trailer_fault() const;
  void release_pages() const noexcept { pack_.release_pages(); }

  /// What the entry inflates to: the content, or the delta. @return nothing when it is damaged
  [[nodiscard]] std::optional<Bytes> inflate_entry(const PackedEntry& entry) const;
  /// The object's content, its deltas applied. @return nothing when it is damaged
  [[nodiscard]] std::optional<Bytes> content(std::uint32_t index) const;
  /// Type of the object, through its deltas. @return nothing when a base is missing
  [[nodiscard]] std::optional<ObjectType> object_type(std::uint32_t index) const;

  /// Entries whose header could not be read, or whose base is not in this pack.
  [[nodiscard]] const std::vector<Oid>& unreadable() const noexcept { return unreadable_; }

 private:
  PackFile(MappedFile pack, MappedFile index) : pack_(std::move(pack)), index_(std::move(index)) {}
  void list_entries(const std::string& path);

  MappedFile pack_, index_;
  std::vector<PackedEntry> entries_;
  std::unordered_map<Oid, std::uint32_t> by_oid_;
  std::vector<Oid> unreadable_;
};

}  // namespace csb::archive
