#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backup_commit.hpp"
#include "backup_plan.hpp"
#include "ingest.hpp"

namespace csb::app {

/// A changed file with everything the catalogue remembers that bears on it.
struct Work {
  const PlannedFile* planned = nullptr;
  IngestJob job;
  bool was_stored = false;   ///< the path is in the newest commit
  Ingested found;            ///< what it turned out to be, once read; without its details
  std::string details;       ///< those, as pack_details() makes them; empty when there are none
  bool is_recorded = false;  ///< the catalogue's transaction has it already
};

/// A vanished file.
struct Gone {
  const catalogue::KnownFile* known = nullptr;
  bool was_stored = false;
  StoredSlices slices;
};

/// What the catalogue knows of a path.
struct Memory {
  std::function<std::optional<catalogue::FileState>(const std::string& path)> state;  ///< present or gone
  std::function<bool(const std::string& path)> is_stored;  ///< the newest commit has it
};

/// The files to read, in the order they are best begun in: largest first.
[[nodiscard]] std::vector<Work> plan_work(const Plan& plan, const Memory& memory,
                                          const source::Source& source);
[[nodiscard]] std::vector<Gone> plan_removals(const Plan& plan, const Memory& memory);

/// What is to be committed and remembered, now that everything was read. Files that could not be read
/// become problems.
[[nodiscard]] ChangeSet collect_changes(std::vector<Work> work, const std::vector<Gone>& gone,
                                        const source::Source& source, std::vector<Problem>& problems);

}  // namespace csb::app
