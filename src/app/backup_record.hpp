#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "backup_commit.hpp"
#include "csb/app/roots.hpp"

namespace csb::app {

/// The same findings for an index-only run: what was read is known from now on, but nothing of it counts as
/// stored, so that the next real backup stores it all. Removals are left to that backup.
/// @param known what is remembered of the path of each edit that is present in the catalogue
[[nodiscard]] ChangeSet index_only(const ChangeSet& changes, const std::vector<catalogue::FileState>& known);

/// A transaction that brings the catalogue up to a run.
struct Recording {
  catalogue::Catalogue::Update update;
  std::int64_t root_id = 0;
};
[[nodiscard]] Recording begin_recording(catalogue::Catalogue& catalogue, const Root& target);

/// Fills in what is committed (but the files that are recorded already), and the record of the run. Unknown
/// paths that were never reported become notes in `result`.
/// @param recording for the caller to commit: the catalogue may never speak of what is not safe yet
/// @param commits gives those of the changes; asked for late, so that they can be made meanwhile
void record_run(Recording& recording, const Root& target, const ChangeSet& changes,
                const std::vector<std::string>& unknown, const std::function<Commits()>& commits,
                std::int64_t commit_time_ns, BackupResult& result);

}  // namespace csb::app
