#include "csb/app/verify.hpp"

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "csb/app/open_catalogue.hpp"
#include "csb/archive/store.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
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
  } catch (const Error& error) {
    not_looked_at(result, settings.catalogue_file(), error.what());
    return std::nullopt;
  }
}

void repair_store(VerifyResult& result, const Settings& settings, const VerifyOptions& options,
                  const Fd& root) {
  if (!result.store.faults.empty()) {
    archive::Store store = archive::Store::open(settings.store);
    std::unique_ptr<LiveBlobs> blobs;  // reading all files is worth it only when something is missing
    result.repair = archive::repair(store, result.store, [&](const Oid& oid) {
      if (!root) return std::optional<std::vector<std::byte>>();
      if (!blobs) blobs = std::make_unique<LiveBlobs>(root.get(), settings);
      return blobs->find(oid);
    });
  }
  if (result.repair)
    result.store = archive::verify(archive::Store::open(settings.store), options.quick, options.progress);
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
  result.store = archive::verify(archive::Store::open(settings.store), options.quick, options.progress);
  if (options.quick && !options.repair) return result;
  const Fd root = open_root(result, settings);
  if (options.repair) repair_store(result, settings, options, root);
  if (options.quick || !result.store.faults.empty()) return result;

  const archive::Store store = archive::Store::open(settings.store);
  const auto catalogue = open_catalogue(result, settings);
  const auto tip = store.tip(settings.branch());
  if (root && tip) {
    std::vector<catalogue::KnownFile> known;
    if (catalogue)
      if (const auto known_root = catalogue->find_root(settings.branch()))
        known = catalogue->known_files(known_root->id);
    LiveCheck check = compare_live(root.get(), store, *tip, known);
    result.live = std::move(check.comparison);
    if (options.repair && !check.misjudged.empty()) mark_for_reading(result, settings, check.misjudged);
  } else if (root) {
    not_looked_at(result, settings.branch(),
                  "this machine has no backup in the store: nothing to compare with");
  }
  if (catalogue) result.sample = restore_sample(settings, store, *catalogue, options.sample);
  return result;
}

}  // namespace csb::app
