#include "csb/app/status.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>

#include "backup_failure.hpp"
#include "csb/app/roots.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/scan/walk.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/parallel.hpp"
#include "last_look.hpp"
#include "retentions.hpp"

namespace csb::app {
namespace {

/// Older than this, the last backup is worth a word when something waits.
constexpr std::int64_t kStaleNs = 7 * kNsPerDay;

void add_problem(StatusResult& result, Problem::Severity severity, std::string path, std::string what,
                 std::string hint) {
  result.problems.push_back({severity, std::move(path), std::move(what), std::move(hint)});
}

bool is_beneath_any(std::string_view path, const std::vector<std::string>& directories) {
  return std::any_of(directories.begin(), directories.end(),
                     [&](const std::string& directory) { return is_beneath(path, directory); });
}

/// Relative to the first directory, where most of them are; absolute in another.
std::string place_of(const Root& root, const Settings& settings, const std::string& path) {
  return root.directory == settings.claude_dir ? path : root.directory + "/" + path;
}

/// A transcript that went from one folder and came up in another is one move.
void join_moves(std::vector<PendingChange>& pending, const source::Source& source) {
  std::map<std::string, std::size_t> gone;  // session → index
  const auto session = [&source](const PendingChange& change) -> std::string {
    if (!source.is_transcript(change.path)) return {};
    const auto id = source.session_of(change.path);
    return id ? id->text() : std::string();
  };
  for (std::size_t i = 0; i < pending.size(); ++i)
    if (pending[i].kind == PendingChange::Kind::deleted && !session(pending[i]).empty())
      gone[session(pending[i])] = i;
  std::vector<bool> drop(pending.size());
  for (PendingChange& change : pending) {
    const auto found = change.kind == PendingChange::Kind::added ? gone.find(session(change)) : gone.end();
    if (found == gone.end()) continue;
    change.kind = PendingChange::Kind::moved;
    change.stored_size = pending[found->second].stored_size;
    drop[found->second] = true;
  }
  std::vector<PendingChange> kept;
  for (std::size_t i = 0; i < pending.size(); ++i)
    if (!drop[i]) kept.push_back(std::move(pending[i]));
  pending = std::move(kept);
}

/// Both lists are sorted by path.
void compare(StatusResult& result, const std::vector<catalogue::KnownFile>& known,
             const scan::WalkResult& walk, const Root& root, const source::PathPolicy& policy) {
  std::vector<PendingChange> pending;
  auto k = known.begin();
  const auto gone = [&](const catalogue::KnownFile& file) {
    const PathClass path_class = policy.classify(file.path).path_class;
    const bool is_left_alone = path_class == PathClass::skip || path_class == PathClass::unknown;
    if (!is_left_alone && !is_beneath_any(file.path, walk.unreadable))
      pending.push_back({PendingChange::Kind::deleted, file.path, file.stamp.size, 0, root.directory});
  };
  for (const scan::FoundFile& found : walk.files) {
    for (; k != known.end() && k->path < found.path; ++k) gone(*k);
    if (k == known.end() || k->path != found.path) {
      pending.push_back({PendingChange::Kind::added, found.path, 0, found.stamp.size, root.directory});
      continue;
    }
    if (k->stamp == found.stamp) {
      ++result.files_unchanged;
    } else {
      const auto kind =
          found.stamp.size < k->stamp.size ? PendingChange::Kind::shrunk : PendingChange::Kind::changed;
      pending.push_back({kind, found.path, k->stamp.size, found.stamp.size, root.directory});
    }
    ++k;
  }
  for (; k != known.end(); ++k) gone(*k);
  join_moves(pending, *root.source);
  result.pending.insert(result.pending.end(), std::make_move_iterator(pending.begin()),
                        std::make_move_iterator(pending.end()));
}

void look_at_root(StatusResult& result, const Settings& settings, const Root& root,
                  const catalogue::Catalogue* catalogue) {
  const Fd directory = open_at(AT_FDCWD, root.directory, O_RDONLY | O_DIRECTORY);
  if (!directory) {
    add_problem(
        result, Problem::Severity::not_saved, root.directory,
        std::string("the directory cannot be read: ") + std::strerror(errno),
        "set --claude-dir or CLAUDE_CONFIG_DIR; a missing directory is never taken for deleted sessions");
    return;
  }
  const auto policy = root.source->policy(settings.policy);
  const scan::WalkResult walk = scan::walk(directory.get(), policy->walk_policy(), worker_count());
  std::vector<catalogue::KnownFile> known;
  if (catalogue != nullptr)
    if (const auto known_root = catalogue->find_root(root.branch))
      known = catalogue->known_files(known_root->id);
  compare(result, known, walk, root, *policy);
  result.compared = true;
  for (const std::string& path : walk.unknown)
    add_problem(result, Problem::Severity::note, place_of(root, settings, path),
                "not known to csb, so not stored",
                "add it with csb.include in the configuration, or leave it out with csb.exclude");
  for (const Problem& problem : walk.problems)
    add_problem(result, problem.severity, place_of(root, settings, problem.path), problem.what, problem.hint);
}

void look_at_sessions(StatusResult& result, const catalogue::Catalogue& catalogue) {
  const std::int64_t now = now_ns();
  Retentions retentions;
  for (catalogue::Session& session : catalogue.sessions({}).sessions) {
    const bool diminished = session.last_op == ChangeOp::shrink || session.last_op == ChangeOp::rewrite;
    const source::Retention& retention = retentions.of(session);
    InspectedSession inspected = inspect_session(std::move(session), retention);
    if (inspected.swept_ns && *inspected.swept_ns < now + 7 * kNsPerDay) ++result.swept_within_week;
    if (diminished && inspected.state != SessionState::deleted)
      result.diminished.push_back(std::move(inspected));
  }
}

void look_at_catalogue(StatusResult& result, const catalogue::Catalogue& catalogue) {
  for (const catalogue::Root& root : catalogue.roots())
    result.roots.push_back({root.path, root.source, root.branch, fs::is_directory(root.path), root.head, {}});
  result.totals = catalogue.totals();
  for (catalogue::RunRecord& run : catalogue.last_runs(20)) {
    if (run.command != "backup") continue;
    result.last_backup = std::move(run);
    break;
  }
}

/// A run is on record in the catalogue when it stored something, and root by root as a look in any case.
void take_newest_look(StatusResult& result) {
  std::optional<catalogue::RunRecord> newest;
  int worst = 0;
  for (const RootStatus& root : result.roots) {
    if (!root.last_look) continue;
    if (!newest || root.last_look->ended_ns > newest->ended_ns) newest = root.last_look;
    worst = std::max(worst, root.last_look->exit_status);
  }
  if (!newest) return;
  newest->exit_status = worst;
  auto& last = result.last_backup;
  if (!last || newest->started_ns > last->ended_ns) {
    last = newest;
  } else if (last->started_ns <= newest->ended_ns) {  // of the same run; a later one was of a single session
    last->exit_status = worst;
  }
}

/// The roots of these settings, those that were never archived too, and when each was looked at.
void look_at_looks(StatusResult& result, const Settings& settings, const std::vector<Root>& roots) {
  const std::vector<Look> looks = last_looks(settings);
  for (const Root& root : roots) {
    auto known = std::find_if(result.roots.begin(), result.roots.end(),
                              [&](const RootStatus& other) { return other.branch == root.branch; });
    if (known == result.roots.end()) {
      const bool here = fs::is_directory(root.directory);
      result.roots.push_back(
          {root.directory, std::string(root.source->name()), root.branch, here, std::nullopt, {}});
      known = result.roots.end() - 1;
    }
    for (const Look& look : looks)
      if (look.branch == root.branch) known->last_look = look.run;
  }
  take_newest_look(result);
}

/// What failed may be the catalogue, so this is asked whether there is one or not.
void look_at_failure(StatusResult& result, const Settings& settings) {
  auto failure = last_failure(settings);
  if (!failure) return;
  failure->command = "backup";
  result.last_backup = std::move(failure);
}

bool failed(const catalogue::RunRecord& run) { return run.exit_status != 0 && run.exit_status != 11; }

void judge(StatusResult& result, const Settings& settings) {
  const auto& last = result.last_backup;
  if (!result.store_exists)
    add_problem(result, Problem::Severity::not_saved, settings.store,
                "there is no store yet: nothing is safe", "run 'csb backup'");
  if (last && failed(*last)) {
    add_problem(result, Problem::Severity::not_saved, {},
                "the last backup ended with status " + std::to_string(last->exit_status) +
                    (last->summary.empty() ? "" : ": " + last->summary),
                "run 'csb backup' and read what it says");
  } else if (!last && result.store_exists) {
    add_problem(result, Problem::Severity::note, {}, "no backup is on record", "run 'csb backup'");
  } else if (last && !result.pending.empty() && now_ns() - last->ended_ns > kStaleNs) {
    add_problem(result, Problem::Severity::not_saved, {}, "the last backup is more than a week old",
                "run 'csb backup'");
  }
  if (!result.retention.days)
    add_problem(result, Problem::Severity::note, result.retention.origin,
                "the client's settings cannot be read, so it has paused its cleanup", {});
}

}  // namespace

bool StatusResult::wrong() const {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Problem::Severity::not_saved; });
}

