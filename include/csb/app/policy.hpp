#pragma once

#include <optional>
#include <string>

#include "csb/app/settings.hpp"
#include "csb/model/file.hpp"
#include "csb/model/session_id.hpp"

namespace csb::app {

/// What becomes of one path, and why.
struct PolicyResult {
  enum class Kind { missing, file, directory, symlink, special };
  std::string root;  ///< the directory it lies in, of those that are archived
  std::string path;  ///< relative to the root
  Kind kind = Kind::missing;
  PathClass path_class = PathClass::unknown;
  std::string rule;  ///< the pattern that decided
  std::string reason;
  std::string decided_by;            ///< the directory above it that decided, when it was not the path itself
  std::optional<SessionId> session;  ///< whose footprint it is part of

  [[nodiscard]] bool stored() const;
};

/// @param path absolute, or relative to the working directory when that is beneath the root, else to the
///        root; it need not exist. A trailing slash makes a missing one a directory.
/// @throws Error{usage} when it is beneath no root
[[nodiscard]] PolicyResult policy(const Settings& settings, const std::string& path);

}  // namespace csb::app
