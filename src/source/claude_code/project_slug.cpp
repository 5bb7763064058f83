#include <cstdint>
#include <string>

#include "csb/source/claude_code/policy.hpp"
#include "csb/util/text.hpp"

namespace csb::claude_code {
namespace {

constexpr std::size_t kMaxUnits = 200;
constexpr char16_t kReplacement = 0xFFFD;  // what JavaScript reads where bytes are no text

/// The length of the UTF-8 sequence that `lead` begins; 1 for a byte that begins none.
std::size_t sequence_length(unsigned char lead) {
  if (lead >= 0xF0) return 4;
  if (lead >= 0xE0) return 3;
  return lead >= 0xC0 ? 2 : 1;
}

void append_utf16(std::u16string& out, std::uint32_t c) {
  if (c >= 0x10000) {
    out += static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10));
    c = 0xDC00 + ((c - 0x10000) & 0x3FF);
  }
  out += static_cast<char16_t>(c);
}

/// The UTF-16 units of a path; each byte that is no UTF-8 becomes one replacement character.
std::u16string utf16_units(std::string_view text) {
  std::u16string out;
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::string_view sequence = text.substr(0, sequence_length(lead));
    if (!is_valid_utf8(sequence)) {
      out += kReplacement;
      text.remove_prefix(1);
      continue;
    }
    std::uint32_t c = sequence.size() == 1 ? lead : lead & (0x7FU >> sequence.size());
    for (const char byte : sequence.substr(1)) c = (c << 6) | (static_cast<unsigned char>(byte) & 0x3FU);
    append_utf16(out, c);
    text.remove_prefix(sequence.size());
  }
  return out;
}

bool is_kept(char16_t unit) {
  return (unit >= u'0' && unit <= u'9') || (unit >= u'A' && unit <= u'Z') || (unit >= u'a' && unit <= u'z');
}

std::string base36(std::uint32_t value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36]);
    value /= 36;
  } while (value != 0);
  return digits;
}

/// The hash of Java's String.hashCode(), without its sign.
std::uint32_t unsigned_hash(const std::u16string& units) {
  std::uint32_t hash = 0;
  for (const char16_t unit : units) hash = hash * 31 + unit;
  return hash >> 31 != 0 ? 0U - hash : hash;
}

}  // namespace

std::string project_slug(std::string_view cwd) {
  const std::u16string units = utf16_units(cwd);
  std::string slug;
  for (const char16_t unit : units) slug += is_kept(unit) ? static_cast<char>(unit) : '-';
  if (slug.size() <= kMaxUnits) return slug;
  return slug.substr(0, kMaxUnits) + "-" + base36(unsigned_hash(units));
}

}  // namespace csb::claude_code
