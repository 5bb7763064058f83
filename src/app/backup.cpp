#include "csb/app/backup.hpp"

#include <algorithm>
#include <utility>

#include "backup_run.hpp"
#include "backup_turn.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

/// Before anything is made for it: a missing root leaves no trace.
void require_root(const Settings& settings) {
  if (fs::is_directory(settings.claude_dir)) return;
  throw Error(
      ErrorCode::failed, "there is no directory '" + settings.claude_dir + "' to back up",
      "nothing counts as deleted; is it mounted? --claude-dir or $CLAUDE_CONFIG_DIR name another one");
}

/// What a run that was wished for meanwhile adds to the report of the one before it.
void append(BackupResult& all, BackupResult more) {
  for (const auto count :
       {&BackupResult::added, &BackupResult::changed, &BackupResult::moved, &BackupResult::shrunk,
        &BackupResult::deleted, &BackupResult::sessions_added, &BackupResult::sessions_changed,
        &BackupResult::sessions_moved, &BackupResult::sessions_shrunk, &BackupResult::sessions_deleted,
        &BackupResult::files_opened, &BackupResult::bytes_read, &BackupResult::bytes_parsed,
        &BackupResult::bytes_written, &BackupResult::objects_written})
    all.*count += more.*count;
  all.files_seen = more.files_seen;
  if (more.noise_commit) all.noise_commit = more.noise_commit;
  if (more.user_commit) all.user_commit = more.user_commit;
  all.store_opened |= more.store_opened;
  all.store_created |= more.store_created;
  all.changes.insert(all.changes.end(), more.changes.begin(), more.changes.end());
  all.secrets = std::move(more.secrets);
  // What is still wrong, the later run says again; notes are said once.
  std::erase_if(all.problems,
                [](const Problem& problem) { return problem.severity != Problem::Severity::note; });
  for (Problem& problem : more.problems) {
    const bool said = std::any_of(all.problems.begin(), all.problems.end(), [&](const Problem& earlier) {
      return earlier.path == problem.path && earlier.what == problem.what;
    });
    if (!said) all.problems.push_back(std::move(problem));
  }
  all.ended_ns = more.ended_ns;
}

}  // namespace

bool BackupResult::incomplete() const {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Problem::Severity::not_saved; });
}

BackupResult backup(const Settings& settings, const BackupOptions& options) {
  require_root(settings);
  if (options.dry_run) return BackupRun(settings, options).run();
  fs::make_directories(settings.home);
  BackupResult result;
  work_in_turn(settings, options.patience, [&](bool again) {
    if (!again) {
      result = BackupRun(settings, options).run();
      return;
    }
    BackupOptions everything;  // whatever another run wished for
    everything.progress = options.progress;
    append(result, BackupRun(settings, everything).run());
  });
  return result;
}

}  // namespace csb::app
