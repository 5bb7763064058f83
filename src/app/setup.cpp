#include "csb/app/setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "csb/app/backup.hpp"
#include "csb/util/error.hpp"
#include "setup_history.hpp"
#include "setup_plugin.hpp"
#include "setup_settings.hpp"

namespace csb::app {
namespace {

using State = SetupStep::State;

constexpr std::chrono::milliseconds kBackupPatience{60'000};
constexpr unsigned kHourly = 60;

/// One run of set_up().
class Run {
 public:
  Run(const Settings& settings, const SettingOverrides& overrides, const SetupFound& found,
      const SetupChoices& choices, bool dry_run, const std::function<void(const SetupStep&)>& done)
      : settings_(settings),
        overrides_(overrides),
        found_(found),
        choices_(choices),
        dry_run_(dry_run),
        done_(done) {}

  SetupResult run() {
    if (!dry_run_) record_ = read_setup_record(settings_);
    if (choices_.backup) attempt("backup", [this] { back_up(); });
    if (choices_.import_history)
      for (const FoundHistory& history : found_.histories) attempt("history", [&] { import(history); });
    for (const FoundDirectory& directory : found_.directories)
      if (directory.exists) have_csb_called(directory);
    if (choices_.schedule) attempt("schedule", [this] { schedule(); });
    check_list();
    return std::move(result_);
  }

 private:
  void add(SetupStep step) {
    if (done_) done_(step);
    result_.steps.push_back(std::move(step));
  }

  /// What fails is a step of its own; the others are made.
  template <typename Work>
  void attempt(const char* what, const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) throw;
      add({what, State::failed,
           error.what() + (error.hint().empty() ? std::string() : " (" + error.hint() + ")")});
    } catch (const std::exception& error) {
      add({what, State::failed, error.what()});
    }
  }

  void back_up() {
    if (dry_run_) return add({"backup", State::planned, "a backup into " + settings_.store});
    BackupOptions options;
    options.patience = kBackupPatience;
    const BackupResult done = backup(settings_, options);
    const std::string text = fmt::format("{} files in {}{}", done.files_seen, settings_.store,
                                         done.store_created ? " (made just now)" : "");
    if (done.incomplete())
      add({"backup", State::failed, text + ", but some were not saved: 'csb backup' names them"});
    else
      add({"backup", done.changes.empty() ? State::already : State::done, text});
  }

  void import(const FoundHistory& history) {
    const std::string text = "the history in " + history.path;
    if (history.is_store) return add({"history", State::already, text + " is the store"});
    if (!history.trouble.empty()) return add({"history", State::failed, history.trouble});
    if (history.branches == 0) return add({"history", State::skipped, text + " has no branch"});
    if (history.imported) return add({"history", State::already, text + " is in the store"});
    if (!settings_.store_is_default)
      return add({"history", State::skipped,
                  text + " is not fetched into a repository of yours: that is yours to do"});
    if (!dry_run_) import_history(settings_, history);
    add({"history", dry_run_ ? State::planned : State::done, text + " is fetched into the store"});
  }

  [[nodiscard]] bool wants_plugin(const FoundDirectory& directory) const {
    using Way = SetupChoices::Way;
    if (!choices_.hooks || directory.plugin || choices_.way == Way::hooks) return false;
    return choices_.way == Way::plugin || (found_.can_install_plugin() && !directory.some_hooks);
  }

  void have_csb_called(FoundDirectory directory) {
    SetupChoices choices = choices_;
    const bool had_plugin = directory.plugin;
    if (wants_plugin(directory)) {
      directory.plugin = plug_in(directory);
      // Somebody who asked for the plugin is not given hooks instead.
      choices.hooks = !directory.plugin && choices_.way == SetupChoices::Way::either;
    }
    const bool is_new = directory.plugin && !had_plugin;
    attempt("hooks", [&] {
      for (SetupStep& step : change_settings(settings_, record_, directory, choices, dry_run_))
        if (!is_new || step.what != "hooks" || directory.some_hooks) add(std::move(step));
    });
  }

  /// @return whether the plugin is there now, or would be
  bool plug_in(const FoundDirectory& directory) {
    const FoundClient& client = found_.client;
    try {
      if (client.program.empty()) throw Error(ErrorCode::failed, "there is no 'claude' in PATH");
      if (!client.trouble.empty()) throw Error(ErrorCode::failed, client.trouble);
      if (found_.marketplace.empty())
        throw Error(ErrorCode::failed, "the plugin's files are not where this csb is installed");
      if (!dry_run_) install_plugin(settings_, record_, directory, found_);
    } catch (const std::exception& error) {
      const bool is_meant = choices_.way == SetupChoices::Way::plugin;
      add({"plugin", is_meant ? State::failed : State::skipped, error.what()});
      return false;
    }
    add({"plugin", dry_run_ ? State::planned : State::done,
         fmt::format("csb's plugin in {}, from {}, by {}", directory.path, found_.marketplace,
                     client.program)});
    return true;
  }

