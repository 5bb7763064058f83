#include "csb/app/verify.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <optional>

#include "csb/app/backup.hpp"
#include "csb/app/open_catalogue.hpp"
#include "csb/app/roots.hpp"
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

/// A root, open when it is there, and what the catalogue knows of its branch.
struct VerifiedRoot {
  Root root;
  Fd directory;
  std::optional<catalogue::Root> known;
};
using Roots = std::vector<VerifiedRoot>;

/// What the catalogue remembers; damage in it is only noted.
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

Roots find_roots(VerifyResult& result, const Settings& settings, CatalogueIfAny& catalogue) {
  Roots roots;
  const auto configured =
      ask(result, settings, catalogue, [&](const auto& c) { return roots_of(settings, &c); });
  for (const Root& root : configured.empty() ? roots_of(settings, nullptr) : configured) {
    VerifiedRoot& entry = roots.emplace_back(VerifiedRoot{root, {}, {}});
    entry.known = ask(result, settings, catalogue, [&](const auto& c) { return c.find_root(root.branch); });
  }
  return roots;
}

void open_directories(VerifyResult& result, Roots& roots) {
  for (VerifiedRoot& root : roots) {
    root.directory = open_at(AT_FDCWD, root.root.directory, O_RDONLY | O_DIRECTORY);
    if (!root.directory)
      not_looked_at(result, root.root.directory,
                    std::string("the files on disk were not compared: ") + std::strerror(errno));
  }
}

/// A branch that cannot be read, or is gone, is in no list of the store's.
/// @param rewound branches that had to go are no fault any more
archive::VerifyReport verify_store(const Settings& settings, const VerifyOptions& options, const Roots& roots,
                                   const std::vector<std::string>& rewound) {
  const archive::Store store = archive::Store::open(settings.store);
  archive::VerifyReport report = archive::verify(store, options.quick, options.progress);
  for (const VerifiedRoot& root : roots) {
    const std::string& branch = root.root.branch;
    try {
      if (root.known && root.known->head && !store.tip(branch) &&
          std::find(rewound.begin(), rewound.end(), branch) == rewound.end())
        report.faults.push_back({root.known->head->hex(), branch, "the branch that led to it is gone"});
    } catch (const Error& error) {
      report.faults.push_back({"branch", branch, error.what()});
    }
  }
  return report;
}

/// What is on disk, read only when something is missing: it takes as long as a first backup.
class LiveRoots {
 public:
  LiveRoots(const Settings& settings, const Roots& roots) : settings_(settings), roots_(roots) {}

  std::optional<std::vector<std::byte>> find(const Oid& oid) {
    for (const LiveBlobs& blobs : read())
      if (auto content = blobs.find(oid)) return content;
    return std::nullopt;
  }
  std::vector<std::vector<archive::TreeEdit>> files() {
    std::vector<std::vector<archive::TreeEdit>> files;
    for (const LiveBlobs& blobs : read()) files.push_back(blobs.files());
    return files;
  }

 private:
  const std::vector<LiveBlobs>& read() {
    if (blobs_) return *blobs_;
    blobs_.emplace();
    for (const VerifiedRoot& root : roots_)
      if (root.directory)
        blobs_->emplace_back(root.directory.get(), *root.root.source->policy(settings_.policy));
    return *blobs_;
  }

  const Settings& settings_;
  const Roots& roots_;
  std::optional<std::vector<LiveBlobs>> blobs_;
};

archive::RepairReport repair_store(const VerifyResult& result, const Settings& settings, const Roots& roots) {
  LiveRoots live(settings, roots);
  archive::RepairSources sources;
  for (const VerifiedRoot& root : roots)
    sources.own.push_back(
        {root.root.branch, root.known ? root.known->head : std::nullopt, root.root.directory});
  sources.content = [&](const Oid& oid) { return live.find(oid); };
  sources.files = [&] { return live.files(); };
  archive::Store store = archive::Store::open(settings.store);
  return archive::repair(store, result.store, sources);
}

void add(LiveComparison& all, LiveComparison more, const std::string& prefix) {
  all.equal += more.equal;
  all.changed += more.changed;
  all.gone += more.gone;
  all.bytes += more.bytes;
  for (archive::Fault& fault : more.faults) {
    fault.where.insert(0, prefix);
    all.faults.push_back(std::move(fault));
  }
}

/// Files that look unchanged but are not as stored: the next backup must not trust their stamp.
void mark_for_reading(VerifyResult& result, const Settings& settings,
                      const std::vector<catalogue::KnownFile>& misjudged) {
  if (misjudged.empty()) return;
  catalogue::Catalogue catalogue =
      catalogue::Catalogue::open(settings.catalogue_file(), catalogue::Catalogue::Access::write);
  auto update = catalogue.begin();
  for (const catalogue::KnownFile& file : misjudged) update.touch_file(file.id, file.stamp, true);
  update.commit();
  result.marked = misjudged.size();
}

/// @return files that look unchanged and are not as stored
std::vector<catalogue::KnownFile> compare_roots(VerifyResult& result, const Settings& settings,
                                                const archive::Store& store, const Roots& roots,
                                                CatalogueIfAny& catalogue) {
  std::vector<catalogue::KnownFile> misjudged;
  for (const VerifiedRoot& root : roots) {
    if (!root.directory) continue;
    const auto tip = store.tip(root.root.branch);
    if (!tip) {
      not_looked_at(result, root.root.branch,
                    "this machine has no backup in the store: nothing to compare with");
      continue;
    }
    const auto known = ask(result, settings, catalogue, [&](const auto& c) {
      const auto row = c.find_root(root.root.branch);
      return row ? c.known_files(row->id) : std::vector<catalogue::KnownFile>();
    });
    LiveCheck check = compare_live(root.directory.get(), store, *tip, known);
    if (!result.live) result.live.emplace();
    const bool is_first = root.root.directory == settings.claude_dir;
    add(*result.live, std::move(check.comparison), is_first ? std::string() : root.root.directory + "/");
    misjudged.insert(misjudged.end(), check.misjudged.begin(), check.misjudged.end());
  }
  return misjudged;
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
  Roots roots = find_roots(result, settings, catalogue);
  result.store = verify_store(settings, options, roots, {});
  if (options.quick && !options.repair) return result;
  open_directories(result, roots);
  if (options.repair && !result.store.faults.empty()) {
    result.repair = repair_store(result, settings, roots);
    result.store = verify_store(settings, options, roots, result.repair->rewound);
    do_what_was_wished(settings);
  }
  if (options.quick || !result.store.faults.empty()) return result;

  const archive::Store store = archive::Store::open(settings.store);
  if (!catalogue) catalogue = open_catalogue(result, settings);
  const auto misjudged = compare_roots(result, settings, store, roots, catalogue);
  if (options.repair) mark_for_reading(result, settings, misjudged);
  result.sample = ask(result, settings, catalogue, [&](const auto& c) {
    return std::optional(restore_sample(settings, store, c, options.sample));
  });
  return result;
}

}  // namespace csb::app
