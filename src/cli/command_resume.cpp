#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "command_functions.hpp"
#include "csb/app/restore.hpp"
#include "csb/app/resume.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

struct ResumeFlags {
  std::string query;
  bool print = false, restore = false, no_restore = false, allow_live = false;
  std::vector<std::string> passed_on;
};

/// What stands behind "--" is the client's.
std::vector<std::string> take_passed_on(std::vector<std::string>& arguments) {
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  if (dashes == arguments.end()) return {};
  std::vector<std::string> passed_on(dashes + 1, arguments.end());
  arguments.erase(dashes, arguments.end());
  return passed_on;
}

/// Asked of the person at the terminal; a plain Enter is yes. @return nothing when there is none to ask
std::optional<bool> ask(Call& call, const std::string& question) {
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1) return std::nullopt;
  call.messages.note(question + " [Y/n]");
  std::string answer(64, '\0');
  const ssize_t n = ::read(STDIN_FILENO, answer.data(), answer.size());
  if (n <= 0) return false;
  return answer[0] == 'y' || answer[0] == 'Y' || answer[0] == '\n';
}

/// Its files are brought back first, if that is wanted.
void restore_deleted(Call& call, const app::Settings& settings, const catalogue::Session& session,
                     const ResumeFlags& flags) {
  const std::string what = fmt::format("session {} ({}) was deleted", session.id.brief(), title_of(session));
  const std::string hint = fmt::format("'csb resume --restore {}' brings it back first", session.id.brief());
  if (flags.no_restore) throw Error(ErrorCode::failed, what, hint);
  if (!flags.restore) {
    const auto wanted = ask(call, what + "; bring it back?");
    if (!wanted || !*wanted) throw Error(ErrorCode::failed, what, hint);
  }
  app::RestoreOptions options;
  options.sessions = {session.id.text()};
  const app::RestoreResult result = app::restore(settings, options);
  for (const app::RestoredSession& restored : result.sessions)
    for (const app::RestoredFile& file : restored.files)
      if (file.outcome == app::RestoredFile::Outcome::failed ||
          file.outcome == app::RestoredFile::Outcome::refused)
        call.messages.problem({Problem::Severity::not_saved, file.path, file.reason, {}});
  call.messages.note(fmt::format("session {} is back", session.id.brief()));
}

std::string shell_line(const app::ResumePlan& plan) {
  std::string line;
  if (!plan.directory.empty()) line += "cd " + shell_word(plan.directory) + " && ";
  for (const auto& [name, value] : plan.environment)
    line += value.empty() ? "env -u " + name + " " : name + "=" + shell_word(value) + " ";
  line += shell_word(plan.program);
  for (const std::string& argument : plan.arguments) line += " " + shell_word(argument);
  return line;
}

std::string to_json(const app::ResumePlan& plan) {
  Json document;
  document["schema"] = "csb.resume/1";
  document["id"] = plan.inspected.session.id.text();
  document["state"] = app::to_string(plan.inspected.state);
  document["open_now"] = plan.open_now;
  put_path(document, "folder", plan.directory);
  document["command"] = plan.arguments;
  document["command"].insert(document["command"].begin(), plan.program);
  document["environment"] = Json::array();
  for (const auto& [name, value] : plan.environment)
    document["environment"].push_back({{"name", name}, {"value", text_or_null(value)}});
  return dump(document);
}

/// Everything up to the client itself, in which the catalogue is closed again.
app::ResumePlan prepare(Call& call, const app::Settings& settings, const ResumeFlags& flags) {
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  const auto session = app::session_to_resume(settings, catalogue, flags.query, fs::real_path("."));
  app::ResumePlan plan = app::plan_resume(settings, session, flags.passed_on);
  if (flags.print || call.global.json) return plan;
  if (plan.open_now && !flags.allow_live)
    throw Error(
        ErrorCode::failed,
        fmt::format("session {} ({}) is open in a running client", session.id.brief(), title_of(session)),
        "two clients at once write into each other's conversation; --allow-live goes on all the same");
  if (plan.inspected.state == app::SessionState::deleted) {
    restore_deleted(call, settings, session, flags);
    plan = app::plan_resume(settings, session, flags.passed_on);
  }
  app::check_resumable(session);
  return plan;
}

int run_resume(Call& call) {
  ResumeFlags flags;
  flags.passed_on = take_passed_on(call.arguments);
  Options options(call);
  options.optional_word("ID", flags.query,
                        std::string(kSessionHelp) + "; without one, the newest of this folder");
  options.flag("--restore", flags.restore, "bring a deleted session back first, without asking");
  options.flag("--no-restore", flags.no_restore, "never bring one back");
  options.flag("--allow-live", flags.allow_live, "go on although a running client has it open");
  options.flag("--print", flags.print, "print the command; run nothing");
  if (!options.parse()) return kDone;
  if (flags.restore && flags.no_restore)
    throw Error(ErrorCode::usage, "--restore and --no-restore exclude each other", "leave one of them out");

  const app::ResumePlan plan = prepare(call, call.settings(), flags);
  if (call.global.json) return call.out.write(to_json(plan)), kDone;
  if (!plan.lost_directory.empty())
    call.messages.note(
        fmt::format("its folder {} is not there any more: it goes on in this one", plan.lost_directory));
  if (flags.print) return call.out.line(shell_line(plan)), kDone;
  call.out.flush();
  become_program(plan.program, plan.arguments, plan.directory, plan.environment);
}

}  // namespace

Command resume_command_entry() {
  return {
      "resume",
      "go on with a session",
      Command::Group::bring_back,
      run_resume,
      "[OPTION]... [ID] [-- ARGUMENT...]",
      "Goes to the folder of a session and runs 'claude --resume' for it there, with the arguments behind "
      "'--'. Stops when a running client has it open; offers to bring it back when it was deleted. The "
      "client is 'claude' of PATH, or what csb.claude names. The exit status is the client's own.",
      {{"csb resume 3f2a9c1e", "go on with it"},
       {"csb resume", "with the newest session of this folder"},
       {"csb resume 'fix login' -- --model opus", "with arguments for the client"},
       {"csb resume 3f2a9c1e --restore", "also if it was deleted"},
       {"csb resume 3f2a9c1e --print", "only say how"}},
      {kNotFound}};
}

}  // namespace csb::cli
