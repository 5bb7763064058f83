#include "unicode.hpp"

#include <charconv>

#include "csb/util/text.hpp"

namespace csb::transcript {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Bytes of the character beyond ASCII at the front of `text`; 0 when it is malformed.
std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  return is_valid_utf8(text.substr(0, length)) ? length : 0;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

/// Repairs the escape at `at` and returns its length.
std::size_t repair_escape(std::string& line, std::size_t at) {
  const std::string_view text = std::string_view(line).substr(at);
  const auto unit = escaped_unit(text);
  if (!unit) return 2;  // a backslash and what it escapes
  if (is_high_surrogate(*unit)) {
    const auto next = escaped_unit(text.substr(kEscapeLength));
    if (next && is_low_surrogate(*next)) return 2 * kEscapeLength;
  }
  if (is_high_surrogate(*unit) || is_low_surrogate(*unit)) line.replace(at, kEscapeLength, "\\ufffd");
  return kEscapeLength;
}

}  // namespace

std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < kEscapeLength || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* const end = text.data() + kEscapeLength;
  const auto [stop, error] = std::from_chars(text.data() + 2, end, unit, 16);
  if (error != std::errc() || stop != end) return std::nullopt;
  return unit;
}

std::string_view cut_to_bytes(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && continues_character(text[limit])) --limit;
  return text.substr(0, limit);
}

std::string_view cut_to_characters(std::string_view text, std::size_t limit) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (continues_character(text[end])) continue;
    if (limit == 0) break;
    --limit;
  }
  return text.substr(0, end);
}

std::string repair_unicode(std::string_view line) {
  std::string out(line);
  for (std::size_t at = 0; at < out.size();) {
    const char c = out[at];
    if (c == '\\') {
      at += repair_escape(out, at);
    } else if (static_cast<unsigned char>(c) < 0x80) {
      ++at;
    } else if (const std::size_t length = character_length(std::string_view(out).substr(at)); length > 0) {
      at += length;
    } else {
      out[at++] = '?';
    }
  }
  return out;
}

}  // namespace csb::transcript
