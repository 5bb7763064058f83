#include "csb/app/rebuild_index.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "csb/app/open_catalogue.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"
#include "fill_catalogue.hpp"
#include "publish_catalogue.hpp"

namespace csb::app {
namespace {

using catalogue::Catalogue;

/// What the store does not know. Of a catalogue that cannot be read: nothing.
std::vector<catalogue::RunRecord> runs_of(const std::string& file) {
  try {
    auto runs = Catalogue::open(file, Catalogue::Access::read).last_runs(1000);
    std::reverse(runs.begin(), runs.end());
    return runs;
  } catch (const std::exception&) {
    return {};
  }
}

void count(const Catalogue& catalogue, RebuildResult& result) {
  const catalogue::Totals totals = catalogue.totals();
  result.branches = catalogue.roots().size();
  result.sessions = totals.sessions_present;
  result.deleted_sessions = totals.sessions_deleted;
  result.versions = totals.versions;
}

}  // namespace

RebuildResult rebuild_index(const Settings& settings, const RebuildOptions& options) {
  RebuildResult result;
  result.started_ns = now_ns();
  const archive::Store store = open_store_to_read(settings);
  fs::make_directories(settings.home);
  // A backup holds it, too, while it writes to the store: what is read is one state.
  const auto lock = FileLock::acquire(settings.catalogue_lock_file(), options.patience);
  if (!lock)
    throw Error(ErrorCode::busy, "another run of csb is at work on the catalogue",
                "try again when it has ended");

  const std::string file = settings.catalogue_file();
  result.had_catalogue = fs::exists(file);
  const OldCatalogue old = settle_old_catalogue(file);  // refuses before any work
  const std::string fresh = fresh_catalogue_file(file);
  {
    Catalogue catalogue = Catalogue::open(fresh, Catalogue::Access::write);
    result.problems = fill_catalogue(catalogue, store, settings, options.progress);
    auto update = catalogue.begin();
    for (const catalogue::RunRecord& run : runs_of(file)) update.record_run(run);
    update.commit();
    count(catalogue, result);
  }
  result.set_aside = publish_catalogue(fresh, file, old);
  result.ended_ns = now_ns();
  return result;
}

}  // namespace csb::app
