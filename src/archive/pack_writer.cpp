#include "pack_writer.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "pack_names.hpp"
#include "sha1.hpp"

namespace csb::archive {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10;
/// Written to disk meanwhile, in steps of this many bytes: the fsync at the end of a first backup would
/// else wait for all of it.
constexpr std::uint64_t kWritebackStep = std::uint64_t{8} << 20;
constexpr std::uint64_t kLargeOffset = std::uint64_t{1} << 31;

void put_big_endian(Bytes& out, std::uint64_t value, unsigned width) {
  for (unsigned i = width; i-- > 0;) out.push_back(static_cast<std::byte>((value >> (8 * i)) & 0xFF));
}

Bytes pack_header(std::uint64_t count) {
  Bytes header;
  for (const char c : {'P', 'A', 'C', 'K'}) header.push_back(static_cast<std::byte>(c));
  put_big_endian(header, 2, 4);
  put_big_endian(header, count, 4);
  return header;
}

std::span<const std::byte> bytes_of(const Oid& oid) { return std::as_bytes(std::span(oid.bytes)); }

}  // namespace

PackWriter::PackWriter(std::string directory) : directory_(std::move(directory)) {
  std::array<std::uint8_t, 8> random{};
  if (::getentropy(random.data(), random.size()) != 0) throw errno_error("cannot draw a random name", errno);
  Oid draw;
  std::memcpy(draw.bytes.data(), random.data(), random.size());
  const std::string stem = directory_ + "/" + std::string(kTemporaryPrefix) + draw.hex().substr(0, 16);
  temporary_pack_ = stem + std::string(kTemporaryPack);
  temporary_index_ = stem + std::string(kTemporaryIndex);
  pack_ = open_at(AT_FDCWD, temporary_pack_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!pack_) throw errno_error("cannot create '" + temporary_pack_ + "'", errno);
  write_out(pack_header(0));
}

PackWriter::~PackWriter() {
  if (published_) return;
  ::unlink(temporary_pack_.c_str());
  ::unlink(temporary_index_.c_str());
}

std::uint64_t PackWriter::append(const Oid& oid, ObjectType type, std::uint64_t size,
                                 std::span<const std::byte> stream) {
  Bytes header;
  put_header(header, type, size);
  const std::uint32_t crc = crc32(stream, crc32(header));
  const std::lock_guard hold(mutex_);
  return append_entry(oid, header, stream, crc);
}

std::uint64_t PackWriter::append_delta(const Oid& oid, std::uint64_t base_offset,
                                       std::span<const std::byte> delta) {
  constexpr std::size_t kWorthCompressing = 96;
  Bytes stream;
  if (delta.size() < kWorthCompressing) {
    stream = store_block(delta);
  } else {
    deflate(delta, stream);
  }
  return append_raw_delta(oid, base_offset, delta.size(), stream);
}

std::uint64_t PackWriter::append_raw_delta(const Oid& oid, std::uint64_t base_offset,
                                           std::uint64_t delta_size, std::span<const std::byte> stream) {
  const std::lock_guard hold(mutex_);
  Bytes header;
  put_header(header, ObjectType::ofs_delta, delta_size, offset_ - base_offset);
  return append_entry(oid, header, stream, crc32(stream, crc32(header)));
}

std::uint64_t PackWriter::append_entry(const Oid& oid, std::span<const std::byte> header,
                                       std::span<const std::byte> stream, std::uint32_t crc) {
  const std::uint64_t at = offset_;
  entries_.push_back({oid, at, crc});
  write_out(header);
  write_out(stream);
  return at;
}

void PackWriter::write_out(std::span<const std::byte> data) {
  offset_ += data.size();
  if (buffer_.size() + data.size() > kBuffer) flush();
  if (data.size() > kBuffer) {
    write_all(pack_.get(), data, "'" + temporary_pack_ + "'");
  } else {
    buffer_.insert(buffer_.end(), data.begin(), data.end());
  }
  write_back();
}

