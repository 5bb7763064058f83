#pragma once

#include <atomic>

namespace csb::cli::mcp {

/// Thrown by work whose answer nobody waits for any more.
struct Stopped {};

/// Set by the thread that hears of it, looked at by the one that works.
class StopFlag {
 public:
  void set() { stopped_.store(true); }
  [[nodiscard]] bool is_set() const { return stopped_.load(); }
  /// @throws Stopped
  void check() const {
    if (is_set()) throw Stopped{};
  }

 private:
  std::atomic<bool> stopped_{false};
};

}  // namespace csb::cli::mcp
