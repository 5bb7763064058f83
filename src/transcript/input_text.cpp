#include <algorithm>

#include "csb/transcript/message.hpp"
#include "unicode.hpp"

namespace csb::transcript {
namespace {

void append_utf8(std::string& out, unsigned code) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

/// Appends the character of the \uXXXX at `at`, or of the pair of them, and returns its length.
std::size_t append_escaped(std::string& out, std::string_view json, std::size_t at) {
  constexpr unsigned kReplacement = 0xFFFD;
  const auto unit = escaped_unit(json.substr(at));
  if (!unit) return 2;
  if (*unit < 0xD800 || *unit > 0xDFFF) return append_utf8(out, *unit), kEscapeLength;
  const auto next = *unit < 0xDC00 ? escaped_unit(json.substr(at + kEscapeLength)) : std::nullopt;
  if (!next || *next < 0xDC00 || *next > 0xDFFF) return append_utf8(out, kReplacement), kEscapeLength;
  append_utf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*next - 0xDC00));
  return 2 * kEscapeLength;
}

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

/// Appends the text of the string whose first character is at `at`. @return the place behind its end
std::size_t append_string(std::string& out, std::string_view json, std::size_t at) {
  while (true) {
    const std::size_t end = std::min(json.find_first_of("\"\\", at), json.size());
    out += json.substr(at, end - at);
    at = end;
    if (at == json.size() || json[at] == '"') return at + 1;
    if (at + 1 == json.size()) return json.size();  // a backslash, and nothing that it escapes
    if (json[at + 1] == 'u') {
      at += append_escaped(out, json, at);
    } else {
      out += unescaped(json[at + 1]);
      at += 2;
    }
  }
}

}  // namespace

std::string text_of_input(std::string_view json) {
  std::string out;
  for (std::size_t at = json.find('"'); at < json.size(); at = json.find('"', at)) {
    const std::size_t before = out.size();
    if (before > 0) out += '\n';
    at = append_string(out, json, at + 1);
    const std::size_t next = json.find_first_not_of(" \t\r\n", at);
    const bool is_name = next != std::string_view::npos && json[next] == ':';
    if (is_name || out.size() == before + 1) out.resize(before);
    if (at >= json.size()) break;
  }
  return out;
}

}  // namespace csb::transcript
