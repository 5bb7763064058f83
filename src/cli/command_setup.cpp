#include <fmt/format.h>

#include <algorithm>

#include "command_functions.hpp"
#include "csb/app/setup.hpp"
#include "csb/cli/ask.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/upkeep.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

constexpr std::uint64_t kMostDays = 3'650'000;
constexpr std::int64_t kLongerDays = 365;  ///< what is offered where the client keeps less

struct Arguments {
  bool automatic = false, dry_run = false, undo = false, no_hooks = false, no_schedule = false;
  bool plugin = false, hooks = false, import_history = false;
  std::optional<std::uint64_t> keep_days, interval;
};

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  Options options(call);
  options.flag("--auto", arguments.automatic, "ask nothing; do what is safe");
  options.flag("--dry-run", arguments.dry_run, "say what would be done, and do nothing");
  options.flag("--undo", arguments.undo, "take back what it changed outside of csb's home");
  options.flag("--plugin", arguments.plugin, "have the client install csb's plugin, and nothing instead");
  options.flag("--hooks", arguments.hooks, "put hooks into the client's settings, not the plugin");
  options.flag("--no-hooks", arguments.no_hooks, "neither hooks nor plugin");
  options.flag("--no-schedule", arguments.no_schedule, "install no schedule");
  options.flag("--import-history", arguments.import_history,
               "fetch the history of a git repository in the Claude directory, too");
  options.number("--keep-days", "N", arguments.keep_days, "have the client keep transcripts for N days");
  options.number("--interval", "MIN", arguments.interval,
                 "minutes between two scheduled backups (default 60)");
  if (!options.parse()) return false;
  if (arguments.plugin + arguments.hooks + arguments.no_hooks > 1)
    throw Error(ErrorCode::usage, "--plugin, --hooks and --no-hooks exclude one another");
  if (arguments.undo && (arguments.plugin || arguments.hooks || arguments.no_hooks || arguments.no_schedule ||
                         arguments.import_history || arguments.keep_days || arguments.interval))
    throw Error(ErrorCode::usage, "--undo takes everything back, and no choices");
  if (arguments.keep_days && (*arguments.keep_days == 0 || *arguments.keep_days > kMostDays))
    throw Error(ErrorCode::usage, "--keep-days takes at least 1");
  if (arguments.interval) app::require_interval(*arguments.interval);
  if (!arguments.automatic && !arguments.dry_run && !arguments.undo && !can_ask())
    throw Error(ErrorCode::usage, "there is no terminal to ask on", "csb setup --auto asks nothing");
  return true;
}

app::SetupChoices choices_of(const Arguments& arguments, const app::SetupFound& found) {
  app::SetupChoices choices{.hooks = !arguments.no_hooks, .schedule = !arguments.no_schedule};
  if (arguments.plugin) choices.way = app::SetupChoices::Way::plugin;
  if (arguments.hooks) choices.way = app::SetupChoices::Way::hooks;
  if (arguments.interval) choices.interval = static_cast<unsigned>(*arguments.interval);
  if (arguments.keep_days) choices.keep_days = static_cast<std::int64_t>(*arguments.keep_days);
  // A history with secrets in it is taken only when a person says so.
  choices.import_history =
      arguments.import_history ||
      std::any_of(found.histories.begin(), found.histories.end(), [](const auto& history) {
        return !history.is_store && history.trouble.empty() && history.branches > 0;
      });
  for (const app::FoundHistory& history : found.histories)
    if (history.secrets > 0 && !arguments.import_history) choices.import_history = false;
  return choices;
}

void ask_about_history(const app::SetupFound& found, app::SetupChoices& choices) {
  for (const app::FoundHistory& history : found.histories) {
    if (history.is_store || history.imported || history.branches == 0 || !history.trouble.empty()) continue;
    std::string question = fmt::format(
        "{} is a git repository. Fetch its history into the store too, so that its sessions are found?",
        with_tilde(history.path));
    if (history.secrets > 0)
      question +=
          fmt::format(" It holds {}, which would come along.", counted(history.secrets, "secret file"));
    choices.import_history = confirm(question, history.secrets == 0);
  }
}

void ask_about_hooks(const app::SetupFound& found, app::SetupChoices& choices) {
  const auto bare = std::find_if(found.directories.begin(), found.directories.end(),
                                 [](const auto& each) { return each.exists && !each.hooks && !each.plugin; });
  if (bare == found.directories.end()) return;
  if (found.can_install_plugin()) {
    if (confirm("Have Claude Code install csb's plugin, so that it has sessions archived, and finds them?",
                true))
      return;
    choices.way = app::SetupChoices::Way::hooks;
  }
  choices.hooks = confirm(fmt::format("Put csb's hooks into {}/settings.json, so that Claude Code itself has "
                                      "sessions archived?",
                                      with_tilde(bare->path)),
                          true);
}

