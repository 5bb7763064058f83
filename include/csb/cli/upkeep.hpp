#pragma once

#include <string>
#include <vector>

#include "csb/app/doctor.hpp"
#include "csb/app/schedule.hpp"
#include "csb/app/setup.hpp"
#include "csb/cli/render.hpp"

/// What keeps csb going by itself (setup, schedule, doctor), as text for people and as JSON documents
/// (docs/schema).
namespace csb::cli {

[[nodiscard]] std::string render(const app::ScheduleStatus& status, const Screen& screen);
[[nodiscard]] std::string render(const app::ScheduleInstalled& result, bool dry_run, const Screen& screen);
[[nodiscard]] std::string render(const app::DoctorResult& result, bool only_wrong, const Screen& screen);
[[nodiscard]] std::string render(const app::Drill& drill, const Screen& screen);
[[nodiscard]] std::string render(const app::SetupFound& found, const Screen& screen);
[[nodiscard]] std::string render(const app::SetupStep& step, const Screen& screen);
[[nodiscard]] std::string render(const std::vector<app::Protection>& checklist, const Screen& screen);

[[nodiscard]] std::string to_json(const app::ScheduleStatus& status);
[[nodiscard]] std::string to_json(const app::ScheduleInstalled& result, bool dry_run);
[[nodiscard]] std::string to_json(app::Scheduler scheduler, const std::vector<app::ScheduleFile>& files);
/// What `csb schedule remove` took out.
[[nodiscard]] std::string to_json(const std::vector<std::string>& removed, bool dry_run);
[[nodiscard]] std::string to_json(const app::ScheduledOutcome& outcome);
[[nodiscard]] std::string to_json(const app::DoctorResult& result);
[[nodiscard]] std::string to_json(const std::vector<app::Drill>& drills);
[[nodiscard]] std::string to_json(const app::SetupFound& found, const app::SetupResult& result, bool dry_run);
[[nodiscard]] std::string to_json(const std::vector<app::SetupStep>& undone, bool dry_run);

}  // namespace csb::cli
