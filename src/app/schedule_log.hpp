#pragma once

#include <string>

#include "csb/app/schedule.hpp"

namespace csb::app {

/// Adds one line to `<home>/log/schedule`; at 256 KiB that becomes `schedule.old`. @throws Error when it
/// cannot
void note_scheduled_run(const Settings& settings, const ScheduledRun& run);

}  // namespace csb::app
