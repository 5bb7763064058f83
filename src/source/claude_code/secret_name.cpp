#include "secret_name.hpp"

#include <bitset>
#include <cstddef>

namespace csb::claude_code {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_word(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }

std::string_view without_star(std::string_view pattern) {
  return pattern.starts_with('*') ? pattern.substr(1) : pattern;
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::size_t pair_of(char first, char second) {
  return std::size_t{static_cast<unsigned char>(first)} << 8 | static_cast<unsigned char>(second);
}

/// The pairs of bytes that a secret name can begin with. Hardly any pair in an ordinary path is one, and
/// every path of every walk is searched: this makes it cost next to nothing.
using Beginnings = std::bitset<65536>;

Beginnings find_beginnings() {
  Beginnings pairs;
  for (const SecretName& name : secret_names()) {
    const std::string_view text = without_star(name.pattern);
    for (const char first : {text[0], upper(text[0])})
      for (const char second : {text[1], upper(text[1])}) pairs.set(pair_of(first, second));
  }
  return pairs;
}

/// Matches `pattern` (lower case) at the beginning of `text`, which goes to the end of the path.
bool matches_here(std::string_view pattern, std::string_view text) {
  for (; !pattern.empty(); pattern.remove_prefix(1), text.remove_prefix(1)) {
    if (pattern.front() == '*') {
      pattern.remove_prefix(1);
      if (pattern.empty()) return true;
      for (; !text.empty() && text.front() != '/'; text.remove_prefix(1))
        if (matches_here(pattern, text)) return true;
      return false;
    }
    if (text.empty() || lower(text.front()) != pattern.front()) return false;
  }
  return text.empty() || !is_word(text.front());
}

bool matches_at(const SecretName& name, std::string_view path, std::size_t at) {
  if (!name.pattern.starts_with('*') && at > 0 && is_word(path[at - 1])) return false;
  return matches_here(without_star(name.pattern), path.substr(at));
}

}  // namespace

const SecretName* find_secret_name(std::string_view path) {
  static const Beginnings kBeginnings = find_beginnings();
  for (std::size_t at = 0; at + 1 < path.size(); ++at) {
    if (!kBeginnings[pair_of(path[at], path[at + 1])]) continue;
    for (const SecretName& name : secret_names())
      if (matches_at(name, path, at)) return &name;
  }
  return nullptr;
}

}  // namespace csb::claude_code
