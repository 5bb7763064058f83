#pragma once

#include <functional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/archive/store.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

/// The catalogue for a command that only reads: the file when it is sound (nothing else is opened), else
/// rebuilt from the store, in place or, on a read-only disk, in memory. `said` gets a sentence when a
/// rebuild was needed. @throws Error{not_found} when there is neither catalogue nor store
[[nodiscard]] catalogue::Catalogue open_catalogue_for_reading(const Settings& settings,
                                                              const std::function<void(std::string)>& said);

/// The same, brought up to the tips of all branches (catch_up) where it is behind: for a command that has the
/// store open anyway. Takes csb's lock while it writes; where it cannot, it does without the file.
[[nodiscard]] catalogue::Catalogue open_catalogue_up_to_date(const Settings& settings,
                                                             const archive::Store& store,
                                                             const std::function<void(std::string)>& said);

/// The catalogue for a run that writes. A damaged file is set aside (catalogue.db.damaged-<time>) and
/// a new one begun, and one of another store is emptied; filling it is then the caller's first act
/// (catch_up). The caller holds the lock.
[[nodiscard]] catalogue::Catalogue open_catalogue_for_writing(const Settings& settings,
                                                              const std::function<void(std::string)>& said);

/// An empty catalogue in a new file, for the first backup of a new store: nobody sees it before
/// publish_catalogue() gives it its name. The caller holds the lock.
[[nodiscard]] catalogue::Catalogue draft_catalogue(const Settings& settings, const std::string& file);

/// Brings what the catalogue knows of every branch up to the branch's tip, from the store alone: commits it
/// has not seen are read from their `.csb/changes.jsonl` (other tools' commits: compared), transcripts are
/// parsed from the store. On a branch it has never seen, this is the whole history; a branch that was
/// rewritten is read anew. One transaction a branch. The caller holds the lock.
/// @param only_branch empty = all branches
/// @param progress gets the paths of the branch at hand that were read, and how many there are; may be empty
/// @return contents that could not be read from the store: their sessions are listed without facts
std::vector<Problem> catch_up(catalogue::Catalogue& catalogue, const archive::Store& store,
                              const Settings& settings, const std::string& only_branch = {},
                              const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

/// True when the catalogue was made from the store of these settings, or is to be.
[[nodiscard]] bool is_of_this_store(const catalogue::Catalogue& catalogue, const Settings& settings);

/// True when the catalogue reflects the tip of every branch of the store, and no other branch.
[[nodiscard]] bool is_up_to_date(const catalogue::Catalogue& catalogue, const archive::Store& store);

}  // namespace csb::app
