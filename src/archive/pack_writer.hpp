#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "csb/model/oid.hpp"
#include "csb/util/fd.hpp"
#include "deflate.hpp"
#include "pack_entry.hpp"

namespace csb::archive {

/// A pack being written under a temporary name. Appending is safe from several threads; the caller sees
/// to it that an OFS_DELTA's base is appended first and that no object is appended twice.
class PackWriter {
 public:
  /// @param directory `objects/pack` of the store
  explicit PackWriter(std::string directory);
  /// Removes the temporary files unless publish() was called.
  ~PackWriter();
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;

  /// Appends a whole object. @param stream its content in zlib format
  /// @return the entry's offset
  std::uint64_t append(const Oid& oid, ObjectType type, std::uint64_t size,
                       std::span<const std::byte> stream);
  /// Appends an object as a delta on the entry at `base_offset`.
  std::uint64_t append_delta(const Oid& oid, std::uint64_t base_offset, std::span<const std::byte> delta);
  /// Appends the compressed bytes of a delta as they are.
  std::uint64_t append_raw_delta(const Oid& oid, std::uint64_t base_offset, std::uint64_t delta_size,
                                 std::span<const std::byte> stream);

  [[nodiscard]] std::size_t objects() const;
  [[nodiscard]] std::uint64_t bytes() const;  ///< so far, header included

  /// Completes pack and index under their temporary names, durably. Nothing can be appended any more.
  void finish();
  /// "pack-<id>": what publish() will call it. @pre finish()
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Renames both into place (`.pack`, then `.idx`). The caller syncs the directory. @pre finish()
  void publish();
  /// Bytes of pack and index. @pre finish()
  [[nodiscard]] std::uint64_t file_bytes() const { return file_bytes_; }

 private:
  struct Entry {
    Oid oid;
    std::uint64_t offset = 0;
    std::uint32_t crc = 0;
  };
  std::uint64_t append_entry(const Oid& oid, std::span<const std::byte> header,
                             std::span<const std::byte> stream, std::uint32_t crc);
  void write_out(std::span<const std::byte> data);
  void flush();
  void write_back();
  [[nodiscard]] Oid hash_file() const;
  void write_index(const Oid& pack_hash);

  std::string directory_, temporary_pack_, temporary_index_, name_;
  Fd pack_;
  mutable std::mutex mutex_;
  Bytes buffer_;
  std::uint64_t offset_ = 0;        ///< where the next entry goes
  std::uint64_t written_back_ = 0;  ///< the kernel was asked to write up to here
  std::uint64_t file_bytes_ = 0;
  std::vector<Entry> entries_;
  bool published_ = false;
};

}  // namespace csb::archive
