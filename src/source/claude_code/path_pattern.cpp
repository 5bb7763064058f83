#include "path_pattern.hpp"

#include <algorithm>

namespace csb::claude_code {
namespace {

struct Split {
  std::string_view first, rest;
  bool has_rest;
};

Split split(std::string_view path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {path, {}, false};
  return {path.substr(0, slash), path.substr(slash + 1), true};
}

bool is_wild(char c) { return c == '*' || c == '?'; }

/// The pattern is two stars, a slash and `rest`.
PathMatch match_anywhere(std::string_view rest, std::string_view path) {
  // A name at any depth: only the last component matters, and for most paths its last byte will do.
  if (rest.find('/') == std::string_view::npos) {
    if (!is_wild(rest.back()) && !path.ends_with(rest.back())) return PathMatch::ancestor;
    return match_name(rest, path.substr(path.rfind('/') + 1)) ? PathMatch::exact : PathMatch::ancestor;
  }
  PathMatch best = PathMatch::ancestor;
  for (;;) {
    if (is_wild(rest.front()) || path.starts_with(rest.front()))
      best = std::max(best, match_path(rest, path));
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return best;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace

bool match_name(std::string_view pattern, std::string_view name) {
  if (pattern.starts_with('*') && pattern.find_first_of("*?", 1) == std::string_view::npos)
    return name.ends_with(pattern.substr(1));
  std::size_t p = 0, n = 0;
  std::size_t star = std::string_view::npos, star_name = 0;  // where to go on when a star must take more
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_name = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p, ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_name;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

PathMatch match_path(std::string_view pattern, std::string_view path) {
  for (;;) {
    if (pattern == "**") return PathMatch::covered;
    if (pattern.starts_with("**/")) return match_anywhere(pattern.substr(3), path);
    if (!is_wild(pattern.front()) && !path.starts_with(pattern.front())) return PathMatch::none;
    const Split p = split(pattern), n = split(path);
    if (!match_name(p.first, n.first)) return PathMatch::none;
    if (!n.has_rest) {
      if (!p.has_rest) return PathMatch::exact;
      return p.rest == "**" ? PathMatch::covered : PathMatch::ancestor;
    }
    if (!p.has_rest) return PathMatch::none;
    pattern = p.rest;
    path = n.rest;
  }
}

}  // namespace csb::claude_code
