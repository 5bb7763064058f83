#pragma once

#include <string_view>

namespace csb::claude_code {

/// How a path stands to a pattern (PathRule).
enum class PathMatch {
  none,
  ancestor,  ///< the pattern could match something beneath the path
  exact,     ///< the pattern matches the path
  covered,   ///< the pattern matches the path and everything beneath it
};

[[nodiscard]] PathMatch match_path(std::string_view pattern, std::string_view path);

/// One component against a pattern with `*` and `?`.
[[nodiscard]] bool match_name(std::string_view pattern, std::string_view name);

}  // namespace csb::claude_code
