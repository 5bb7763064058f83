#pragma once

#include <sys/stat.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "csb/util/fd.hpp"

namespace csb::app {

/// The directory a restore writes beneath. No path leads out of it, whatever links lie in it: every
/// directory is opened so that neither ".." nor a symlink is followed.
class RestoreRoot {
 public:
  /// @throws Error when `path` is no directory that can be opened
  explicit RestoreRoot(const std::string& path);

  using Directory = std::shared_ptr<const Fd>;

  /// The directory at `path` ("" = the root). @return nothing when it is not there
  /// @throws Error when a component is a link, is no directory, or cannot be entered
  [[nodiscard]] Directory find(std::string_view path);
  /// The same, made (0700) where it is missing.
  [[nodiscard]] Directory make(std::string_view path);

  /// What lies at `path`, a link itself and not its target. @return nothing when there is nothing
  /// @throws Error as find()
  [[nodiscard]] std::optional<struct stat> look(const std::string& path);

  /// Directories that got a new name in them, to be made durable.
  void note_change(std::string_view directory) { changed_.emplace(directory); }
  /// fsync of all of those. @throws Error
  void sync_changed();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  void remember(const std::string& path, Directory directory);

  std::string path_;
  Directory root_;
  std::map<std::string, Directory, std::less<>> open_;  ///< a bounded number of them
  std::set<std::string, std::less<>> changed_;
};

}  // namespace csb::app
