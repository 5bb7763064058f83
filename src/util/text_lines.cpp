#include <algorithm>

#include "csb/util/text.hpp"

namespace csb {
namespace {

constexpr char kEscape = '\x1b';

/// Bytes of the escape sequence at the front of `text`, which begins with ESC; 1 when it is none.
std::size_t escape_sequence(std::string_view text) {
  constexpr std::size_t kLongest = 4096;  // titles and links; what runs on has no end
  text = text.substr(0, kLongest);
  if (text.size() < 2) return 1;
  if (text[1] == '[') {  // CSI: parameters, then one final byte
    std::size_t end = 2;
    while (end < text.size() && text[end] >= 0x20 && text[end] <= 0x3F) ++end;
    return end < text.size() && text[end] >= 0x40 && text[end] <= 0x7E ? end + 1 : 1;
  }
  if (text[1] == ']') {  // OSC: up to BEL or ESC backslash
    for (std::size_t end = 2; end < text.size(); ++end) {
      if (text[end] == '\a') return end + 1;
      if (text[end] == kEscape) return end + 1 < text.size() && text[end + 1] == '\\' ? end + 2 : 1;
    }
  }
  return 1;
}

}  // namespace

std::string printable_lines(std::string_view text) {
  constexpr std::string_view kStops = "\n\r\t\x1b";
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto stop = std::min(text.find_first_of(kStops), text.size());
    out += printable(text.substr(0, stop));
    text.remove_prefix(stop);
    if (text.empty()) break;
    std::size_t used = 1;
    if (text[0] == kEscape) {
      used = escape_sequence(text);
      if (used == 1) out += printable(text.substr(0, 1));
    } else if (text[0] == '\r') {
      out += '\n';
      used = text.starts_with("\r\n") ? 2 : 1;
    } else {
      out += text[0];
    }
    text.remove_prefix(used);
  }
  return out;
}

}  // namespace csb
