#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"

namespace csb::app {

/// What starts `csb schedule run` from time to time.
enum class Scheduler : std::uint8_t { systemd, cron, launchd, task_scheduler };
[[nodiscard]] std::string_view to_string(Scheduler scheduler);
[[nodiscard]] std::optional<Scheduler> parse_scheduler(std::string_view text);

/// What is started, and when.
struct SchedulePlan {
  std::vector<std::string> command;  ///< words; the first is an absolute path
  unsigned interval = 60;            ///< minutes: a divisor of 60, or hours that divide a day
  std::string distribution{};        ///< for Windows: the Linux that csb is in; empty = its default
  unsigned hour = 0, minute = 0;     ///< local time at which it falls due (of which only the rest matters)
};

/// @throws Error{usage} for an interval that not every scheduler can keep
void require_interval(std::uint64_t minutes);

/// The plan for this installation: this very csb, where it finds things now (flags and environment are
/// written into the command, since a scheduler knows neither).
/// @param by who runs it, for the log. @throws Error{usage} for a path that no scheduler's file can hold
[[nodiscard]] SchedulePlan plan_schedule(const SettingOverrides& overrides, unsigned interval,
                                         Scheduler scheduler);

/// One file of a scheduler's, as csb writes it.
struct ScheduleFile {
  std::string name;  ///< "csb-backup.timer"; for cron "crontab"
  std::string text;
};
[[nodiscard]] std::vector<ScheduleFile> schedule_files(Scheduler scheduler, const SchedulePlan& plan);

/// How one scheduled run went, from csb's log of them.
struct ScheduledRun {
  std::int64_t when_ns = 0, duration_ns = 0;
  std::string outcome;  ///< "ok", "incomplete", "busy", "error"
  std::string by;       ///< "cron", "systemd", "prime", "hand", …
  std::string message;
};

struct ScheduleStatus {
  enum class State {
    not_installed,
    ok,           ///< it ran when it should have
    pending,      ///< it has not fallen due since it was installed, or since the machine started
    failing,      ///< it runs, but the last run was not good
    not_running,  ///< it is installed, and does not run
  };
  State state = State::not_installed;
  std::optional<Scheduler> scheduler{};
  std::string entry{};  ///< where it is installed: the file, or "crontab"
  unsigned interval = 0;
  std::int64_t installed_ns = 0;
  std::optional<ScheduledRun> last_run{};
  std::string reason{};              ///< in words
  std::vector<std::string> notes{};  ///< worth knowing; how to keep it running after logout, for example
};
[[nodiscard]] ScheduleStatus schedule_status(const Settings& settings);
[[nodiscard]] std::string_view to_string(ScheduleStatus::State state);

struct ScheduleInstall {
  unsigned interval = 60;
  std::optional<Scheduler> scheduler{};  ///< nothing = what runs here
  bool dry_run = false;
  bool prime = true;  ///< run it once, through the scheduler's own launcher
};
struct ScheduleInstalled {
  Scheduler scheduler = Scheduler::cron;
  std::vector<ScheduleFile> files;  ///< names are where they are (or would be)
  bool unchanged = false;           ///< it was installed just so
  ScheduleStatus status;            ///< afterwards; not in a dry run
};
/// @throws Error{refused} when no scheduler runs here, or the crontab cannot be read with certainty
ScheduleInstalled install_schedule(const Settings& settings, const SettingOverrides& overrides,
                                   const ScheduleInstall& options);

/// @return what was removed, in words; empty when there was nothing
std::vector<std::string> remove_schedule(const Settings& settings, bool dry_run);

struct ScheduledOutcome {
  ScheduledRun run;
  bool maintained = false;
  std::uint64_t texts = 0;            ///< new in the full-text index
  std::vector<std::string> problems;  ///< what was not saved
};
/// What the scheduler starts: a backup of everything, maintenance once a day, the
/// full-text index, one line in the log.
/// @throws Error, after noting it in the log, when nothing could be saved
ScheduledOutcome run_scheduled(const Settings& settings, const std::string& by);

/// Oldest first; the last few hundred.
[[nodiscard]] std::vector<ScheduledRun> scheduled_runs(const Settings& settings);

}  // namespace csb::app
