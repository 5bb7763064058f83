#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace csb::archive {

using Bytes = std::vector<std::byte>;

/// Compresses into the zlib format by the library chosen at build time (CSB_DEFLATE), at the level that
/// docs/performance.md found best. The result replaces what `out` held. Safe from several threads.
void deflate(std::span<const std::byte> data, Bytes& out);

/// A zlib stream of one stored block: for content so short that compressing it gains nothing, and that can
/// be read back without inflating. @pre data.size() < 65536
[[nodiscard]] Bytes store_block(std::span<const std::byte> data);

/// Inflates exactly `size` bytes. @return false when the stream is damaged or has another length
[[nodiscard]] bool inflate(std::span<const std::byte> stream, std::span<std::byte> out);

/// Inflates at most out.size() bytes of the beginning. @return how many; 0 when the stream is damaged
[[nodiscard]] std::size_t inflate_prefix(std::span<const std::byte> stream, std::span<std::byte> out);

[[nodiscard]] std::uint32_t crc32(std::span<const std::byte> data, std::uint32_t start = 0);

}  // namespace csb::archive
