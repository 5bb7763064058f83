#pragma once

#include <string>
#include <vector>

#include "csb/catalogue/catalogue.hpp"
#include "csb/scan/walk.hpp"
#include "csb/source/source.hpp"

namespace csb::app {

/// A path to look into: its stamp is not the remembered one, or proves nothing.
struct PlannedFile {
  const scan::FoundFile* found = nullptr;
  const catalogue::KnownFile* known = nullptr;  ///< what is remembered of this path; nullptr = it is new
  std::string moved_from;  ///< the vanished path of the same session it was renamed from; empty = none
};

/// What a run has to do, told by stamps alone. Points into the walk's result and the known files.
struct Plan {
  std::vector<PlannedFile> changed;                   ///< sorted by path
  std::vector<const catalogue::KnownFile*> vanished;  ///< sorted by path; the origins of moves included
  std::vector<Problem> problems;                      ///< files whose names the format cannot hold
  std::size_t files_seen = 0;                         ///< files the policy stores and the format can hold

  [[nodiscard]] bool empty() const noexcept { return changed.empty() && vanished.empty(); }
  /// There will be something to store, whatever reading the files shows: more than touched or racy ones.
  [[nodiscard]] bool is_sure() const noexcept;
};

/// Merges the walk with what is known, both sorted by path. What lies beneath `walk.unreadable` (or is not
/// `known`) never counts as vanished. A transcript that vanished from one folder and appeared in another
/// under the same session id was moved, and with it what is keyed to the session beside it.
[[nodiscard]] Plan make_plan(const scan::WalkResult& walk, const std::vector<catalogue::KnownFile>& known,
                             const source::Source& source);

/// A file that the policy does not store any more (csb.exclude, or a newer csb's table) was not deleted: what
/// is stored of it stays as it is, and nobody looks at it. A secret goes, from the newest state at least.
void leave_unstored(Plan& plan, const source::PathPolicy& policy);

/// A root whose directory of sessions (`projects/`; a mirror: all of it) is gone although files are known
/// beneath it was unmounted, renamed or emptied by accident: nothing there (with an empty root: nothing at
/// all) may count as deleted. Adds to `walk.unreadable` and `walk.problems` what make_plan() needs to see it
/// so.
void guard_missing_sessions(scan::WalkResult& walk, const std::vector<catalogue::KnownFile>& known,
                            const std::string& folder, bool exists);

}  // namespace csb::app
