#include "secret_name.hpp"

#include <array>

namespace csb::claude_code {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_word(char c) { return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z'); }

std::string_view without_star(std::string_view pattern) {
  return pattern.starts_with('*') ? pattern.substr(1) : pattern;
}

/// Which bytes a secret name can begin with. Most bytes of most paths cannot be one, so that this table
/// decides how long the search takes.
const std::array<bool, 256>& beginnings() {
  static const std::array<bool, 256> table = [] {
    std::array<bool, 256> starts{};
    for (const SecretName& name : secret_names()) {
      const char first = without_star(name.pattern).front();
      starts[static_cast<unsigned char>(first)] = true;
      if (first >= 'a' && first <= 'z') starts[static_cast<unsigned char>(first - 'a' + 'A')] = true;
    }
    return starts;
  }();
  return table;
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
  const std::array<bool, 256>& starts = beginnings();
  for (std::size_t at = 0; at < path.size(); ++at) {
    if (!starts[static_cast<unsigned char>(path[at])]) continue;
    for (const SecretName& name : secret_names())
      if (matches_at(name, path, at)) return &name;
  }
  return nullptr;
}

}  // namespace csb::claude_code
