#pragma once

#include <cstddef>
#include <string_view>

namespace csb::cli {

/// A text so long is written in pieces of this size, so that no copy of it is made as a whole.
inline constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

/// Takes the first piece off a text: of kPieceBytes, up to the end of a line where one ends in it; never
/// ending within a character, or between a CR and its LF.
[[nodiscard]] inline std::string_view take_piece(std::string_view& text) {
  std::size_t size = text.size();
  if (size > kPieceBytes) {
    const std::size_t newline = text.rfind('\n', kPieceBytes - 1);
    size = newline == std::string_view::npos ? kPieceBytes : newline + 1;
    const auto is_within = [&] {
      return (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80 || text[size - 1] == '\r';
    };
    constexpr std::size_t kLongestCharacter = 4;
    for (std::size_t i = 0; i < kLongestCharacter && is_within(); ++i) --size;
  }
  const std::string_view piece = text.substr(0, size);
  text.remove_prefix(size);
  return piece;
}

}  // namespace csb::cli
