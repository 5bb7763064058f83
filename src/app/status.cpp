#include "csb/app/status.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "csb/model/rel_path.hpp"
#include "csb/scan/walk.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/parallel.hpp"
#include "last_look.hpp"

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

/// A transcript that went from one folder and came up in another is one move.
void join_moves(std::vector<PendingChange>& pending) {
  std::map<std::string, std::size_t> gone;  // session → index
  const auto session = [](const PendingChange& change) -> std::string {
    if (!claude_code::is_transcript(change.path)) return {};
    const auto id = claude_code::session_of(change.path);
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
             const scan::WalkResult& walk) {
  auto k = known.begin();
  const auto gone = [&](const catalogue::KnownFile& file) {
    if (!is_beneath_any(file.path, walk.unreadable))
      result.pending.push_back({PendingChange::Kind::deleted, file.path, file.stamp.size, 0});
  };
  for (const scan::FoundFile& found : walk.files) {
    for (; k != known.end() && k->path < found.path; ++k) gone(*k);
    if (k == known.end() || k->path != found.path) {
      result.pending.push_back({PendingChange::Kind::added, found.path, 0, found.stamp.size});
      continue;
    }
    if (k->stamp == found.stamp) {
      ++result.files_unchanged;
    } else {
      const auto kind =
          found.stamp.size < k->stamp.size ? PendingChange::Kind::shrunk : PendingChange::Kind::changed;
      result.pending.push_back({kind, found.path, k->stamp.size, found.stamp.size});
    }
    ++k;
  }
  for (; k != known.end(); ++k) gone(*k);
  join_moves(result.pending);
}

void look_at_root(StatusResult& result, const Settings& settings, const catalogue::Catalogue* catalogue) {
  const Fd root = open_at(AT_FDCWD, settings.claude_dir, O_RDONLY | O_DIRECTORY);
  if (!root) {
    add_problem(
        result, Problem::Severity::not_saved, settings.claude_dir,
        std::string("the Claude directory cannot be read: ") + std::strerror(errno),
        "set --claude-dir or CLAUDE_CONFIG_DIR; a missing directory is never taken for deleted sessions");
    return;
  }
  const claude_code::PathPolicy policy(settings.policy);
  const scan::WalkResult walk = scan::walk(root.get(), policy.walk_policy(), worker_count());
  std::vector<catalogue::KnownFile> known;
  if (catalogue != nullptr)
    if (const auto known_root = catalogue->find_root(settings.branch()))
      known = catalogue->known_files(known_root->id);
  compare(result, known, walk);
  result.compared = true;
  for (const std::string& path : walk.unknown)
    add_problem(result, Problem::Severity::note, path, "not known to csb, so not stored",
                "add it with csb.include in the configuration, or leave it out with csb.exclude");
  result.problems.insert(result.problems.end(), walk.problems.begin(), walk.problems.end());
}

void look_at_sessions(StatusResult& result, const catalogue::Catalogue& catalogue) {
  const std::int64_t now = now_ns();
  for (catalogue::Session& session : catalogue.sessions({}).sessions) {
    const bool diminished = session.last_op == ChangeOp::shrink || session.last_op == ChangeOp::rewrite;
    InspectedSession inspected = inspect_session(std::move(session), result.retention);
    if (inspected.swept_ns && *inspected.swept_ns < now + 7 * kNsPerDay) ++result.swept_within_week;
    if (diminished && inspected.state != SessionState::deleted)
      result.diminished.push_back(std::move(inspected));
  }
}

void look_at_catalogue(StatusResult& result, const Settings& settings,
                       const catalogue::Catalogue& catalogue) {
  for (const catalogue::Root& root : catalogue.roots())
    result.roots.push_back({root.path, root.source, root.branch, fs::is_directory(root.path), root.head});
  result.totals = catalogue.totals();
  for (catalogue::RunRecord& run : catalogue.last_runs(20)) {
    if (run.command != "backup") continue;
    result.last_backup = std::move(run);
    break;
  }
  if (auto look = last_look(settings);
      look && (!result.last_backup || look->ended_ns > result.last_backup->ended_ns))
    result.last_backup = std::move(look);
}

void judge(StatusResult& result, const Settings& settings) {
  if (!result.store_exists) {
    add_problem(result, Problem::Severity::not_saved, settings.store,
                "there is no store yet: nothing is safe", "run 'csb backup'");
  } else if (!result.last_backup) {
    add_problem(result, Problem::Severity::note, {}, "no backup is on record", "run 'csb backup'");
  } else if (result.last_backup->exit_status != 0 && result.last_backup->exit_status != 11) {
    add_problem(result, Problem::Severity::not_saved, {},
                "the last backup ended with status " + std::to_string(result.last_backup->exit_status) +
                    (result.last_backup->summary.empty() ? "" : ": " + result.last_backup->summary),
                "run 'csb backup' and read what it says");
  } else if (!result.pending.empty() && now_ns() - result.last_backup->ended_ns > kStaleNs) {
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
  result.retention = claude_code::effective_retention(settings.claude_dir);
  result.open_sessions = claude_code::live_sessions(settings.claude_dir).size();
  if (catalogue != nullptr) {
    look_at_catalogue(result, settings, *catalogue);
    look_at_sessions(result, *catalogue);
  }
  const auto same_branch = [&](const RootStatus& root) { return root.branch == settings.branch(); };
  if (std::none_of(result.roots.begin(), result.roots.end(), same_branch))
    result.roots.push_back({settings.claude_dir, "claude-code", settings.branch(),
                            fs::is_directory(settings.claude_dir), std::nullopt});
  look_at_root(result, settings, catalogue);
  judge(result, settings);
  return result;
}

}  // namespace csb::app
