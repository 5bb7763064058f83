#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace csb::cli {

/// A bar on standard error, if that is a terminal, for work that lasts over half a second. Safe to be called
/// from several threads; redraws at most ten times a second.
class Progress {
 public:
  enum class Unit { bytes, objects };
  /// @param enabled false: never shows anything (--quiet, --json off a terminal…)
  Progress(std::string label, Unit unit, bool enabled);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t done, std::uint64_t total);
  /// Wipes the bar. Also done by the destructor.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  std::string label_;
  Unit unit_;
  bool enabled_;
  bool drawn_ = false;
  Clock::time_point next_;
  std::mutex mutex_;
};

/// One state of the bar, at most `columns` wide: "Backing up  [#####     ]  52 %  1.2 GB of 2.3 GB".
[[nodiscard]] std::string draw_bar(const std::string& label, Progress::Unit unit, std::uint64_t done,
                                   std::uint64_t total, std::size_t columns);

}  // namespace csb::cli
