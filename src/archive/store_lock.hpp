#pragma once

#include <chrono>
#include <string>

#include "csb/util/lock.hpp"

namespace csb::archive {

/// The lock every writer of a store holds. @throws Error{busy} when another keeps it longer than `patience`
[[nodiscard]] FileLock lock_store(const std::string& git_dir, std::chrono::milliseconds patience);

}  // namespace csb::archive