/// Each question once; what the command line decided is not asked.
void ask(const Arguments& arguments, const app::SetupFound& found, app::SetupChoices& choices) {
  if (!arguments.import_history) ask_about_history(found, choices);
  if (!arguments.no_hooks && !arguments.plugin && !arguments.hooks) ask_about_hooks(found, choices);
  if (!arguments.no_schedule && found.scheduler &&
      found.schedule.state == app::ScheduleStatus::State::not_installed)
    choices.schedule = confirm(fmt::format("Back up every {} minutes as well, by {}?",
                                           choices.interval.value_or(60), app::to_string(*found.scheduler)),
                               true);
  const bool short_lived =
      std::any_of(found.directories.begin(), found.directories.end(), [](const auto& directory) {
        return directory.exists && directory.keep_days && *directory.keep_days < kLongerDays;
      });
  if (!arguments.keep_days && short_lived &&
      confirm(
          fmt::format(
              "Claude Code deletes transcripts after {} days. Have it keep them for {}, so that fewer have "
              "to be restored?",
              *found.directories.front().keep_days, kLongerDays),
          true))
    choices.keep_days = kLongerDays;
}

int undo(Call& call, bool dry_run) {
  const auto steps = app::undo_setup(call.settings(), dry_run);
  const Screen screen = screen_of(call);
  if (call.global.json) {
    call.out.write(to_json(steps, dry_run));
  } else {
    for (const app::SetupStep& step : steps) call.out.write(render(step, screen));
    call.out.flush();
    if (steps.empty()) call.messages.note("there is nothing to take back");
  }
  const bool failed = std::any_of(steps.begin(), steps.end(), [](const auto& step) {
    return step.state == app::SetupStep::State::failed;
  });
  return failed ? kIncomplete : kDone;
}

int run_setup(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kDone;
  if (arguments.undo) return undo(call, arguments.dry_run);
  const app::Settings settings = call.settings();
  const app::SetupFound found = app::look_around(settings);
  const Screen screen = screen_of(call);
  const bool talk = !call.global.json && !call.global.quiet;
  if (talk) call.out.write(render(found, screen));
  call.out.flush();
  app::SetupChoices choices = choices_of(arguments, found);
  if (!arguments.automatic && !arguments.dry_run) ask(arguments, found, choices);

  const app::SetupResult result = app::set_up(settings, call.global.where, found, choices, arguments.dry_run,
                                              [&](const app::SetupStep& step) {
                                                if (!talk) return;
                                                call.out.write(render(step, screen));
                                                call.out.flush();
                                              });
  if (call.global.json)
    call.out.write(to_json(found, result, arguments.dry_run));
  else if (talk && !arguments.dry_run)
    call.out.write(render(result.checklist, screen));
  call.out.flush();
  if (!talk && !call.global.json)
    for (const app::SetupStep& step : result.steps)
      if (step.state == app::SetupStep::State::failed) call.messages.error(step.what + ": " + step.text);
  return result.failed() ? kIncomplete : kDone;
}

}  // namespace

Command setup_command() {
  return {
      "setup",
      "have everything done by itself from now on",
      Command::Group::save,
      run_setup,
      "[OPTION]...",
      "Finds the Claude directories, makes the first backup (and the store), has the client "
      "install csb's plugin (or, where there is no client to do it, puts csb's hooks into its "
      "settings.json; never both), installs a schedule behind them, offers to fetch the "
      "history of "
      "a git repository in the Claude directory and to have the client keep transcripts longer, and closes "
      "with a list of what is protected and what is not. It asks on a terminal, each question once; --auto "
      "asks "
      "nothing, does all that is safe, and leaves the client's period and a history with secrets in it "
      "alone.\n"
      "Run again, it does what is left. --undo takes back what it changed outside of csb's home: the plugin, "
      "settings "
      "files byte for byte as they were where nobody else has changed them since, crontab and units too. The "
      "store stays, and the lists and caches that the client keeps of plugins.",
      {{"csb setup", "guided"},
       {"csb setup --auto", "without questions"},
       {"csb setup --auto --hooks", "hooks in the client's settings, not the plugin"},
       {"csb setup --auto --keep-days 365", "and have transcripts kept for a year"},
       {"csb setup --dry-run", "what would it do?"},
       {"csb setup --undo", "take it back"}},
      {kIncomplete}};
}

}  // namespace csb::cli
