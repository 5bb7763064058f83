#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace csb::transcript {

/// An absolute path without "//", "." and "..", and without a slash at its end (but "/" itself). Nothing
/// is looked up on disk. @param base what a relative path is taken from: absolute, or empty
/// @return nothing for what is no path that a folder or file of work can have: relative without a base,
/// control
///         characters, a component of nothing but dots, longer than PATH_MAX
[[nodiscard]] std::optional<std::string> absolute_path(std::string_view path, std::string_view base);

/// The folder of an absolute path: "/a" of "/a/b", "/" of "/a".
[[nodiscard]] std::string_view folder_of(std::string_view path);

/// Whether the last name of a path ends like a file's: in a dot and some letters or digits.
[[nodiscard]] bool looks_like_file(std::string_view path);

}  // namespace csb::transcript
