#include "deflate.hpp"

#include <zlib.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "csb/util/error.hpp"
#include "csb/util/shared_library.hpp"

#if CSB_DEFLATE_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#elif CSB_DEFLATE_LIBDEFLATE
#include <libdeflate.h>
#endif

namespace csb::archive {
namespace {

/// Enough for any codec: stored blocks of at least 32 KiB, header and trailer.
std::size_t bound(std::size_t size) { return size + 5 * (size / 32768 + 1) + 64; }

Bytef* raw(std::byte* p) { return static_cast<Bytef*>(static_cast<void*>(p)); }
// zlib's and ISA-L's input pointers are not const, but what they point at is only read.
Bytef* raw(const std::byte* p) { return raw(const_cast<std::byte*>(p)); }

/// What is in a stream of store_block(); nothing when it is another's.
std::optional<std::span<const std::byte>> stored_content(std::span<const std::byte> stream) {
  constexpr std::size_t kHeader = 7, kTrailer = 4;
  if (stream.size() < kHeader + kTrailer) return std::nullopt;
  const auto content = stream.subspan(kHeader, stream.size() - kHeader - kTrailer);
  const auto byte = [&stream](std::size_t i) { return std::to_integer<unsigned>(stream[i]); };
  if (byte(0) != 0x78 || byte(1) != 0x01 || byte(2) != 0x01) return std::nullopt;
  const unsigned length = byte(3) | byte(4) << 8, complement = byte(5) | byte(6) << 8;
  if (length != content.size() || (length ^ complement) != 0xFFFF) return std::nullopt;
  return content;
}

[[noreturn]] void fail() { throw Error(ErrorCode::failed, "cannot compress: the codec failed"); }

#if CSB_DEFLATE_ISAL

/// ISA-L, loaded when the first object is packed: most runs of csb pack none.
struct Isal {
  decltype(::isal_deflate_stateless_init)* init = nullptr;
  decltype(::isal_deflate_stateless)* deflate = nullptr;
  decltype(::crc32_gzip_refl)* crc32 = nullptr;
};

const Isal& isal() {
  static const Isal functions = [] {
    const SharedLibrary library(CSB_LIBISAL, "ISA-L",
                                "install the package that holds " CSB_LIBISAL " (Debian: libisal2)");
    Isal found;
    library.find(found.init, "isal_deflate_stateless_init");
    library.find(found.deflate, "isal_deflate_stateless");
    library.find(found.crc32, "crc32_gzip_refl");
    return found;
  }();
  return functions;
}

// Level 2: 853 MB/s at a ratio of 4.8; level 3 costs 2.5 times the time for 4 % (docs/performance.md).
std::size_t compress(std::span<const std::byte> data, std::span<std::byte> out) {
  thread_local const auto level_buffer = std::make_unique<std::array<std::uint8_t, ISAL_DEF_LVL2_DEFAULT>>();
  isal_zstream stream;  // NOLINT(cppcoreguidelines-pro-type-member-init): the next line fills in what is used
  isal().init(&stream);
  stream.level = 2;
  stream.level_buf = level_buffer->data();
  stream.level_buf_size = static_cast<std::uint32_t>(level_buffer->size());
  stream.gzip_flag = IGZIP_ZLIB;
  stream.end_of_stream = 1;
  stream.next_in = raw(data.data());
  stream.avail_in = static_cast<std::uint32_t>(data.size());
  stream.next_out = raw(out.data());
  stream.avail_out = static_cast<std::uint32_t>(out.size());
  if (isal().deflate(&stream) != COMP_OK) fail();
  return stream.total_out;
}

#elif CSB_DEFLATE_LIBDEFLATE

// Level 1: 345 MB/s at a ratio of 5.05, both better than zlib's level 1.
std::size_t compress(std::span<const std::byte> data, std::span<std::byte> out) {
  thread_local const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> compressor(
      libdeflate_alloc_compressor(1), &libdeflate_free_compressor);
  if (!compressor) fail();
  const std::size_t size =
      libdeflate_zlib_compress(compressor.get(), data.data(), data.size(), out.data(), out.size());
  if (size == 0) fail();
  return size;
}

#else

std::size_t compress(std::span<const std::byte> data, std::span<std::byte> out) {
  uLongf size = out.size();
  if (::compress2(raw(out.data()), &size, raw(data.data()), data.size(), 1) != Z_OK) fail();
  return size;
}

#endif

}  // namespace

void deflate(std::span<const std::byte> data, Bytes& out) {
  out.resize(bound(data.size()));
  out.resize(compress(data, out));
}

Bytes store_block(std::span<const std::byte> data) {
  const auto length = static_cast<std::uint16_t>(data.size());
  const std::uint32_t adler = static_cast<std::uint32_t>(::adler32(1, raw(data.data()), length));
  Bytes out;
  out.reserve(data.size() + 11);
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<std::byte>(byte & 0xFF)); };
  for (const std::uint32_t byte : {0x78U, 0x01U, 0x01U}) put(byte);  // zlib header; final, stored block
  put(length), put(length >> 8U), put(~static_cast<std::uint32_t>(length)),
      put((~static_cast<std::uint32_t>(length)) >> 8U);
  out.insert(out.end(), data.begin(), data.end());
  for (const unsigned shift : {24U, 16U, 8U, 0U}) put(adler >> shift);
  return out;
}

std::size_t inflate_prefix(std::span<const std::byte> stream, std::span<std::byte> out) {
  z_stream z{};
  z.next_in = raw(stream.data());
  z.avail_in = static_cast<uInt>(stream.size());
  if (::inflateInit(&z) != Z_OK) return 0;
  z.next_out = raw(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  const int code = ::inflate(&z, Z_SYNC_FLUSH);
  const std::size_t got = out.size() - z.avail_out;
  ::inflateEnd(&z);
  return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR ? got : 0;
}

bool inflate(std::span<const std::byte> stream, std::span<std::byte> out) {
  if (const auto stored = stored_content(stream); stored && !out.empty() && stored->size() == out.size()) {
    std::memcpy(out.data(), stored->data(), out.size());
    return true;
  }
  z_stream z{};
  if (::inflateInit(&z) != Z_OK) return false;
  std::byte nothing{};  // inflate() wants a place to write even when there is nothing to
  z.next_in = raw(stream.data());
  z.avail_in = static_cast<uInt>(stream.size());
  z.next_out = out.empty() ? raw(&nothing) : raw(out.data());
  z.avail_out = out.empty() ? 1 : static_cast<uInt>(out.size());
  const int code = ::inflate(&z, Z_FINISH);
  const bool whole = code == Z_STREAM_END && z.total_out == out.size();
  ::inflateEnd(&z);
  return whole;
}

std::uint32_t crc32(std::span<const std::byte> data, std::uint32_t start) {
#if CSB_DEFLATE_ISAL
  return isal().crc32(start, raw(data.data()), data.size());  // four times as fast as zlib's
#else
  return static_cast<std::uint32_t>(::crc32(start, raw(data.data()), static_cast<uInt>(data.size())));
#endif
}

}  // namespace csb::archive
