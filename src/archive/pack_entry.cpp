#include "pack_entry.hpp"

#include <algorithm>
#include <cstring>

namespace csb::archive {
namespace {

constexpr std::uint64_t kMaxCopy = 0xFFFFFF;  // three size bytes
constexpr std::uint64_t kMaxInsert = 127;

std::byte low(std::uint64_t value) { return static_cast<std::byte>(value & 0xFF); }

/// The little-endian base-128 number of delta headers.
void put_size(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(low(value | 0x80));
    value >>= 7;
  }
  out.push_back(low(value));
}

std::optional<std::uint64_t> take_size(std::span<const std::byte>& data) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; !data.empty() && shift < 63; shift += 7) {
    const auto byte = std::to_integer<std::uint64_t>(data.front());
    data = data.subspan(1);
    value |= (byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view type_name(ObjectType type) {
  switch (type) {
    case ObjectType::commit:
      return "commit";
    case ObjectType::tree:
      return "tree";
    case ObjectType::tag:
      return "tag";
    default:
      return "blob";
  }
}

void put_header(Bytes& out, ObjectType type, std::uint64_t size, std::uint64_t base_distance) {
  std::uint64_t byte = (static_cast<std::uint64_t>(type) << 4) | (size & 0x0F);
  size >>= 4;
  while (size != 0) {
    out.push_back(low(byte | 0x80));
    byte = size & 0x7F;
    size >>= 7;
  }
  out.push_back(low(byte));
  if (type != ObjectType::ofs_delta) return;
  // Big-endian base-128 in which every continuation also adds one (git's offset encoding).
  std::byte digits[10];
  std::size_t at = sizeof digits;
  digits[--at] = low(base_distance & 0x7F);
  while ((base_distance >>= 7) != 0) digits[--at] = low(0x80 | (--base_distance & 0x7F));
  out.insert(out.end(), digits + at, digits + sizeof digits);
}

std::optional<EntryHeader> parse_header(std::span<const std::byte> data) {
  EntryHeader header;
  std::size_t at = 0;
  const auto next = [&]() -> std::optional<std::uint64_t> {
    if (at >= data.size()) return std::nullopt;
    return std::to_integer<std::uint64_t>(data[at++]);
  };
  auto byte = next();
  if (!byte) return std::nullopt;
  const auto type = (*byte >> 4) & 7;
  if (type == 0 || type == 5) return std::nullopt;
  header.type = static_cast<ObjectType>(type);
  header.size = *byte & 0x0F;
  for (unsigned shift = 4; (*byte & 0x80) != 0; shift += 7) {
    byte = next();
    if (!byte || shift > 57) return std::nullopt;
    header.size |= (*byte & 0x7F) << shift;
  }
  if (header.type == ObjectType::ofs_delta) {
    byte = next();
    if (!byte) return std::nullopt;
    header.base_distance = *byte & 0x7F;
    while ((*byte & 0x80) != 0) {
      byte = next();
      if (!byte || header.base_distance > (std::uint64_t{1} << 55)) return std::nullopt;
      header.base_distance = ((header.base_distance + 1) << 7) | (*byte & 0x7F);
    }
  } else if (header.type == ObjectType::ref_delta) {
    if (data.size() - at < header.base.bytes.size()) return std::nullopt;
    std::memcpy(header.base.bytes.data(), data.data() + at, header.base.bytes.size());
    at += header.base.bytes.size();
  }
  header.length = at;
  return header;
}

DeltaBuilder::DeltaBuilder(std::uint64_t source_size, std::uint64_t target_size) {
  put_size(bytes_, source_size);
  put_size(bytes_, target_size);
}

void DeltaBuilder::copy(std::uint64_t offset, std::uint64_t size) {
  while (size > 0) {
    const std::uint64_t piece = std::min(size, kMaxCopy);
    const std::size_t command_at = bytes_.size();
    bytes_.push_back(std::byte{});
    std::uint64_t command = 0x80;
    for (unsigned i = 0; i < 4; ++i) {
      if (((offset >> (8 * i)) & 0xFF) == 0) continue;
      bytes_.push_back(low(offset >> (8 * i)));
      command |= std::uint64_t{1} << i;
    }
    for (unsigned i = 0; i < 3; ++i) {
      if (((piece >> (8 * i)) & 0xFF) == 0) continue;
      bytes_.push_back(low(piece >> (8 * i)));
      command |= std::uint64_t{0x10} << i;
    }
    if (piece == 0x10000) {  // an absent size means 0x10000
      bytes_.pop_back();
      command &= ~std::uint64_t{0x40};
    }
    bytes_[command_at] = low(command);
    offset += piece;
    size -= piece;
  }
}

void DeltaBuilder::insert(std::span<const std::byte> data) {
  while (!data.empty()) {
    const auto piece = data.first(std::min<std::size_t>(data.size(), kMaxInsert));
    bytes_.push_back(low(piece.size()));
    bytes_.insert(bytes_.end(), piece.begin(), piece.end());
    data = data.subspan(piece.size());
  }
}

Bytes prefix_delta(std::uint64_t source_size, std::uint64_t target_size) {
  DeltaBuilder delta(source_size, target_size);
  delta.copy(0, target_size);
  return delta.take();
}

std::optional<Bytes> splice_delta(std::span<const std::byte> source, std::span<const std::byte> target) {
  const std::size_t shorter = std::min(source.size(), target.size());
  const auto prefix = static_cast<std::size_t>(
      std::mismatch(target.begin(), target.begin() + static_cast<std::ptrdiff_t>(shorter), source.begin())
          .first -
      target.begin());
  std::size_t suffix = 0;
  while (suffix < shorter - prefix &&
         source[source.size() - 1 - suffix] == target[target.size() - 1 - suffix])
    ++suffix;
  const std::size_t inserted = target.size() - prefix - suffix;
  if ((inserted + inserted / kMaxInsert + 32) * 2 > target.size()) return std::nullopt;
  DeltaBuilder delta(source.size(), target.size());
  delta.copy(0, prefix);
  delta.insert(target.subspan(prefix, inserted));
  delta.copy(source.size() - suffix, suffix);
  return delta.take();
}

std::optional<Bytes> retarget_delta(std::span<const std::byte> delta, std::uint64_t source_size) {
  if (!take_size(delta)) return std::nullopt;
  Bytes out;
  out.reserve(delta.size() + 10);
  put_size(out, source_size);
  out.insert(out.end(), delta.begin(), delta.end());
  return out;
}

std::optional<DeltaSizes> delta_sizes(std::span<const std::byte> delta) {
  const auto source = take_size(delta);
  const auto target = take_size(delta);
  if (!source || !target) return std::nullopt;
  return DeltaSizes{*source, *target};
}

bool apply_delta(std::span<const std::byte> source, std::span<const std::byte> delta, Bytes& target) {
  const auto source_size = take_size(delta);
  const auto target_size = take_size(delta);
  constexpr std::uint64_t kSanity = std::uint64_t{1} << 32;  // git itself stops there (CVE-2026-53585)
  if (!source_size || !target_size || *source_size != source.size() || *target_size > kSanity) return false;
  target.clear();
  target.reserve(*target_size);
  while (!delta.empty()) {
    const auto command = std::to_integer<unsigned>(delta.front());
    delta = delta.subspan(1);
    if (command == 0) return false;
    if ((command & 0x80) == 0) {
      if (delta.size() < command || target.size() + command > *target_size) return false;
      target.insert(target.end(), delta.begin(), delta.begin() + command);
      delta = delta.subspan(command);
      continue;
    }
    std::uint64_t fields[2] = {0, 0};  // offset, size
    for (unsigned i = 0; i < 7; ++i) {
      if ((command & (1U << i)) == 0) continue;
      if (delta.empty()) return false;
      const unsigned field = i < 4 ? 0 : 1, shift = 8 * (i < 4 ? i : i - 4);
      fields[field] |= std::to_integer<std::uint64_t>(delta.front()) << shift;
      delta = delta.subspan(1);
    }
    const std::uint64_t offset = fields[0], size = fields[1] == 0 ? 0x10000 : fields[1];
    if (offset > source.size() || size > source.size() - offset || target.size() + size > *target_size)
      return false;
    const auto piece = source.subspan(offset, size);
    target.insert(target.end(), piece.begin(), piece.end());
  }
  return target.size() == *target_size;
}

}  // namespace csb::archive
