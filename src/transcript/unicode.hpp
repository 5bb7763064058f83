#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace csb::transcript {

/// The longest beginning of `text` (valid UTF-8) of at most `limit` bytes that ends between characters.
[[nodiscard]] std::string_view cut_to_bytes(std::string_view text, std::size_t limit);

/// The first `limit` characters (code points) of `text` (valid UTF-8).
[[nodiscard]] std::string_view cut_to_characters(std::string_view text, std::size_t limit);

inline constexpr std::size_t kEscapeLength = 6;  // \uXXXX

/// The UTF-16 unit of a \uXXXX escape at the front of `text`.
[[nodiscard]] std::optional<unsigned> escaped_unit(std::string_view text);

/// `line`, a line of JSON, with what is not Unicode in it replaced: bytes that are not UTF-8 by '?',
/// escapes of surrogates without a partner by that of U+FFFD. The length stays.
[[nodiscard]] std::string repair_unicode(std::string_view line);

}  // namespace csb::transcript
