#pragma once

#include <cstdint>
#include <string_view>

namespace csb::claude_ai {

inline constexpr std::uint64_t kHashStart = 0xCBF29CE484222325U;

/// FNV-1a, 64 bits: to tell whether something changed, and who is who within one chat. No protection against
/// anybody who wants a collision: that would only make one's own chat not be fetched.
[[nodiscard]] constexpr std::uint64_t hash_of(std::string_view text, std::uint64_t hash = kHashStart) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

}  // namespace csb::claude_ai
