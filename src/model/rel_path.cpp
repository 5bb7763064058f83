#include "csb/model/rel_path.hpp"

#include <algorithm>

#include "csb/util/text.hpp"

namespace csb {
namespace {

template <typename Check>
bool every_component(std::string_view path, Check check) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (;;) {
    const auto slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty() || name == "." || name == ".." || name.size() > 255 || !check(name)) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

/// Names that some file system takes for ".git": case variants, the NTFS short name, trailing dots and
/// spaces, and characters HFS+ ignores (git's verify_path).
bool is_dot_git(std::string_view name) {
  std::string plain;
  for (std::size_t i = 0; i < name.size(); ++i) {
    // HFS+ ignores U+200C..200F, U+202A..202E, U+206A..206F and U+FEFF: e2 80 8c.. and ef bb bf.
    if (name.substr(i, 2) == "\xe2\x80" || name.substr(i, 2) == "\xe2\x81" ||
        name.substr(i, 2) == "\xef\xbb") {
      i += 2;
      continue;
    }
    plain += name[i];
  }
  plain = ascii_lower(plain);
  plain.resize(std::min(plain.size(), plain.find(':')));
  while (!plain.empty() && (plain.back() == '.' || plain.back() == ' ')) plain.pop_back();
  return plain == ".git" || plain == "git~1";
}

}  // namespace

bool is_safe_relative_path(std::string_view path) {
  return every_component(path, [](std::string_view) { return true; });
}

bool is_safe_tree_path(std::string_view path) {
  return every_component(path, [](std::string_view name) { return !is_dot_git(name); });
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view parent_path(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool is_beneath(std::string_view path, std::string_view directory) {
  if (directory.empty()) return true;
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

}  // namespace csb
