#include <algorithm>

#include "command_functions.hpp"
#include "csb/app/restore.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

void refuse_contradictions(const app::RestoreOptions& restore, const std::string& deleted_since,
                           const std::string& at) {
  const auto refuse = [](const char* what, const char* hint) { throw Error(ErrorCode::usage, what, hint); };
  if (restore.sessions.empty() && deleted_since.empty())
    refuse("which session?",
           "name one or more, or --deleted-since TIME; 'csb list --deleted only' shows what is gone");
  if (!restore.sessions.empty() && !deleted_since.empty())
    refuse("--deleted-since takes the place of ids", "leave one of them out");
  if (restore.version && !at.empty())
    refuse("--version and --at exclude each other", "leave one of them out");
  if (restore.version && (restore.sessions.size() != 1))
    refuse("--version is for one session",
           "versions are numbered for each session by itself; use --at for several");
}

int run_restore(Call& call) {
  app::RestoreOptions restore;
  std::string deleted_since, at;
  Options options(call);
  options.words("ID", restore.sessions, 0, "sessions, as for 'csb show'");
  options.number("--version", "N", restore.version,
                 "this version of the transcript, by its number in 'csb log'");
  options.text("--at", "TIME", at, "the state at this time");
  options.text("--deleted-since", "TIME", deleted_since,
               "instead of ids: every session found deleted since then");
  options.flag("-n,--dry-run", restore.dry_run, "say what would be written; write nothing");
  options.flag("--force", restore.force, "replace what is there, after archiving it");
  options.text("--to", "DIR", restore.to, "write beneath this directory instead");
  options.text("--only", "transcript|PATH", restore.only, "only the transcript, or one file");
  options.flag("--exact-times", restore.exact_times,
               "set the recorded times, even where the client's next sweep deletes the file again");
  if (!options.parse()) return kDone;
  refuse_contradictions(restore, deleted_since, at);
  if (!at.empty()) restore.at_ns = time_argument("--at", at);
  if (!deleted_since.empty()) restore.deleted_since_ns = time_argument("--deleted-since", deleted_since);

  const app::RestoreResult result = app::restore(call.settings(), restore);
  if (call.global.json) {
    call.out.write(to_json(result, restore.dry_run));
  } else if (!call.global.quiet) {
    call.out.write(render(result, restore.dry_run, screen_of(call)));
  }
  if (!call.global.json) {
    call.out.flush();
    for (const std::string& note : result.notes) call.messages.note(note);
  }
  return result.incomplete() ? kIncomplete : kDone;
}

}  // namespace

Command restore_command() {
  return {
      "restore",
      "bring a session back",
      Command::Group::bring_back,
      run_restore,
      "[OPTION]... ID...",
      "Writes a session's files back where they were, all of them, and checks what it wrote. What is there "
      "already "
      "is left alone unless --force is given. Stubs and blanked transcripts are never taken unless named by "
      "--version. Times are chosen so that the client's next sweep leaves the files alone.",
      {{"csb restore 3f2a9c1e", "bring it back"},
       {"csb restore 3f2a9c1e --dry-run", "say what would be written"},
       {"csb restore 3f2a9c1e --version 2 --to /tmp/old", "an earlier version, to another place"},
       {"csb restore --deleted-since 7d", "everything that went in the last week"}},
      {kIncomplete, kNotFound, kBusy, kRefused}};
}

}  // namespace csb::cli
