#include "folder_path.hpp"

#include <algorithm>

#include "csb/model/rel_path.hpp"

namespace csb::transcript {
namespace {

constexpr std::size_t kMaxPath = 4096, kMaxComponent = 255;

/// @return false for a component that no path of work has
bool append(std::string& path, std::string_view component) {
  if (component.empty() || component == ".") return true;
  if (component == "..") {
    path.resize(path.empty() ? 0 : path.rfind('/'));
    return true;
  }
  if (component.size() > kMaxComponent || component.find_first_not_of('.') == std::string_view::npos)
    return false;
  path.append("/").append(component);
  return path.size() <= kMaxPath;
}

bool append_all(std::string& path, std::string_view components) {
  while (!components.empty()) {
    const auto slash = components.find('/');
    if (!append(path, components.substr(0, slash))) return false;
    components = slash == std::string_view::npos ? std::string_view() : components.substr(slash + 1);
  }
  return true;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

}  // namespace

std::optional<std::string> absolute_path(std::string_view path, std::string_view base) {
  if (path.empty() || path.size() > kMaxPath || std::any_of(path.begin(), path.end(), is_control))
    return std::nullopt;
  std::string absolute;
  if (!path.starts_with('/') && (!base.starts_with('/') || !append_all(absolute, base))) return std::nullopt;
  if (!append_all(absolute, path)) return std::nullopt;
  return absolute.empty() ? "/" : absolute;
}

std::string_view folder_of(std::string_view path) {
  const std::string_view folder = parent_path(path);
  return folder.empty() ? std::string_view("/") : folder;
}

bool looks_like_file(std::string_view path) {
  constexpr std::size_t kLongestExtension = 10;
  const std::string_view name = base_name(path);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  const std::string_view extension = name.substr(dot + 1);
  return !extension.empty() && extension.size() <= kLongestExtension &&
         std::all_of(extension.begin(), extension.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
         });
}

}  // namespace csb::transcript