std::uint64_t disk_usage(const std::string& directory) {
  std::uint64_t bytes = 0;
  for (const std::string& name : fs::list_directory(directory)) {
    struct stat st {};
    const std::string path = directory + "/" + name;
    if (::lstat(path.c_str(), &st) != 0) continue;  // it went while we looked
    bytes += S_ISDIR(st.st_mode) ? disk_usage(path) : static_cast<std::uint64_t>(st.st_size);
  }
  return bytes;
}

StatusResult status(const Settings& settings, const catalogue::Catalogue* catalogue) {
  StatusResult result;
  result.store = settings.store;
  result.store_exists = fs::is_directory(settings.store);
  result.store_bytes = disk_usage(settings.store);
  struct stat st {};
  if (::stat(settings.catalogue_file().c_str(), &st) == 0)
    result.catalogue_bytes = static_cast<std::uint64_t>(st.st_size);
  const std::vector<Root> roots = roots_of(settings, catalogue);
  result.retention = roots.front().source->retention(roots.front().directory);
  for (const Root& root : roots) result.open_sessions += root.source->live_sessions(root.directory).size();
  if (catalogue != nullptr) {
    look_at_catalogue(result, *catalogue);
    look_at_sessions(result, *catalogue);
  }
  look_at_looks(result, settings, roots);
  look_at_failure(result, settings);
  for (const Root& root : roots) look_at_root(result, settings, root, catalogue);
  judge(result, settings);
  return result;
}

}  // namespace csb::app
