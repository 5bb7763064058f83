#include "backup_record.hpp"

#include <algorithm>
#include <set>

#include "csb/util/clock.hpp"
#include "packed_details.hpp"

namespace csb::app {
namespace {

catalogue::Version version_of(const Edit& edit, std::int64_t root_id, const std::string& branch,
                              const Oid& commit, std::int64_t commit_time_ns) {
  catalogue::Version version;
  version.root_id = root_id;
  version.branch = branch;
  version.path = edit.change.path;
  version.session = edit.session;
  version.commit = commit;
  // As a rebuild will read it from the commit: git keeps seconds.
  version.commit_ns = commit_time_ns / kNsPerSecond * kNsPerSecond;
  version.op = edit.change.op;
  version.size = edit.change.size;
  version.mtime_ns = edit.change.mtime_ns;
  version.mode = edit.change.mode;
  version.messages = edit.change.messages;
  version.compactions = edit.change.compactions;
  return version;
}

/// One file's details are unpacked at a time.
void put_file(catalogue::Catalogue::Update& update, std::int64_t root_id, const ChangeSet& changes,
              const catalogue::FileState& state) {
  const auto packed = changes.details.find(state.path);
  if (packed == changes.details.end()) return update.put_file(root_id, state);
  catalogue::FileState with_details = state;
  with_details.details = unpack_details(packed->second);
  update.put_file(root_id, with_details);
}

void record_files(catalogue::Catalogue::Update& update, std::int64_t root_id, const ChangeSet& changes) {
  for (const std::string& path : changes.forgotten) update.remove_file(root_id, path);
  for (const Edit& edit : changes.edits)
    if (!edit.state) update.remove_file(root_id, edit.change.path);
  for (const Edit& edit : changes.edits)
    if (edit.state && !edit.is_recorded) put_file(update, root_id, changes, *edit.state);
  for (const catalogue::FileState& state : changes.relearned) put_file(update, root_id, changes, state);
  for (const Touched& file : changes.touched) update.touch_file(file.file_id, file.stamp, file.racy);
}

void record_versions(catalogue::Catalogue::Update& update, std::int64_t root_id, const std::string& branch,
                     const ChangeSet& changes, std::int64_t commit_time_ns, const Commits& commits) {
  const auto classes = commit_classes(changes.edits);
  for (const auto& [commit, path_class] :
       {std::pair(commits.noise, PathClass::noise), std::pair(commits.user, PathClass::user)}) {
    if (!commit) continue;
    for (std::size_t i = 0; i < changes.edits.size(); ++i)
      if (classes[i] == path_class)
        update.add_version(version_of(changes.edits[i], root_id, branch, *commit, commit_time_ns));
    update.set_head(root_id, *commit);
  }
}

void refresh_sessions(catalogue::Catalogue::Update& update, std::int64_t root_id, const ChangeSet& changes) {
  std::set<SessionId> sessions;
  for (const Edit& edit : changes.edits)
    if (edit.session) sessions.insert(*edit.session);
  for (const catalogue::FileState& state : changes.relearned)
    if (state.session) sessions.insert(*state.session);
  for (const SessionId& session : sessions) update.refresh_session(root_id, session);
}

void note_unknown(catalogue::Catalogue::Update& update, std::int64_t root_id,
                  const std::vector<std::string>& unknown, BackupResult& result) {
  if (unknown.empty()) return;
  for (const std::string& path : update.newly_reported(root_id, unknown))
    result.problems.push_back({Problem::Severity::note, path, "not known to csb, not stored (said only once)",
                               "to store it, add it to the setting csb.include"});
}

/// A note about a path (a link that leads outside, a repository without a remote) is worth saying once, not
/// in every run of a timer.
void say_notes_once(catalogue::Catalogue::Update& update, std::int64_t root_id,
                    std::vector<Problem>& problems) {
  const auto is_note = [](const Problem& problem) {
    return problem.severity == Problem::Severity::note && !problem.path.empty();
  };
  std::vector<std::string> paths;
  for (const Problem& problem : problems)
    if (is_note(problem)) paths.push_back(problem.path);
  if (paths.empty()) return;
  const std::vector<std::string> fresh = update.newly_reported(root_id, paths);
  std::erase_if(problems, [&](const Problem& problem) {
    return is_note(problem) && std::find(fresh.begin(), fresh.end(), problem.path) == fresh.end();
  });
}

}  // namespace

ChangeSet index_only(const ChangeSet& changes, const std::vector<catalogue::FileState>& known) {
  ChangeSet learned;
  learned.touched = changes.touched;
  learned.relearned = changes.relearned;
  learned.details = changes.details;
  for (const Edit& edit : changes.edits) {
    if (!edit.state) continue;
    catalogue::FileState state = *edit.state;
    const auto stored =
        std::find_if(known.begin(), known.end(), [&](const auto& file) { return file.path == state.path; });
    if (stored != known.end()) {
      state.stamp = stored->stamp;  // still the stored version's: the file differs from it
      state.racy = stored->racy;
      state.slices = stored->slices;
    } else {
      state.stamp.inode = 0;  // no file has this number: the next run looks into it
      state.slices.clear();
    }
    learned.relearned.push_back(std::move(state));
  }
  return learned;
}

Recording begin_recording(catalogue::Catalogue& catalogue, const Root& target) {
  auto update = catalogue.begin();
  const std::int64_t root_id = update.ensure_root(target.branch, target.source->name(), target.directory);
  return {std::move(update), root_id};
}

void record_run(Recording& recording, const Root& target, const ChangeSet& changes,
                const std::vector<std::string>& unknown, const std::function<Commits()>& commits,
                std::int64_t commit_time_ns, BackupResult& result) {
  auto& [update, root_id] = recording;
  record_files(update, root_id, changes);
  record_versions(update, root_id, target.branch, changes, commit_time_ns, commits());
  refresh_sessions(update, root_id, changes);
  if (changes.foreign_note) update.set_note(foreign_note(target.branch), *changes.foreign_note);
  say_notes_once(update, root_id, result.problems);
  note_unknown(update, root_id, unknown, result);
  result.ended_ns = now_ns();
  update.record_run({result.started_ns, result.ended_ns, "backup", result.incomplete() ? 3 : 0,
                     result.changes.empty() ? "nothing changed" : summarize(all_of(changes.edits))});
}

}  // namespace csb::app
