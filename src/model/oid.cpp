#include "csb/model/oid.hpp"

namespace csb {

std::string Oid::hex() const {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(40);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::optional<Oid> Oid::parse(std::string_view text) {
  if (text.size() != 40) return std::nullopt;
  Oid oid;
  for (std::size_t i = 0; i < 40; ++i) {
    const char c = text[i];
    unsigned digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<unsigned>(c - 'a') + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<unsigned>(c - 'A') + 10;
    } else {
      return std::nullopt;
    }
    oid.bytes[i / 2] = static_cast<std::uint8_t>((unsigned{oid.bytes[i / 2]} << 4U) | digit);
  }
  return oid;
}

}  // namespace csb
