#include "slices.hpp"

#include <cstring>

#include "errors.hpp"

namespace csb::catalogue {
namespace {

constexpr std::size_t kOidBytes = 20, kChecksumBytes = 8, kSliceRecordBytes = kOidBytes + kChecksumBytes;

}  // namespace

std::string pack_slices(const StoredSlices& slices) {
  std::string packed;
  packed.reserve(slices.size() * kSliceRecordBytes);
  for (const StoredSlice& slice : slices) {
    for (const std::uint8_t byte : slice.blob.bytes) packed += static_cast<char>(byte);
    for (std::size_t i = 0; i < kChecksumBytes; ++i)
      packed += static_cast<char>((slice.tail_checksum >> (8 * i)) & 0xFF);
  }
  return packed;
}

StoredSlices unpack_slices(std::string_view packed) {
  if (packed.size() % kSliceRecordBytes != 0) throw Damage("the catalogue holds a torn list of slices");
  StoredSlices slices(packed.size() / kSliceRecordBytes);
  for (StoredSlice& slice : slices) {
    std::memcpy(slice.blob.bytes.data(), packed.data(), kOidBytes);
    for (std::size_t i = 0; i < kChecksumBytes; ++i)
      slice.tail_checksum |= std::uint64_t{static_cast<std::uint8_t>(packed[kOidBytes + i])} << (8 * i);
    packed.remove_prefix(kSliceRecordBytes);
  }
  return slices;
}

}  // namespace csb::catalogue
