#include "csb/app/verify.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <memory>

#include "csb/app/open_catalogue.hpp"
#include "csb/archive/store.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "live_files.hpp"
#include "verify_live.hpp"

namespace csb::app {
namespace {

void not_looked_at(VerifyResult& result, std::string path, std::string what) {
  result.problems.push_back({Problem::Severity::note, std::move(path), std::move(what), {}});
}

Fd open_root(VerifyResult& result, const Settings& settings) {
  Fd root = open_at(AT_FDCWD, settings.claude_dir, O_RDONLY | O_DIRECTORY);
  if (!root)
    not_looked_at(result, settings.claude_dir,
                  std::string("the files on disk were not compared: ") + std::strerror(errno));
  return root;
}

/// Verify must work when the catalogue does not: then less can be said, not nothing.
std::optional<catalogue::Catalogue> open_catalogue(VerifyResult& result, const Settings& settings) {
  try {
    return open_catalogue_for_reading(settings,
                                      [&](std::string said) { not_looked_at(result, {}, std::move(said)); });
  } catch (const std::exception& error) {
    not_looked_at(result, settings.catalogue_file(), error.what());
    return std::nullopt;
  }
}

using CatalogueIfAny = std::optional<catalogue::Catalogue>;
using KnownRoot = std::optional<catalogue::Root>;

/// What the catalogue remembers of this machine's branch; damage in it is only noted.
template <typename Ask>
auto ask(VerifyResult& result, const Settings& settings, CatalogueIfAny& catalogue, Ask question)
    -> decltype(question(*catalogue)) {
  try {
    if (catalogue) return question(*catalogue);
  } catch (const std::exception& error) {
    if (!catalogue::Catalogue::is_damage(error)) throw;
    not_looked_at(result, settings.catalogue_file(), error.what());
    catalogue.reset();
  }
  return {};
}

/// A branch that cannot be read, or is gone, is in no list of the store's.
archive::VerifyReport verify_store(const Settings& settings, const VerifyOptions& options,
                                   const KnownRoot& root) {
  const archive::Store store = archive::Store::open(settings.store);
  archive::VerifyReport report = archive::verify(store, options.quick, options.progress);
  try {
    if (root && root->head && !store.tip(settings.branch()))
      report.faults.push_back({root->head->hex(), settings.branch(), "the branch that led to it is gone"});
  } catch (const Error& error) {
    report.faults.push_back({"branch", settings.branch(), error.what()});
  }
  return report;
}

archive::RepairReport repair_store(const VerifyResult& result, const Settings& settings, const Fd& root_fd,
                                   const KnownRoot& root) {
  std::unique_ptr<LiveBlobs> blobs;  // reading all files is worth it only when something is missing
  const auto live = [&]() -> const LiveBlobs& {
    if (!blobs) blobs = std::make_unique<LiveBlobs>(root_fd.get(), settings);
    return *blobs;
  };
  archive::RepairSources sources;
  sources.own_branch = settings.branch();
  if (root) sources.own_tip = root->head;
  if (root_fd) {
    sources.content = [&](const Oid& oid) { return live().find(oid); };
    sources.files = [&] { return live().files(); };
  }
  archive::Store store = archive::Store::open(settings.store);
  return archive::repair(store, result.store, sources);
}

/// Files that look unchanged but are not as stored: the next backup must not trust their stamp.
void mark_for_reading(VerifyResult& result, const Settings& settings,
                      const std::vector<catalogue::KnownFile>& misjudged) {
  catalogue::Catalogue catalogue =
      catalogue::Catalogue::open(settings.catalogue_file(), catalogue::Catalogue::Access::write);
  auto update = catalogue.begin();
  for (const catalogue::KnownFile& file : misjudged) update.touch_file(file.id, file.stamp, true);
  update.commit();
  result.marked = misjudged.size();
}

}  // namespace

bool VerifyResult::sound() const {
  return store.faults.empty() && (!repair || repair->lost.empty()) &&
         (!live || live->faults.size() == marked) && (!sample || sample->faults.empty());
}

VerifyResult verify(const Settings& settings, const VerifyOptions& options) {
  VerifyResult result;
  CatalogueIfAny catalogue;  // before the store is known to be sound, none is made from it
  if (fs::exists(settings.catalogue_file())) catalogue = open_catalogue(result, settings);
  const KnownRoot known_root =
      ask(result, settings, catalogue, [&](const auto& c) { return c.find_root(settings.branch()); });
  result.store = verify_store(settings, options, known_root);
  if (options.quick && !options.repair) return result;
  const Fd root = open_root(result, settings);
  if (options.repair && !result.store.faults.empty()) {
    result.repair = repair_store(result, settings, root, known_root);
    // A branch that had to go is no fault any more.
    result.store =
        verify_store(settings, options, result.repair->rewound.empty() ? known_root : std::nullopt);
  }
  if (options.quick || !result.store.faults.empty()) return result;

  const archive::Store store = archive::Store::open(settings.store);
  if (!catalogue) catalogue = open_catalogue(result, settings);
  const auto tip = store.tip(settings.branch());
  if (root && tip) {
    const auto known = ask(result, settings, catalogue, [&](const auto& c) {
      const KnownRoot row = c.find_root(settings.branch());
      return row ? c.known_files(row->id) : std::vector<catalogue::KnownFile>();
    });
    LiveCheck check = compare_live(root.get(), store, *tip, known);
    result.live = std::move(check.comparison);
    if (options.repair && !check.misjudged.empty()) mark_for_reading(result, settings, check.misjudged);
  } else if (root) {
    not_looked_at(result, settings.branch(),
                  "this machine has no backup in the store: nothing to compare with");
  }
  result.sample = ask(result, settings, catalogue, [&](const auto& c) {
    return std::optional(restore_sample(settings, store, c, options.sample));
  });
  return result;
}

}  // namespace csb::app
