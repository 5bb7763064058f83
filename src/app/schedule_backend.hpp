#pragma once

#include <memory>
#include <string>
#include <vector>

#include "csb/app/schedule.hpp"

namespace csb::app {

inline constexpr std::string_view kSystemdUnit = "csb-backup";
inline constexpr std::string_view kLaunchdLabel = "csb.backup";

/// The command of a plan as one line of a crontab, '%' escaped.
[[nodiscard]] std::string cron_command(const SchedulePlan& plan);

/// How a first run through the scheduler's launcher went.
struct PrimeRun {
  bool ok = false;
  std::string complaint;  ///< when it was not
};

/// One scheduler, on this machine.
class ScheduleBackend {
 public:
  virtual ~ScheduleBackend() = default;
  /// Why nothing it is given would ever run; empty when it runs.
  [[nodiscard]] virtual std::string not_running() const = 0;
  /// Why it does not start what is installed; empty when it does.
  [[nodiscard]] virtual std::string not_started() const { return {}; }
  /// Where its files go: the paths of schedule_files(), in their order; "crontab".
  [[nodiscard]] virtual std::vector<std::string> places() const = 0;
  /// What is installed there now, in the order of places(); empty texts where there is nothing.
  [[nodiscard]] virtual std::vector<std::string> installed() const = 0;
  virtual void install(const std::vector<ScheduleFile>& files) = 0;
  /// @return false when there was nothing of csb's
  virtual bool remove() = 0;
  /// Runs what is installed once, and waits for it.
  [[nodiscard]] virtual PrimeRun prime(const SchedulePlan& plan) = 0;
  /// What a person should know: it stops at logout, for example.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

/// @throws Error{refused} for one that csb only prints
[[nodiscard]] std::unique_ptr<ScheduleBackend> open_backend(Scheduler scheduler, const Settings& settings);
[[nodiscard]] std::unique_ptr<ScheduleBackend> open_cron();
[[nodiscard]] std::unique_ptr<ScheduleBackend> open_systemd();
[[nodiscard]] std::unique_ptr<ScheduleBackend> open_launchd(const Settings& settings);

/// A crontab with csb's block in it instead of the one it may have, or (empty `line`) without any. Every
/// other byte stays; taking the block out gives the bytes from before it was put in.
/// @param exists false: there is no crontab at all
/// @throws Error{failed} when the block's marks are damaged
[[nodiscard]] std::string with_cron_block(const std::string& crontab, bool exists, const std::string& line);
/// The line in csb's block; empty when there is none.
[[nodiscard]] std::string cron_block_line(const std::string& crontab);
/// Whether there was no crontab before the block was put in, and there is nothing else in it now.
[[nodiscard]] bool is_only_cron_block(const std::string& crontab);

}  // namespace csb::app
