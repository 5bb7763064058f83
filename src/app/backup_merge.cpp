#include "backup_merge.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace csb::app {
namespace {

void add_counts(BackupResult& all, const BackupResult& more) {
  for (const auto count :
       {&BackupResult::added, &BackupResult::changed, &BackupResult::moved, &BackupResult::shrunk,
        &BackupResult::deleted, &BackupResult::sessions_added, &BackupResult::sessions_changed,
        &BackupResult::sessions_moved, &BackupResult::sessions_shrunk, &BackupResult::sessions_deleted,
        &BackupResult::files_opened, &BackupResult::bytes_read, &BackupResult::bytes_parsed,
        &BackupResult::bytes_written, &BackupResult::objects_written})
    all.*count += more.*count;
  all.store_opened |= more.store_opened;
  all.store_created |= more.store_created;
}

BackedUpRoot root_entry(const Root& root) {
  BackedUpRoot entry;
  entry.directory = root.directory;
  entry.source = root.source->name();
  entry.branch = root.branch;
  return entry;
}

void add_changes(BackupResult& all, std::vector<BackedUpChange> changes, std::size_t root) {
  for (BackedUpChange& change : changes) change.root = root;
  all.changes.insert(all.changes.end(), std::make_move_iterator(changes.begin()),
                     std::make_move_iterator(changes.end()));
}

/// Where the later run's root is in the earlier one's list; added when it is new.
std::size_t place_of(BackupResult& all, const BackedUpRoot& root) {
  const auto found = std::find_if(all.roots.begin(), all.roots.end(),
                                  [&](const BackedUpRoot& known) { return known.branch == root.branch; });
  if (found != all.roots.end()) return static_cast<std::size_t>(found - all.roots.begin());
  all.roots.push_back(root);
  return all.roots.size() - 1;
}

}  // namespace

void add_root(BackupResult& all, BackupResult one, const Root& root, bool several) {
  add_counts(all, one);
  BackedUpRoot entry = root_entry(root);
  entry.files_seen = one.files_seen;
  entry.noise_commit = one.noise_commit;
  entry.user_commit = one.user_commit;
  entry.incomplete = one.incomplete();
  all.files_seen += one.files_seen;
  if (!all.noise_commit) all.noise_commit = one.noise_commit;
  if (!all.user_commit) all.user_commit = one.user_commit;
  all.roots.push_back(std::move(entry));
  add_changes(all, std::move(one.changes), all.roots.size() - 1);
  const std::string prefix = several ? root.directory + "/" : std::string();
  for (const std::string& path : one.secrets) all.secrets.push_back(prefix + path);
  for (Problem& problem : one.problems) {
    if (several) problem.path = problem.path.empty() ? root.directory : prefix + problem.path;
    all.problems.push_back(std::move(problem));
  }
}

void add_failed_root(BackupResult& all, const Root& root, const Error& error) {
  BackedUpRoot entry = root_entry(root);
  entry.incomplete = true;
  all.roots.push_back(std::move(entry));
  all.problems.push_back({Problem::Severity::not_saved, root.directory, error.what(), error.hint()});
}

void append_later(BackupResult& all, BackupResult more) {
  add_counts(all, more);
  all.files_seen = more.files_seen;
  if (more.noise_commit) all.noise_commit = more.noise_commit;
  if (more.user_commit) all.user_commit = more.user_commit;
  std::vector<std::size_t> places;
  for (const BackedUpRoot& root : more.roots) {
    const std::size_t place = places.emplace_back(place_of(all, root));
    BackedUpRoot& known = all.roots[place];
    known.files_seen = root.files_seen;
    known.incomplete = root.incomplete;
    if (root.noise_commit) known.noise_commit = root.noise_commit;
    if (root.user_commit) known.user_commit = root.user_commit;
  }
  for (BackedUpChange& change : more.changes) {
    change.root = places.at(change.root);
    all.changes.push_back(std::move(change));
  }
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

}  // namespace csb::app
