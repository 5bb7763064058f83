#include <fmt/format.h>

#include "command_functions.hpp"
#include "csb/app/schedule.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/upkeep.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

struct Arguments {
  std::string action = "status";
  std::optional<std::uint64_t> interval;
  std::string scheduler, print, by = "hand";
  bool dry_run = false;
};

constexpr std::uint64_t kHourly = 60;

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  Options options(call);
  std::vector<std::string> words;
  options.words("ACTION", words, 0, "install, remove, status (the default) or run");
  options.number("--interval", "MIN", arguments.interval, "minutes between two runs (default 60)");
  options.choice("--scheduler", {"systemd", "cron", "launchd"}, arguments.scheduler,
                 "install into this one, instead of the one that runs here");
  options.choice("--print", {"systemd", "cron", "launchd", "task-scheduler"}, arguments.print,
                 "with install: print its files, install nothing");
  options.flag("--dry-run", arguments.dry_run, "say what would be done");
  options.text("--by", "NAME", arguments.by, "with run: who runs it, for the log");
  if (!options.parse()) return false;
  if (words.size() > 1) throw Error(ErrorCode::usage, "one action at a time");
  if (!words.empty()) arguments.action = words.front();
  const std::vector<std::string> actions{"install", "remove", "status", "run"};
  if (std::find(actions.begin(), actions.end(), arguments.action) == actions.end()) {
    const std::string near = nearest(arguments.action, actions);
    throw Error(ErrorCode::usage, "there is no action '" + arguments.action + "'",
                near.empty() ? "there are " + joined(actions) : "did you mean " + near + "?");
  }
  const bool install = arguments.action == "install";
  if (!install && (arguments.interval || !arguments.scheduler.empty() || !arguments.print.empty()))
    throw Error(ErrorCode::usage, "--interval, --scheduler and --print belong to 'csb schedule install'");
  if (arguments.by.empty() || arguments.by.find_first_of(" \t\n") != std::string::npos)
    throw Error(ErrorCode::usage, "--by takes one word");
  return true;
}

int exit_status_of(const app::ScheduleStatus& status) {
  using State = app::ScheduleStatus::State;
  switch (status.state) {
    case State::not_installed:
      return kNotFound;
    case State::not_running:
      return kNotRunning;
    case State::failing:
      return kIncomplete;
    case State::ok:
    case State::pending:
      return kDone;
  }
  return kFailed;
}

int print_files(Call& call, const Arguments& arguments) {
  const auto interval = arguments.interval.value_or(kHourly);
  app::require_interval(interval);
  const app::Scheduler scheduler = *app::parse_scheduler(arguments.print);
  const auto plan = app::plan_schedule(call.global.where, static_cast<unsigned>(interval), scheduler);
  const auto files = app::schedule_files(scheduler, plan);
  if (call.global.json) {
    call.out.write(to_json(scheduler, files));
    return kDone;
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (files.size() > 1) call.out.write(fmt::format("{}# {}\n", i == 0 ? "" : "\n", files[i].name));
    call.out.write(files[i].text);
  }
  return kDone;
}

int install(Call& call, const Arguments& arguments) {
  if (!arguments.print.empty()) return print_files(call, arguments);
  const auto interval = arguments.interval.value_or(kHourly);
  app::require_interval(interval);
  const app::ScheduleInstall wanted{.interval = static_cast<unsigned>(interval),
                                    .scheduler = app::parse_scheduler(arguments.scheduler),
                                    .dry_run = arguments.dry_run};
  const app::ScheduleInstalled result = app::install_schedule(call.settings(), call.global.where, wanted);
  if (call.global.json) {
    call.out.write(to_json(result, arguments.dry_run));
  } else if (!call.global.quiet) {
    call.out.write(render(result, arguments.dry_run, screen_of(call)));
  }
  if (arguments.dry_run) return kDone;
  if (!call.global.json && result.status.state == app::ScheduleStatus::State::not_running)
    call.messages.error("installed, but not running: " + result.status.reason,
                        "'csb schedule run' shows what happens; 'csb schedule remove' takes it out again");
  return exit_status_of(result.status);
}

int remove(Call& call, const Arguments& arguments) {
  const auto removed = app::remove_schedule(call.settings(), arguments.dry_run);
  if (call.global.json) {
    call.out.write(to_json(removed, arguments.dry_run));
    return kDone;
  }
  for (const std::string& each : removed)
    if (!call.global.quiet)
      call.out.line(std::string(arguments.dry_run ? "Would remove " : "Removed ") + with_tilde(each));
  call.out.flush();
  if (removed.empty()) call.messages.note("there was nothing to remove");
  return kDone;
}

int status(Call& call) {
  const app::ScheduleStatus status = app::schedule_status(call.settings());
  if (call.global.json) {
    call.out.write(to_json(status));
  } else {
    call.out.write(render(status, screen_of(call)));
  }
  return exit_status_of(status);
}

int run(Call& call, const Arguments& arguments) {
  const app::ScheduledOutcome outcome = app::run_scheduled(call.settings(), arguments.by);
  if (call.global.json) {
    call.out.write(to_json(outcome));
  } else if (!call.global.quiet) {
    call.out.line(fmt::format("{}: {}, {}", outcome.run.outcome, outcome.run.message,
                              duration(outcome.run.duration_ns)));
  }
  call.out.flush();
  for (const std::string& problem : outcome.problems) call.messages.error("not saved: " + problem);
  return outcome.problems.empty() ? kDone : kIncomplete;
}

int run_schedule(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kDone;
  if (arguments.action == "install") return install(call, arguments);
  if (arguments.action == "remove") return remove(call, arguments);
  return arguments.action == "run" ? run(call, arguments) : status(call);
}

}  // namespace

Command schedule_command() {
  return {
      "schedule",
      "back up from time to time, by itself",
      Command::Group::save,
      run_schedule,
      "[install|remove|status|run] [OPTION]...",
      "Hooks fire only when the client runs them; a schedule stands behind them. 'install' writes a "
      "timer for your own systemd where one runs, else a marked block into your crontab (on macOS a launch "
      "agent), runs it once through that scheduler, and is without effect when it is there already. "
      "'remove' leaves crontab and units as they were. 'status' tells whether it really runs. 'run' is what "
      "is started: a backup of everything, maintenance once a day, the full-text index, one line in csb's "
      "log; another run that "
      "is "
      "at it counts as success.\n"
      "A timer of systemd runs while you are logged in, and catches up afterwards; 'loginctl enable-linger' "
      "lets "
      "it run always. Without any scheduler the installation is refused, as it would never run.",
      {{"csb schedule install", "every hour"},
       {"csb schedule install --interval 15", "every quarter of an hour"},
       {"csb schedule install --print cron", "the line for a crontab that you keep yourself"},
       {"csb schedule status", "is it running?"}},
      {kIncomplete, kNotFound, kRefused, kNotRunning}};
}

}  // namespace csb::cli
