#pragma once

#include <cstddef>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/app/verify.hpp"
#include "csb/archive/store.hpp"
#include "csb/catalogue/catalogue.hpp"

/// The parts of `csb verify` that look beyond the store.
namespace csb::app {

struct LiveCheck {
  LiveComparison comparison;
  std::vector<catalogue::KnownFile> misjudged;  ///< look unchanged and are not as stored
};

/// Every stored file of this machine's branch against the one on disk.
/// @param known what the catalogue remembers; sorted by path; may be empty
[[nodiscard]] LiveCheck compare_live(int root_fd, const archive::Store& store, const Oid& tip,
                                     const std::vector<catalogue::KnownFile>& known);

/// Restores up to `count` sessions, chosen at random, to a scratch folder that is removed again, and compares
/// every restored file with what the store holds.
[[nodiscard]] SampleRestore restore_sample(const Settings& settings, const archive::Store& store,
                                           const catalogue::Catalogue& catalogue, std::size_t count);

}  // namespace csb::app
