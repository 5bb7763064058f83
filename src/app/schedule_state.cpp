#include "schedule_state.hpp"

#include <fmt/format.h>

#include <charconv>

#include "csb/archive/config_file.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/fs.hpp"
#include "settings_config.hpp"

namespace csb::app {
namespace {

std::string state_file(const Settings& settings) { return settings.home + "/schedule"; }

unsigned number(const ConfigValues& values, std::string_view key, unsigned most) {
  const std::string text = last_value(values, key);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && value <= most ? value : 0;
}

}  // namespace

std::optional<ScheduleState> read_schedule_state(const Settings& settings) {
  const ConfigValues values = archive::read_config_file(state_file(settings));
  const auto scheduler = parse_scheduler(last_value(values, "schedule.scheduler"));
  ScheduleState state{.scheduler = scheduler.value_or(Scheduler::cron),
                      .interval = number(values, "schedule.interval", 1440),
                      .hour = number(values, "schedule.hour", 23),
                      .minute = number(values, "schedule.minute", 59),
                      .installed_ns = parse_rfc3339(last_value(values, "schedule.installed")).value_or(0),
                      .program = last_value(values, "schedule.program")};
  if (!scheduler || state.interval == 0) return std::nullopt;
  return state;
}

void write_schedule_state(const Settings& settings, const ScheduleState& state) {
  fs::make_directories(settings.home);
  // All of it or nothing: a small file of csb's own, which needs no care for what else is in it.
  std::string program;
  for (const char c : state.program)
    program += (c == '"' || c == '\\') ? std::string("\\") + c : std::string(1, c);
  fs::write_file_atomically(
      state_file(settings),
      fmt::format(
          "[schedule]\n\tscheduler = {}\n\tinterval = {}\n\thour = {}\n\tminute = {}\n\tinstalled = {}\n"
          "\tprogram = \"{}\"\n",
          to_string(state.scheduler), state.interval, state.hour, state.minute,
          format_rfc3339(state.installed_ns), program));
}

void forget_schedule_state(const Settings& settings) { fs::remove_file(state_file(settings)); }

}  // namespace csb::app
