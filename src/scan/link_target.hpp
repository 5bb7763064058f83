#pragma once

#include <string>

namespace csb::scan {

/// Where a symlink leads, all links on the way followed.
struct LinkTarget {
  enum class Where {
    inside,   ///< beneath the root, or the root itself
    outside,  ///< elsewhere, or where it cannot be told
    nowhere,  ///< to nothing: dangling, or a loop
  };
  Where where = Where::nowhere;
  std::string path;  ///< inside: relative to the root; outside: absolute, may be empty
};

/// The physical path of what is open as `fd`; empty where the system cannot tell.
[[nodiscard]] std::string path_of(int fd);

/// @param root path_of() the root
[[nodiscard]] LinkTarget resolve_link(int directory, const char* name, const std::string& root);

}  // namespace csb::scan
