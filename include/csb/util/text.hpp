#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace csb {

/// Text from a file, a server or history, made safe for a terminal: control characters (C0, DEL, C1),
/// bidirectional overrides and invalid UTF-8 become visible escapes; line breaks and tabs become spaces.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for a text of several lines: line breaks and tabs stay, a carriage return is a line break, and
/// escape sequences of terminals (colours, titles, movements) are left out.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// Columns a terminal needs for `text` (UTF-8): wide characters count two, combining ones none.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// `text` cut to at most `columns`, with "…" where something was cut off. Never splits a character.
[[nodiscard]] std::string cut_to_columns(std::string_view text, std::size_t columns);

/// Padded with spaces to `columns` (never cut).
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t columns);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t columns);

[[nodiscard]] bool is_valid_utf8(std::string_view text);

/// The inside of a JSON string (no quotes). `text` must be valid UTF-8.
[[nodiscard]] std::string json_escape(std::string_view text);

[[nodiscard]] std::string base64_encode(std::string_view bytes);
/// @return false when `text` is not base64 (standard alphabet, padded).
[[nodiscard]] bool base64_decode(std::string_view text, std::string& bytes);

/// Lower-case ASCII; other bytes stay.
[[nodiscard]] std::string ascii_lower(std::string_view text);

/// "1.2 MB", "340 B": powers of 1000, at most three digits.
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);

}  // namespace csb
