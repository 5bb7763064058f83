#include <algorithm>
#include <cstdlib>
#include <ctime>

#include <fmt/format.h>

#include "csb/app/schedule.hpp"
#include "csb/util/account.hpp"
#include "csb/util/error.hpp"
#include "csb/util/program.hpp"

namespace csb::app {
namespace {

/// What csb finds things by; a scheduler knows none of it.
constexpr const char* kVariables[] = {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "CSB_HOME",
                                      "CSB_STORE",     "CLAUDE_DIR",      "CLAUDE_CONFIG_DIR"};

std::vector<std::string> variables_to_carry() {
  std::vector<std::string> assignments;
  // A scheduler sets HOME to what the password database says.
  if (const std::string home = user_home(); home != account_home()) assignments.push_back("HOME=" + home);
  for (const char* name : kVariables)
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
      assignments.push_back(fmt::format("{}={}", name, value));
  return assignments;
}

void require_writable_word(const std::string& word) {
  const bool strange = std::any_of(word.begin(), word.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (strange)
    throw Error(ErrorCode::usage, "no scheduler can be told '" + word + "': it has control characters in it",
                "use a path without");
}

}  // namespace

std::string_view to_string(Scheduler scheduler) {
  switch (scheduler) {
    case Scheduler::systemd:
      return "systemd";
    case Scheduler::cron:
      return "cron";
    case Scheduler::launchd:
      return "launchd";
    case Scheduler::task_scheduler:
      return "task-scheduler";
  }
  return "cron";
}

std::optional<Scheduler> parse_scheduler(std::string_view text) {
  for (const Scheduler each :
       {Scheduler::systemd, Scheduler::cron, Scheduler::launchd, Scheduler::task_scheduler})
    if (to_string(each) == text) return each;
  return std::nullopt;
}

void require_interval(std::uint64_t minutes) {
  const bool within_hour = minutes >= 1 && minutes <= 60 && 60 % minutes == 0;
  const bool hours = minutes > 60 && minutes <= 1440 && minutes % 60 == 0 && 1440 % minutes == 0;
  if (within_hour || hours) return;
  throw Error(ErrorCode::usage,
              fmt::format("an interval of {} minutes cannot be kept by every scheduler", minutes),
              "a part of an hour (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30), or 60, 120, 180, 240, 360, 480, 720 "
              "or 1440");
}

SchedulePlan plan_schedule(const SettingOverrides& overrides, unsigned interval, Scheduler scheduler) {
  require_interval(interval);
  SchedulePlan plan{.command = {}, .interval = interval};
  if (const auto carried = variables_to_carry(); !carried.empty()) {
    plan.command = {"/usr/bin/env"};
    plan.command.insert(plan.command.end(), carried.begin(), carried.end());
  }
  for (std::string word : {own_program("csb"), std::string("schedule"), std::string("run"),
                           std::string("--quiet"), std::string("--by"), std::string(to_string(scheduler))})
    plan.command.push_back(std::move(word));
  // From the flags: made absolute, as a scheduler has another current directory.
  const Settings settings = load_settings(overrides);
  if (!overrides.claude_dirs.empty()) {
    plan.command.insert(plan.command.end(), {"--claude-dir", settings.claude_dir});
    for (const std::string& directory : settings.more_claude_dirs)
      plan.command.insert(plan.command.end(), {"--claude-dir", directory});
  }
  if (!overrides.store.empty()) plan.command.insert(plan.command.end(), {"--store", settings.store});
  for (const std::string& word : plan.command) require_writable_word(word);

  if (const char* distribution = std::getenv("WSL_DISTRO_NAME")) plan.distribution = distribution;
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  plan.hour = static_cast<unsigned>(local.tm_hour);
  plan.minute = static_cast<unsigned>(local.tm_min);
  return plan;
}

}  // namespace csb::app
