#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "csb/util/fd.hpp"

namespace csb {

/// An exclusive advisory lock (flock) on a file, held until destruction. The kernel drops it when the
/// process dies, so a killed run never blocks a later one; the descriptor is close-on-exec, so a
/// child never keeps it.
class FileLock {
 public:
  /// Takes the lock, waiting up to `patience`. The file is created (0600) and stays.
  /// @return nothing when another process still holds it. @throws Error when the file cannot be opened.
  [[nodiscard]] static std::optional<FileLock> acquire(const std::string& path,
                                                       std::chrono::milliseconds patience = {});

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace csb