void PackWriter::flush() {
  write_all(pack_.get(), buffer_, "'" + temporary_pack_ + "'");
  buffer_.clear();
}

void PackWriter::write_back() {
  if (offset_ - written_back_ < kWritebackStep) return;
  fs::start_writeback(pack_.get(), written_back_, offset_ - written_back_);
  written_back_ = offset_;
}

std::size_t PackWriter::objects() const {
  const std::lock_guard hold(mutex_);
  return entries_.size();
}

std::uint64_t PackWriter::bytes() const {
  const std::lock_guard hold(mutex_);
  return offset_;
}

/// The object count stands in the header, and is known only at the end: so the hash over the whole file
/// is taken from the page cache (0.5 ms a megabyte).
Oid PackWriter::hash_file() const {
  Sha1 sha;
  Bytes window(std::min<std::uint64_t>(offset_, std::uint64_t{1} << 20));
  for (std::uint64_t at = 0; at < offset_;) {
    const ssize_t n = pread_full(pack_.get(), window, at);
    if (n <= 0) throw errno_error("cannot read back '" + temporary_pack_ + "'", n < 0 ? errno : EIO);
    sha.update(std::span(window).first(static_cast<std::size_t>(n)));
    at += static_cast<std::uint64_t>(n);
  }
  return sha.finish();
}

void PackWriter::finish() {
  flush();
  const Bytes header = pack_header(entries_.size());
  if (::pwrite(pack_.get(), header.data(), header.size(), 0) != static_cast<ssize_t>(header.size()))
    throw errno_error("cannot write '" + temporary_pack_ + "'", errno);
  const Oid hash = hash_file();
  write_all(pack_.get(), bytes_of(hash), "'" + temporary_pack_ + "'");
  fs::sync_file(pack_.get(), temporary_pack_);
  name_ = "pack-" + hash.hex();
  write_index(hash);
}

void PackWriter::write_index(const Oid& pack_hash) {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.oid < b.oid; });
  Bytes index;
  index.reserve(8 + 1024 + entries_.size() * 28 + 40);
  put_big_endian(index, 0xFF744F63, 4);
  put_big_endian(index, 2, 4);
  std::array<std::uint64_t, 256> fanout{};
  for (const Entry& entry : entries_) ++fanout[entry.oid.bytes[0]];
  std::uint64_t sum = 0;
  for (const std::uint64_t count : fanout) put_big_endian(index, sum += count, 4);
  for (const Entry& entry : entries_)
    index.insert(index.end(), bytes_of(entry.oid).begin(), bytes_of(entry.oid).end());
  for (const Entry& entry : entries_) put_big_endian(index, entry.crc, 4);
  Bytes large;
  for (const Entry& entry : entries_) {
    if (entry.offset < kLargeOffset) {
      put_big_endian(index, entry.offset, 4);
    } else {
      put_big_endian(index, kLargeOffset | (large.size() / 8), 4);
      put_big_endian(large, entry.offset, 8);
    }
  }
  index.insert(index.end(), large.begin(), large.end());
  index.insert(index.end(), bytes_of(pack_hash).begin(), bytes_of(pack_hash).end());
  Sha1 sha;
  sha.update(index);
  const Oid index_hash = sha.finish();
  index.insert(index.end(), bytes_of(index_hash).begin(), bytes_of(index_hash).end());

  const Fd fd = open_at(AT_FDCWD, temporary_index_, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!fd) throw errno_error("cannot create '" + temporary_index_ + "'", errno);
  write_all(fd.get(), index, "'" + temporary_index_ + "'");
  fs::sync_file(fd.get(), temporary_index_);
  file_bytes_ = offset_ + 20 + index.size();
}

void PackWriter::publish() {
  fs::rename_file(temporary_pack_, directory_ + "/" + name_ + ".pack");
  published_ = true;
  fs::rename_file(temporary_index_, directory_ + "/" + name_ + ".idx");
}

}  // namespace csb::archive
