#pragma once

#include <optional>

#include "csb/app/schedule.hpp"

namespace csb::app {

/// What csb remembers of what it installed: `<home>/schedule`, a git-config file.
struct ScheduleState {
  Scheduler scheduler = Scheduler::cron;
  unsigned interval = 60, hour = 0, minute = 0;
  std::int64_t installed_ns = 0;
  std::string program{};  ///< the csb that is started
};

[[nodiscard]] std::optional<ScheduleState> read_schedule_state(const Settings& settings);
void write_schedule_state(const Settings& settings, const ScheduleState& state);
void forget_schedule_state(const Settings& settings);

}  // namespace csb::app
