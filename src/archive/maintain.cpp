#include <sys/stat.h>

#include <algorithm>
#include <numeric>

#include "csb/archive/maintenance.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "hot_pack.hpp"
#include "pack_state.hpp"
#include "store_lock.hpp"
#include "store_state.hpp"

namespace csb::archive {
namespace {

struct SizedPack {
  std::string name;
  std::uint64_t bytes = 0;
};

std::uint64_t file_size(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 ? static_cast<std::uint64_t>(st.st_size) : 0;
}

std::uint64_t total_bytes(const PackPaths& paths) {
  std::uint64_t bytes = 0;
  for (const std::string& name : list_packs(paths))
    bytes += file_size(paths.pack(name)) + file_size(paths.index(name));
  return bytes;
}

/// The packs csb may merge, smallest first: those it wrote, still there, and not kept by somebody else.
std::vector<SizedPack> sealed_packs(const PackPaths& paths, const PackState& state) {
  std::vector<SizedPack> packs;
  for (const std::string& name : state.sealed)
    if (paths.complete(name) && !fs::exists(paths.keep(name)))
      packs.push_back({name, file_size(paths.pack(name))});
  std::sort(packs.begin(), packs.end(),
            [](const SizedPack& a, const SizedPack& b) { return a.bytes < b.bytes; });
  return packs;
}

/// How many of the smallest to merge so that, from there on, each pack is at least twice the sum of all
/// smaller ones: their number stays logarithmic, and each byte is copied a logarithmic number of times.
std::size_t merge_count(const std::vector<SizedPack>& packs) {
  std::size_t count = 0;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < packs.size(); ++i) {
    if (i > 0 && packs[i].bytes < 2 * sum) count = i + 1;
    sum += packs[i].bytes;
  }
  return count;
}

/// Copies whole packs into a new one. A pack with a damaged entry is left as it is, for verify.
/// @return the names of those copied
std::vector<std::string> merge(const PackPaths& paths, const std::vector<SizedPack>& packs, std::size_t count,
                               PackWriter& to) {
  std::vector<std::string> merged;
  Placement placed;
  for (std::size_t i = 0; i < count; ++i) {
    const auto pack = PackFile::open(paths.pack(packs[i].name));
    if (!pack || !pack->checksums_match()) continue;
    carry_over(*pack, std::vector<bool>(pack->entries().size(), true), {}, to, placed);
    pack->release_pages();
    merged.push_back(packs[i].name);
  }
  return merged;
}

}  // namespace

MaintainReport maintain(Store& store, bool all) {
  const FileLock lock = lock_store(store.git_dir(), std::chrono::seconds(10));
  const PackPaths paths{store.git_dir()};
  MaintainReport report;
  report.packs_before = list_packs(paths).size();
  report.bytes_before = total_bytes(paths);
  Healed healed = heal(paths);
  report.leavings = healed.removed;

  const auto packs = sealed_packs(paths, healed.state);
  const std::size_t count = all ? packs.size() : merge_count(packs);
  if (count > 1) {
    PackWriter merged(paths.directory());
    const auto names = merge(paths, packs, count, merged);
    if (names.size() > 1) {
      merged.finish();
      PackExchange exchange(paths, healed.state, nullptr, {&merged}, true, names, {});
      exchange.complete();
    }
  }
  git2::check(git2::odb_refresh(store.state().odb.get()), "cannot list the packs");
  report.packs_after = list_packs(paths).size();
  report.bytes_after = total_bytes(paths);
  return report;
}

}  // namespace csb::archive
