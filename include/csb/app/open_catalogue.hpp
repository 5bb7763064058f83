#pragma once

#include <functional>

#include "csb/app/settings.hpp"
#include "csb/archive/store.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// The catalogue for a command that only reads: the file when it is sound (nothing else is opened), else
/// rebuilt from the store, in place or, on a read-only disk, in memory. `said` gets a sentence when a
/// rebuild was needed. @throws Error{not_found} when there is neither catalogue nor store
[[nodiscard]] catalogue::Catalogue open_catalogue_for_reading(const Settings& settings,
                                                              const std::function<void(std::string)>& said);

/// The catalogue for a run that writes. A damaged file is set aside (catalogue.db.damaged-<time>) and
/// a new one begun; filling it is then the caller's first act (see rebuild()).
[[nodiscard]] catalogue::Catalogue open_catalogue_for_writing(const Settings& settings,
                                                              const std::function<void(std::string)>& said);

/// Brings what the catalogue knows of every branch up to the branch's tip, from the store alone: commits it
/// has not seen are read from their `.csb/changes.jsonl` (other tools' commits: compared), transcripts are
/// parsed from the store. On a branch it has never seen, this is the whole history.
/// @param only_branch empty = all branches
void catch_up(catalogue::Catalogue& catalogue, const archive::Store& store, const Settings& settings,
              const std::string& only_branch = {});

}  // namespace csb::app
