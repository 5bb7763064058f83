#pragma once

#include <cstdint>
#include <future>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/backup.hpp"
#include "csb/app/roots.hpp"
#include "csb/archive/transaction.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/scan/walk.hpp"

namespace csb::app {

/// One path that a commit changes.
struct Edit {
  Change change;
  PathClass path_class = PathClass::noise;
  std::optional<SessionId> session;
  std::optional<catalogue::FileState> state;  ///< nothing for a removal
  bool is_transcript = false;
  bool is_move = false;      ///< either half of one
  bool is_recorded = false;  ///< the catalogue's transaction has its state already
};

/// A file whose content proved to be what is stored.
struct Touched {
  std::int64_t file_id = 0;
  FileStamp stamp;
  bool racy = false;
};

/// Everything a run found out about the root.
struct ChangeSet {
  std::vector<Edit> edits;  ///< sorted by path
  std::vector<Touched> touched;
  std::vector<catalogue::FileState> relearned;  ///< content as stored, but more is known of it now
  /// By path: pack_details() of what was parsed of those to be put, which the catalogue gets with them.
  std::map<std::string, std::string> details;
  std::vector<std::string> forgotten;       ///< known to an index-only run, never stored, gone
  std::optional<std::string> foreign;       ///< new `.csb/foreign.jsonl`, when it differs
  std::optional<std::string> foreign_note;  ///< it, as the catalogue is to remember it

  [[nodiscard]] bool anything_to_store() const noexcept { return !edits.empty() || foreign.has_value(); }
};

/// `.csb/foreign.jsonl` for these nested repositories.
[[nodiscard]] std::string foreign_lines(const std::vector<scan::ForeignRepository>& repositories);
/// The catalogue's note that holds the last one stored on a branch.
[[nodiscard]] std::string foreign_note(const std::string& branch);

enum class SessionFate { changed, shrunk, moved, added, removed };
/// What happened to each session that any edit belongs to.
[[nodiscard]] std::map<SessionId, SessionFate> session_fates(const std::vector<const Edit*>& edits);

/// The commit an edit goes into. A removal goes into the noise commit, the first, where something of it
/// takes the place: a file became a directory or the other way round.
[[nodiscard]] std::vector<PathClass> commit_classes(const std::vector<Edit>& edits);

/// The commits of a run; none where there was nothing of its kind.
struct Commits {
  std::optional<Oid> noise, user;
};

/// Makes at most two commits, first what the client wrote, then what a person edited. They are safe once the
/// transaction is finished. @param time_ns of both commits
[[nodiscard]] Commits commit_changes(archive::Transaction& transaction, const Root& target,
                                     const ChangeSet& changes, std::int64_t time_ns);

/// The changes on their way into the store, in a thread of its own: first the commits, then what makes them
/// safe.
class Storing {
 public:
  /// @param transaction, target, changes are used until this ends
  Storing(archive::Transaction& transaction, const Root& target, const ChangeSet& changes,
          std::int64_t time_ns);
  Storing(const Storing&) = delete;  // its thread knows where it is
  Storing& operator=(const Storing&) = delete;

  /// Waits for them. @throws what went wrong
  [[nodiscard]] const Commits& commits() const { return commits_.get(); }
  /// Waits until they are safe. Once. @throws what went wrong, with the commits or later
  [[nodiscard]] archive::WriteStats finish() { return written_.get(); }

 private:
  std::promise<Commits> made_;
  std::shared_future<Commits> commits_;
  std::future<archive::WriteStats> written_;  ///< last: ends when the thread does, which uses the others
};

[[nodiscard]] std::vector<const Edit*> all_of(const std::vector<Edit>& edits);

/// "3 sessions: 1 new, 2 changed", or "4 files" when no session is among them.
[[nodiscard]] std::string summarize(const std::vector<const Edit*>& edits);

/// Fills the counts of files and sessions into `result`, and its list of changes.
void count_changes(const ChangeSet& changes, BackupResult& result);

}  // namespace csb::app
