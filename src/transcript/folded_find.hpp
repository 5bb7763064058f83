#pragma once

#include <cstddef>
#include <string_view>

namespace csb::transcript {

/// The first place in `text` where `needle` occurs, ASCII letters of either case being one; npos when
/// nowhere. Several gigabytes a second.
/// @param needle lower case, not empty
[[nodiscard]] std::size_t folded_find(std::string_view text, std::string_view needle);

}  // namespace csb::transcript
