#pragma once

#include <string>

namespace csb::app {

/// A private directory (0700) under $TMPDIR, else /tmp, removed with what is in it at the end.
class ScratchDirectory {
 public:
  /// @throws Error when it cannot be made
  explicit ScratchDirectory(const std::string& name);
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace csb::app
