#include "csb/app/schedule.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "schedule_backend.hpp"
#include "schedule_state.hpp"

namespace csb::app {
namespace {

/// Later than this after it fell due, a run counts as missed.
constexpr std::int64_t kGraceNs = 600 * kNsPerSecond;

/// What a scheduler can be installed into, best first.
std::vector<Scheduler> native_schedulers() {
#ifdef __APPLE__
  return {Scheduler::launchd};
#else
  return {Scheduler::systemd, Scheduler::cron};
#endif
}

/// The best that runs here. @throws Error{refused} when none does, with why
Scheduler choose_scheduler(const Settings& settings, std::optional<Scheduler> wanted) {
  std::string reasons;
  const std::vector<Scheduler> candidates = wanted ? std::vector<Scheduler>{*wanted} : native_schedulers();
  for (const Scheduler each : candidates) {
    const std::string reason = open_backend(each, settings)->not_running();
    if (reason.empty()) return each;
    reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "\n", to_string(each), reason);
  }
  throw Error(ErrorCode::refused, "there is no scheduler here that would ever run it",
              reasons +
                  "\nstart one (for example: apt install cron), or run 'csb schedule run' from your own; "
                  "'csb schedule install --print cron' shows the line");
}

bool is_same(const std::vector<std::string>& installed, const std::vector<ScheduleFile>& files) {
  return std::equal(installed.begin(), installed.end(), files.begin(), files.end(),
                    [](const std::string& text, const ScheduleFile& file) { return text == file.text; });
}

bool is_any(const std::vector<std::string>& installed) {
  return std::any_of(installed.begin(), installed.end(),
                     [](const std::string& text) { return !text.empty(); });
}

/// How long the machine has been awake, at most: a timer cannot fire before it is started or while it sleeps.
std::int64_t awake_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

void judge_runs(ScheduleStatus& status) {
  using State = ScheduleStatus::State;
  const std::int64_t interval = std::int64_t{status.interval} * 60 * kNsPerSecond;
  const std::int64_t since =
      status.last_run ? std::max(status.last_run->when_ns, status.installed_ns) : status.installed_ns;
  const std::int64_t silent = std::min(now_ns() - since, awake_ns());
  const bool ran = status.last_run && status.last_run->when_ns + kNsPerSecond >= status.installed_ns;
  if (silent > 2 * interval + kGraceNs) {
    status.state = State::not_running;
    status.reason =
        fmt::format("its last run is {}, although it falls due every {} minutes",
                    ran ? format_relative(status.last_run->when_ns, now_ns()) : "unknown", status.interval);
  } else if (!ran) {
    status.state = State::pending;
    status.reason = "it has not fallen due yet";
  } else if (status.last_run->outcome == "error" || status.last_run->outcome == "incomplete") {
    status.state = State::failing;
    status.reason = "its last run was not good: " + status.last_run->message;
  } else {
    status.state = State::ok;
  }
}

ScheduledRun newest_of(const std::vector<ScheduledRun>& runs) {
  // What a person starts by hand says nothing about the scheduler.
  for (auto it = runs.rbegin(); it != runs.rend(); ++it)
    if (it->by != "hand") return *it;
  return {};
}

}  // namespace

std::unique_ptr<ScheduleBackend> open_backend(Scheduler scheduler, const Settings& settings) {
  switch (scheduler) {
    case Scheduler::systemd:
      return open_systemd();
    case Scheduler::cron:
      return open_cron();
    case Scheduler::launchd:
      return open_launchd(settings);
    case Scheduler::task_scheduler:
      break;
  }
  throw Error(ErrorCode::refused, "csb does not install into the Task Scheduler of Windows itself",
              "csb schedule install --print task-scheduler > csb-backup.xml\n"
              "schtasks /Create /TN csb-backup /XML csb-backup.xml   (in Windows)");
}