  void schedule() {
    const unsigned there = found_.schedule.interval;
    const unsigned interval = choices_.interval.value_or(there == 0 ? kHourly : there);
    const bool runs = found_.schedule.state == ScheduleStatus::State::ok ||
                      found_.schedule.state == ScheduleStatus::State::pending;
    if (runs && there == interval) return add({"schedule", State::already, "installed and running"});
    if (!found_.scheduler)
      return add({"schedule", State::skipped, "none can run here: " + found_.no_scheduler});
    const std::string text = fmt::format("every {} minutes, by {}", interval, to_string(*found_.scheduler));
    if (dry_run_) return add({"schedule", State::planned, text});
    if (found_.schedule.state == ScheduleStatus::State::not_installed && !record_.schedule) {
      record_.schedule = true;
      write_setup_record(settings_, record_);
    }
    const auto installed = install_schedule(settings_, overrides_, {.interval = interval});
    if (installed.status.state == ScheduleStatus::State::not_running)
      return add({"schedule", State::failed, "installed, but not running: " + installed.status.reason});
    add({"schedule", State::done, text});
    for (const std::string& note : installed.status.notes) add({"schedule", State::done, note});
  }

  [[nodiscard]] bool made(const std::string& what) const {
    bool any = false;
    for (const SetupStep& step : result_.steps) {
      if (step.what != what) continue;
      if (step.state == State::failed || step.state == State::skipped) return false;
      any = any || step.state == State::done || step.state == State::already;
    }
    return any;
  }

  void check_list() {
    const auto say = [this](bool is, std::string text) {
      result_.checklist.push_back({is, std::move(text)});
    };
    const bool hooks = made("hooks") || made("plugin"), scheduled = made("schedule");
    say(made("backup"), "what is on disk now is in the store, every version of it from now on");
    say(hooks, "before each compaction, and at the end of each answer and session, it is archived (hooks)");
    if (made("plugin")) say(true, "in the client, /csb:search and its like find earlier sessions (plugin)");
    say(scheduled,
        "what the hooks miss, as when the client is killed, is archived from time to time (schedule)");
    for (const FoundHistory& history : found_.histories)
      if (!history.is_store)
        say(history.imported || made("history"),
            "what another tool kept in " + history.path + "/.git is in the store");
    for (const std::string& chats : found_.chat_stores)
      say(false, "the claude.ai chats in " + chats + " ('csb chats import' takes them)");
    say(false,
        "the disk itself: the store is on it. A copy elsewhere is yours to make ('git push', a backup of " +
            settings_.store + ")");
    say(false, "credentials and keys: they are never stored, on purpose");
  }

  const Settings& settings_;
  const SettingOverrides& overrides_;
  const SetupFound& found_;
  const SetupChoices& choices_;
  bool dry_run_;
  const std::function<void(const SetupStep&)>& done_;
  SetupRecord record_;
  SetupResult result_;
};

}  // namespace

std::string_view to_string(SetupStep::State state) {
  switch (state) {
    case State::done:
      return "done";
    case State::already:
      return "already";
    case State::planned:
      return "planned";
    case State::skipped:
      return "skipped";
    case State::failed:
      return "failed";
  }
  return "failed";
}

bool SetupResult::failed() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const SetupStep& step) { return step.state == State::failed; });
}

SetupResult set_up(const Settings& settings, const SettingOverrides& overrides, const SetupFound& found,
                   const SetupChoices& choices, bool dry_run,
                   const std::function<void(const SetupStep&)>& done) {
  if (choices.interval) require_interval(*choices.interval);
  const bool any = std::any_of(found.directories.begin(), found.directories.end(),
                               [](const FoundDirectory& directory) { return directory.exists; });
  if (!any)
    throw Error(ErrorCode::failed, "there is no Claude directory at " + found.directories.front().path,
                "run Claude Code once, or name its directory with --claude-dir or CLAUDE_CONFIG_DIR");
  return Run(settings, overrides, found, choices, dry_run, done).run();
}

std::vector<SetupStep> undo_setup(const Settings& settings, bool dry_run) {
  std::vector<SetupStep> steps;
  SetupRecord record = read_setup_record(settings);
  std::vector<ChangedSettings> left;
  for (const ChangedSettings& file : record.files) {
    try {
      bool failed = false;
      if (file.plugin)
        for (SetupStep& step : uninstall_plugin(settings, file, dry_run)) {
          failed = failed || step.state == State::failed;
          steps.push_back(std::move(step));
        }
      steps.push_back(restore_settings(file, dry_run));
      if (failed) left.push_back(file);
    } catch (const Error& error) {
      steps.push_back({"settings", State::failed, error.what()});
      left.push_back(file);
    }
  }
  if (record.schedule) {
    try {
      const auto removed = remove_schedule(settings, dry_run);
      for (const std::string& each : removed)
        steps.push_back({"schedule", dry_run ? State::planned : State::done, each + " is removed"});
      record.schedule = false;
    } catch (const Error& error) {
      steps.push_back({"schedule", State::failed, error.what()});
    }
  }
  if (dry_run) return steps;
  record.files = std::move(left);
  if (record.empty())
    forget_setup_record(settings);
  else
    write_setup_record(settings, record);  // what failed can be tried again
  return steps;
}

}  // namespace csb::app
