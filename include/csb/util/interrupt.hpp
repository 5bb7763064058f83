#pragma once

namespace csb {

/// While it lives, SIGINT and SIGTERM do not end the process but are remembered: for work that has something
/// to bring to a good end first. A second one ends it at once. One at a time.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  /// The signal that came, 0 while there was none.
  [[nodiscard]] static int signal() noexcept;
};

}  // namespace csb
