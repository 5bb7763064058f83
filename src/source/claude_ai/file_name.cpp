#include "file_name.hpp"

#include <cstddef>

#include "csb/util/text.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kMaxBytes = 100;

std::size_t length_of(char lead) {
  const auto c = static_cast<unsigned char>(lead);
  return c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;
}

/// printable() writes what is dangerous as an escape with a backslash; plain text comes back as it is.
bool is_harmless(std::string_view character) {
  return character.find_first_of("/\\:*?\"<>|") == std::string_view::npos &&
         printable(character) == character;
}

}  // namespace

std::string file_name(std::string_view name) {
  std::string out;
  bool replaced = false;
  for (std::size_t at = 0; at < name.size();) {
    std::string_view character = name.substr(at, length_of(name[at]));
    if (!is_valid_utf8(character)) character = name.substr(at, 1);
    at += character.size();
    if (out.size() + character.size() > kMaxBytes) break;
    const bool good = is_harmless(character) && !(out.empty() && (character == "." || character == "-"));
    if (good) out += character;
    if (!good && !replaced) out += '_';  // a run of them is one
    replaced = !good;
  }
  while (!out.empty() && (out.back() == ' ' || out.back() == '.')) out.pop_back();
  return out;
}

std::string path_component(std::string_view name) {
  std::string out = file_name(name);
  return out.empty() ? "_" : out;
}

}  // namespace csb::claude_ai
