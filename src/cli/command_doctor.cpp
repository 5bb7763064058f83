#include <fmt/format.h>

#include "command_functions.hpp"
#include "csb/app/doctor.hpp"
#include "csb/cli/ask.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/upkeep.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "csb/util/program.hpp"

namespace csb::cli {
namespace {

constexpr std::uint64_t kDrillRuns = 20, kMostDrillRuns = 10'000;

struct Arguments {
  bool fix = false, yes = false, fire_drill = false;
  std::optional<std::uint64_t> runs;
};

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  Options options(call);
  options.flag("--fix", arguments.fix, "run the commands that mend what is wrong, asking before each");
  options.flag("-y,--yes", arguments.yes, "with --fix: do not ask");
  options.flag("--fire-drill", arguments.fire_drill,
               "run every hook and the schedule for real, and time them");
  options.number("--runs", "N", arguments.runs, "with --fire-drill: how often each hook (default 20)");
  if (!options.parse()) return false;
  if (arguments.fix && arguments.fire_drill)
    throw Error(ErrorCode::usage, "--fix and --fire-drill exclude each other");
  if (arguments.fix && !arguments.yes && !can_ask())
    throw Error(ErrorCode::usage, "--fix asks before each step, and there is no terminal to ask on",
                "--fix --yes does without asking");
  if (arguments.runs.value_or(1) == 0 || arguments.runs.value_or(1) > kMostDrillRuns)
    throw Error(ErrorCode::usage, "--runs takes 1 to 10000");
  return true;
}

/// The words with this csb, and what it was told on the command line, for "csb".
std::vector<std::string> resolved(const Call& call, std::vector<std::string> words) {
  if (words.front() != "csb") return words;
  words.front() = own_program("csb");
  for (const std::string& directory : call.global.where.claude_dirs)
    words.insert(words.end(), {"--claude-dir", directory});
  if (!call.global.where.store.empty()) words.insert(words.end(), {"--store", call.global.where.store});
  return words;
}

/// Runs one command, once. @return whether it did what it should
bool mend(Call& call, const app::Check& check, bool ask) {
  if (ask && !confirm(fmt::format("{}\n  run '{}'?", check.text, check.mend), true)) return false;
  const ProgramResult done = run_program(resolved(call, check.command), {.timeout = std::chrono::hours(6)});
  if (done.ok()) {
    call.messages.note(fmt::format("done: {}", check.mend));
    return true;
  }
  call.messages.error(fmt::format("'{}' ended with status {}", check.mend, done.status), done.complaint());
  return false;
}

void mend_all(Call& call, const app::DoctorResult& result, bool ask) {
  std::vector<std::vector<std::string>> tried;
  for (const app::Check& check : result.checks) {
    if (check.command.empty() || check.state == app::Check::State::note) continue;
    if (std::find(tried.begin(), tried.end(), check.command) != tried.end()) continue;
    tried.push_back(check.command);
    static_cast<void>(mend(call, check, ask));
  }
}

int drill(Call& call, const Arguments& arguments) {
  const Screen screen = screen_of(call);
  bool failed = false;
  const auto drills = app::fire_drill(call.settings(), call.global.where, arguments.runs.value_or(kDrillRuns),
                                      [&](const app::Drill& drill) {
                                        failed = failed || drill.failed > 0;
                                        if (call.global.json || call.global.quiet) return;
                                        call.out.write(render(drill, screen));
                                        call.out.flush();
                                      });
  if (call.global.json) call.out.write(to_json(drills));
  return failed ? kGap : kDone;
}

int run_doctor(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kDone;
  if (arguments.fire_drill) return drill(call, arguments);
  const app::Settings settings = call.settings();
  app::DoctorResult result = app::doctor(settings);
  if (arguments.fix) {
    mend_all(call, result, !arguments.yes);
    result = app::doctor(settings);
  }
  if (call.global.json) {
    call.out.write(to_json(result));
  } else {
    call.out.write(render(result, call.global.quiet, screen_of(call)));
  }
  return result.failing() ? kGap : kDone;
}

}  // namespace

Command doctor_command() {
  return {
      "doctor",
      "is everything as it must be? what mends it?",
      Command::Group::check,
      run_doctor,
      "[OPTION]...",
      "Looks at all that must hold for sessions to be safe: program, configuration, directories, store, "
      "catalogue, "
      "the last backup, disk space, permissions, how long the client keeps transcripts, hooks (and "
      "whether they fire), the schedule (and whether it runs), secrets that another tool has committed, the "
      "clock. "
      "Each line is ok, note, warn or fail, with the command that mends it. Nothing is changed without "
      "--fix.\n"
      "--fire-drill runs each hook as the client does, with a session that does not exist, and the schedule "
      "through its own launcher, and prints how long they took: half of the runs were done within p50, "
      "99 of 100 within p99.",
      {{"csb doctor", "look"},
       {"csb doctor --fix", "mend, asking before each step"},
       {"csb doctor --fire-drill", "prove that hooks and schedule fire"},
       {"csb doctor --quiet", "only what is wrong"}},
      {kGap}};
}

}  // namespace csb::cli
