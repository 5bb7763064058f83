#include "command_functions.hpp"
#include "csb/app/backup.hpp"
#include "csb/app/maintain.hpp"
#include "csb/app/program_path.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/progress.hpp"

namespace csb::cli {
namespace {

int run_backup(Call& call) {
  app::BackupOptions backup;
  std::optional<std::uint64_t> wait_seconds;
  Options options(call);
  options.flag("-n,--dry-run", backup.dry_run, "say what would be stored; write nothing");
  options.text("--session", "ID", backup.session, "only this session's files, as fast as possible");
  options.flag("--no-commit", backup.no_commit,
               "bring the catalogue up to date and store nothing: this protects nothing");
  options.number("--wait", "SECONDS", wait_seconds, "how long to wait for another run to end (default 0)");
  if (!options.parse()) return kDone;

  backup.patience = std::chrono::seconds(wait_seconds.value_or(0));
  Progress progress("Backing up", Progress::Unit::bytes, !call.global.quiet);
  backup.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const app::BackupResult result = app::backup(call.settings(), backup);
  if (!backup.dry_run) app::remember_program(call.settings());
  progress.clear();

  if (call.global.json) {
    call.out.write(to_json(result, backup.dry_run));
  } else if (!call.global.quiet) {
    call.out.write(render(result, backup.dry_run, screen_of(call)));
  }
  if (!call.global.json) call.messages.problems(result.problems);
  return result.incomplete() ? kIncomplete : kDone;
}

int run_maintain(Call& call) {
  bool all = false;
  Options options(call);
  options.flag("--all", all, "merge everything into one pack");
  if (!options.parse()) return kDone;

  const archive::MaintainReport report = app::maintain(call.settings(), all);
  if (call.global.json) {
    call.out.write(to_json(report));
  } else if (!call.global.quiet) {
    call.out.write(render(report, screen_of(call)));
  }
  return kDone;
}

}  // namespace

Command backup_command() {
  return {"backup",
          "store what is new or changed",
          Command::Group::save,
          run_backup,
          "[OPTION]...",
          "Stores every session file and setting that is new or changed since the last backup, in "
          "one or two commits. "
          "Nothing changed: nothing is written. Secrets are never stored. What the client deleted "
          "stays in the store.",
          {{"csb backup", "store everything"},
           {"csb backup --dry-run", "list what would be stored, and the secrets left out"},
           {"csb backup --session 3f2a9c1e --quiet", "one session only; for hooks"},
           {"csb backup --wait 30", "wait up to half a minute for another run"}},
          {kIncomplete, kNotFound, kBusy, kRefused}};
}

Command maintain_command() {
  return {
      "maintain",
      "tidy the store (never needed by hand)",
      Command::Group::save,
      run_maintain,
      "[--all]",
      "Merges packs so that their number stays small, and removes what killed runs left behind. Backups do "
      "this by "
      "themselves when it is due.",
      {{"csb maintain", "merge what is due"}, {"csb maintain --all", "merge everything into one pack"}},
      {kNotFound, kBusy, kRefused}};
}

}  // namespace csb::cli
