#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace csb {

/// True when `path` may be used beneath a root: bytes, not text (any encoding), relative, and every
/// component is a plain name: not empty, not "." or "..", no NUL, at most 255 bytes. Paths that come
/// from history, archives and servers are hostile until this has said yes.
[[nodiscard]] bool is_safe_relative_path(std::string_view path);

/// As above, and no component is one git itself refuses (".git" in any spelling its own checks know).
[[nodiscard]] bool is_safe_tree_path(std::string_view path);

/// The last component: "c" of "a/b/c".
[[nodiscard]] std::string_view base_name(std::string_view path);
/// All but the last component: "a/b" of "a/b/c", "" of "c".
[[nodiscard]] std::string_view parent_path(std::string_view path);
/// True for "a/b" and "a/b/c" beneath "a/b" (and for everything beneath "").
[[nodiscard]] bool is_beneath(std::string_view path, std::string_view directory);

}  // namespace csb
