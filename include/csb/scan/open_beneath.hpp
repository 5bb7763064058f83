#pragma once

#include <string>

#include "csb/util/fd.hpp"

namespace csb::scan {

/// openat(2) for a path beneath `root_fd` that no symlink can lead elsewhere: openat2
/// (RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS) where the kernel has it, else component by component.
/// O_CLOEXEC is always set; O_NOATIME is dropped where it is not allowed.
/// @param path relative, every component a plain name (is_safe_relative_path), or "" for the root itself
/// @return an empty Fd with errno set on failure; ELOOP when a component, the last one included, is a link
[[nodiscard]] Fd open_beneath(int root_fd, const std::string& path, int flags, unsigned mode = 0);

/// What open_beneath() does on a kernel without openat2.
[[nodiscard]] Fd open_by_component(int root_fd, const std::string& path, int flags, unsigned mode = 0);

}  // namespace csb::scan
