#include "pack_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "sha1.hpp"

namespace csb::archive {
namespace {

constexpr std::size_t kHashBytes = 20;
constexpr std::size_t kFanout = std::size_t{256} * 4;

std::uint64_t big_endian(std::span<const std::byte> data, std::size_t at, std::size_t width) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = (value << 8) | std::to_integer<std::uint64_t>(data[at + i]);
  return value;
}

/// A file that is read through once need not stay in memory as a whole.
constexpr std::size_t kReleaseStep = std::size_t{8} << 20;

/// Gives the pages of a mapping back, each time so much of it has been passed.
class PageRelease {
 public:
  explicit PageRelease(const MappedFile& file) : file_(file) {}
  void at(std::uint64_t offset) {
    if (offset < released_ + kReleaseStep) return;
    file_.release_pages();
    released_ = offset;
  }

 private:
  const MappedFile& file_;
  std::uint64_t released_ = 0;
};

Error damaged(const std::string& path, const std::string& why) {
  return {ErrorCode::failed, "'" + path + "' is damaged: " + why, "run `csb verify --repair`"};
}

}  // namespace

std::optional<MappedFile> MappedFile::open(const std::string& path) {
  const Fd fd = open_at(AT_FDCWD, path, O_RDONLY);
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw errno_error("cannot open '" + path + "'", errno);
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) throw errno_error("cannot examine '" + path + "'", errno);
  const auto size = static_cast<std::size_t>(st.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address == MAP_FAILED) throw errno_error("cannot map '" + path + "'", errno);
  return MappedFile(static_cast<const std::byte*>(address), size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

void MappedFile::release_pages() const noexcept {
  if (data_ != nullptr) ::madvise(const_cast<std::byte*>(data_), size_, MADV_DONTNEED);
}

std::optional<PackFile> PackFile::open(const std::string& path) {
  auto pack = MappedFile::open(path);
  auto index = MappedFile::open(path.substr(0, path.size() - 5) + ".idx");
  if (!pack || !index) return std::nullopt;
  PackFile file(std::move(*pack), std::move(*index));
  file.list_entries(path);
  return file;
}

void PackFile::list_entries(const std::string& path) {
  const auto pack = pack_.bytes();
  const auto index = index_.bytes();
  if (pack.size() < 12 + kHashBytes || big_endian(pack, 0, 4) != 0x5041434B || big_endian(pack, 4, 4) != 2)
    throw damaged(path, "no pack header");
  if (index.size() < 8 + kFanout + 2 * kHashBytes || big_endian(index, 0, 4) != 0xFF744F63 ||
      big_endian(index, 4, 4) != 2)
    throw damaged(path, "its index has no version-2 header");
  const std::size_t count = big_endian(index, 8 + kFanout - 4, 4);
  const std::size_t oids = 8 + kFanout, offsets = oids + count * (kHashBytes + 4),
                    large = offsets + count * 4;
  if (index.size() < large + 2 * kHashBytes || big_endian(pack, 8, 4) != count)
    throw damaged(path, "pack and index disagree about the number of objects");

  entries_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    PackedEntry& entry = entries_[i];
    std::memcpy(entry.oid.bytes.data(), index.data() + oids + i * kHashBytes, kHashBytes);
    entry.crc = static_cast<std::uint32_t>(big_endian(index, oids + count * kHashBytes + i * 4, 4));
    entry.offset = big_endian(index, offsets + i * 4, 4);
    if ((entry.offset & 0x80000000U) != 0) {
      const std::size_t at = large + (entry.offset & 0x7FFFFFFFU) * 8;
      if (at + 8 > index.size()) throw damaged(path, "an offset of its index leads nowhere");
      entry.offset = big_endian(index, at, 8);
    }
  }
  std::sort(entries_.begin(), entries_.end(),
            [](const PackedEntry& a, const PackedEntry& b) { return a.offset < b.offset; });
  by_oid_.reserve(count);
  const std::uint64_t end = pack.size() - kHashBytes;
  for (std::size_t i = 0; i < count; ++i) {
    PackedEntry& entry = entries_[i];
    const std::uint64_t next = i + 1 < count ? entries_[i + 1].offset : end;
    if (entry.offset < 12 || entry.offset >= next || next > end)
      throw damaged(path, "an offset of its index leads nowhere");
    entry.length = next - entry.offset;
    by_oid_.emplace(entry.oid, static_cast<std::uint32_t>(i));
  }
  PageRelease passed(pack_);
  for (PackedEntry& entry : entries_) {
    passed.at(entry.offset);
    const auto header = parse_header(raw_entry(entry));
    if (!header || header->length >= entry.length) {
      unreadable_.push_back(entry.oid);
      continue;
    }
    entry.header = *header;
    if (header->type == ObjectType::ofs_delta && header->base_distance <= entry.offset) {
      const std::uint64_t at = entry.offset - header->base_distance;
      const auto base =
          std::lower_bound(entries_.begin(), entries_.end(), at,
                           [](const PackedEntry& e, std::uint64_t offset) { return e.offset < offset; });
      if (base != entries_.end() && base->offset == at)
        entry.base = static_cast<std::uint32_t>(base - entries_.begin());
    } else if (header->type == ObjectType::ref_delta) {
      entry.base = find(header->base);
    }
    if (header->type >= ObjectType::ofs_delta && entry.base == PackedEntry::kNoBase)
      unreadable_.push_back(entry.oid);
  }
}

