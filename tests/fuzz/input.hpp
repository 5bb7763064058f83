#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>
#include <vector>

/// What the fuzzers share.
namespace csb::fuzz {

/// What a fuzzer claims; a claim that fails is a find.
#define CSB_CLAIM(condition)                                                              \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};  // NOLINT: bytes as text
}

/// Hands a copy of just its size over, so that the sanitizer sees any reading beyond it.
template <typename Take>
void hand_over_exactly(std::string_view bytes, const Take& take) {
  const std::vector<char> copy(bytes.begin(), bytes.end());
  take(std::as_bytes(std::span(copy)));
}

/// The same in pieces of sizes told by `seed`.
template <typename Take>
void hand_over_in_pieces(std::string_view bytes, std::uint32_t seed, const Take& take) {
  while (!bytes.empty()) {
    seed = seed * 1'664'525 + 1'013'904'223;
    const std::size_t size = std::min<std::size_t>(bytes.size(), 1 + (seed >> 16) % 200);
    hand_over_exactly(bytes.substr(0, size), take);
    bytes.remove_prefix(size);
  }
}

}  // namespace csb::fuzz
