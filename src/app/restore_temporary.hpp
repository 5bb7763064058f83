#pragma once

#include <string>

#include "csb/util/fd.hpp"

namespace csb::app {

/// A file being written in the directory where it is to appear: without a name where the file system has
/// that (a kill leaves nothing), else as ".csb-restore.<random>.tmp". Mode 0600. Removed unless it was put in
/// place.
class TemporaryFile {
 public:
  /// @param directory must outlive this. @throws Error
  explicit TemporaryFile(int directory);
  ~TemporaryFile();
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }

  /// Gives it this name. @return false when something of that name is there. @throws Error
  [[nodiscard]] bool put(const std::string& name);
  /// Gives it this name in place of what is there. @throws Error
  void replace(const std::string& name);

 private:
  int directory_;
  Fd fd_;
  std::string name_;  ///< its temporary name; empty = none (yet)
};

/// ".csb-restore.<sixteen random digits>.tmp": never the name of a session file, and none that a backup
/// stores.
[[nodiscard]] std::string temporary_name();

/// Removes the temporary files in a directory that killed runs left there. Never throws: they are in
/// nobody's way.
void sweep_temporary_files(int directory);

/// rename(2) within a directory that never replaces. @return false when `to` exists. @throws Error
[[nodiscard]] bool rename_new(int directory, const std::string& from, const std::string& to);

}  // namespace csb::app