std::uint32_t PackFile::find(const Oid& oid) const {
  const auto found = by_oid_.find(oid);
  return found == by_oid_.end() ? PackedEntry::kNoBase : found->second;
}

std::span<const std::byte> PackFile::raw_entry(const PackedEntry& entry) const {
  return pack_.bytes().subspan(entry.offset, entry.length);
}

bool PackFile::checksums_match() const {
  if (!unreadable_.empty()) return false;
  PageRelease passed(pack_);
  return std::all_of(entries_.begin(), entries_.end(), [&](const PackedEntry& entry) {
    passed.at(entry.offset);
    return crc32(raw_entry(entry)) == entry.crc;
  });
}

std::string PackFile::trailer_fault() const {
  const auto ends_with_its_hash = [](const MappedFile& file) {
    Sha1 sha;
    PageRelease passed(file);
    const auto bytes = file.bytes(), hashed = bytes.first(bytes.size() - kHashBytes);
    for (std::size_t at = 0; at < hashed.size(); at += kReleaseStep) {
      sha.update(hashed.subspan(at, std::min(kReleaseStep, hashed.size() - at)));
      passed.at(at + kReleaseStep);
    }
    const Oid hash = sha.finish();
    return std::memcmp(hash.bytes.data(), bytes.last(kHashBytes).data(), kHashBytes) == 0;
  };
  if (!ends_with_its_hash(pack_)) return "the pack does not match its checksum";
  if (!ends_with_its_hash(index_)) return "the index does not match its checksum";
  const auto pack_hash = pack_.bytes().last(kHashBytes);
  const auto recorded = index_.bytes().last(2 * kHashBytes).first(kHashBytes);
  if (!std::equal(pack_hash.begin(), pack_hash.end(), recorded.begin()))
    return "the index belongs to another pack";
  return {};
}

std::optional<Bytes> PackFile::inflate_entry(const PackedEntry& entry) const {
  if (entry.header.length == 0) return std::nullopt;
  // A damaged header may claim any size; no stream of this length inflates to more (deflate's limit is
  // 1032:1).
  if (entry.header.size / 1032 > entry.length + 64) return std::nullopt;
  Bytes out(entry.header.size);
  if (!archive::inflate(raw_entry(entry).subspan(entry.header.length), out)) return std::nullopt;
  return out;
}

std::optional<Bytes> PackFile::content(std::uint32_t index) const {
  std::vector<std::uint32_t> chain;  // from the object down to what is stored whole
  for (std::uint32_t at = index; at != PackedEntry::kNoBase; at = entries_[at].base) {
    chain.push_back(at);
    if (chain.size() > 10'000) return std::nullopt;  // a cycle of REF_DELTAs
  }
  std::optional<Bytes> content;
  while (!chain.empty()) {
    const PackedEntry& entry = entries_[chain.back()];
    chain.pop_back();
    auto inflated = inflate_entry(entry);
    if (!inflated) return std::nullopt;
    if (entry.header.type < ObjectType::ofs_delta) {
      content = std::move(inflated);
      continue;
    }
    Bytes target;
    if (!content || !apply_delta(*content, *inflated, target)) return std::nullopt;
    content = std::move(target);
  }
  return content;
}

std::optional<ObjectType> PackFile::object_type(std::uint32_t index) const {
  for (std::size_t steps = 0; index != PackedEntry::kNoBase && steps < 10'000; ++steps) {
    const PackedEntry& entry = entries_[index];
    if (entry.header.length == 0) return std::nullopt;
    if (entry.header.type < ObjectType::ofs_delta) return entry.header.type;
    index = entry.base;
  }
  return std::nullopt;
}

}  // namespace csb::archive