std::string_view to_string(ScheduleStatus::State state) {
  switch (state) {
    case ScheduleStatus::State::not_installed:
      return "not installed";
    case ScheduleStatus::State::ok:
      return "running";
    case ScheduleStatus::State::pending:
      return "pending";
    case ScheduleStatus::State::failing:
      return "failing";
    case ScheduleStatus::State::not_running:
      return "installed but not running";
  }
  return "not installed";
}

ScheduleStatus schedule_status(const Settings& settings) {
  ScheduleStatus status;
  const auto state = read_schedule_state(settings);
  for (const Scheduler each : native_schedulers()) {
    if (state && state->scheduler != each) continue;
    const auto backend = open_backend(each, settings);
    const auto installed = backend->installed();
    if (!is_any(installed)) continue;
    status.scheduler = each;
    status.entry = backend->places().back();
    status.interval = state ? state->interval : 60;
    status.installed_ns = state ? state->installed_ns : 0;
    if (const ScheduledRun newest = newest_of(scheduled_runs(settings)); newest.when_ns != 0)
      status.last_run = newest;
    status.notes = backend->notes();
    std::string reason = backend->not_running();
    if (reason.empty()) reason = backend->not_started();
    if (!reason.empty()) {
      status.state = ScheduleStatus::State::not_running;
      status.reason = std::move(reason);
    } else if (!state) {
      status.state = ScheduleStatus::State::not_running;
      status.reason = "it was installed for another home of csb's, so this one is not backed up by it";
    } else if (::access(state->program.c_str(), X_OK) != 0) {
      status.state = ScheduleStatus::State::not_running;
      status.reason = "it starts '" + state->program + "', which is no program any more";
    } else {
      judge_runs(status);
    }
    return status;
  }
  if (state)
    status.reason =
        fmt::format("it was installed into {}, and is there no more", to_string(state->scheduler));
  return status;
}

ScheduleInstalled install_schedule(const Settings& settings, const SettingOverrides& overrides,
                                   const ScheduleInstall& options) {
  require_interval(options.interval);
  ScheduleInstalled result;
  result.scheduler = choose_scheduler(settings, options.scheduler);
  SchedulePlan plan = plan_schedule(overrides, options.interval, result.scheduler);
  const auto before = read_schedule_state(settings);
  const bool kept = before && before->scheduler == result.scheduler && before->interval == options.interval;
  if (kept) plan.hour = before->hour, plan.minute = before->minute;  // installed twice, it is as it was

  const auto backend = open_backend(result.scheduler, settings);
  result.files = schedule_files(result.scheduler, plan);
  result.unchanged = kept && is_same(backend->installed(), result.files) && backend->not_started().empty();
  const auto places = backend->places();
  if (!options.dry_run) {
    if (before && before->scheduler != result.scheduler) open_backend(before->scheduler, settings)->remove();
    const ScheduleState state{result.scheduler,
                              plan.interval,
                              plan.hour,
                              plan.minute,
                              result.unchanged ? before->installed_ns : now_ns(),
                              own_program("csb")};
    write_schedule_state(settings, state);
    if (!result.unchanged) backend->install(result.files);
    const PrimeRun primed = options.prime ? backend->prime(plan) : PrimeRun{true, {}};
    result.status = schedule_status(settings);
    if (!primed.ok) {
      result.status.state = ScheduleStatus::State::not_running;
      result.status.reason = "its first run failed: " + primed.complaint;
    }
  }
  for (std::size_t i = 0; i < places.size(); ++i) result.files[i].name = places[i];
  return result;
}

std::vector<std::string> remove_schedule(const Settings& settings, bool dry_run) {
  std::vector<std::string> removed;
  for (const Scheduler each : native_schedulers()) {
    const auto backend = open_backend(each, settings);
    if (!is_any(backend->installed())) continue;
    if (!dry_run && !backend->remove()) continue;
    for (const std::string& place : backend->places())
      removed.push_back(each == Scheduler::cron ? "csb's lines in your crontab" : place);
  }
  if (!dry_run) forget_schedule_state(settings);
  return removed;
}

}  // namespace csb::app
