#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "csb/archive/store.hpp"
#include "csb/archive/transaction.hpp"

namespace csb::archive {

/// One thing verify found wrong.
struct Fault {
  std::string object;  ///< what: an object id, a pack, a ref
  std::string where;   ///< file, or branch and path that need it
  std::string what;    ///< what is wrong with it
};

struct VerifyReport {
  std::uint64_t packs = 0, objects = 0, commits = 0, bytes = 0;
  std::vector<Fault> faults;
};

/// Reads everything: pack and index checksums, every object re-hashed, every branch walked to its root so
/// that nothing it needs is missing.
/// @param quick checksums and structure of the packs csb wrote last, and the branch tips only
/// @param progress called with objects done and known so far
[[nodiscard]] VerifyReport verify(const Store& store, bool quick,
                                  const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});

struct RepairReport {
  std::vector<std::string> set_aside;  ///< damaged files, moved into <git dir>/csb/damaged/
  std::uint64_t recovered = 0;         ///< objects written anew, or found again in a pack without an index
  std::vector<Oid> lost;               ///< objects that no source had
  /// Branches whose newest commits are lost: they point at their newest whole commit again. One of csb's own
  /// that has none left is gone, its name and last commit noted in <git dir>/csb/damaged/. Either way the
  /// next backup stores what is on disk anew.
  std::vector<std::string> rewound;
};

/// A branch csb writes here.
struct OwnBranch {
  std::string ref;         ///< full name
  std::optional<Oid> tip;  ///< its newest commit, by what the caller remembers
  std::string root;        ///< the directory it mirrors
};

/// Where a repair may take things from. Any may be empty.
struct RepairSources {
  std::function<std::optional<std::vector<std::byte>>(const Oid&)>
      content;  ///< the bytes of a blob by its id
  /// What is on disk, root by root: trees that are lost may be like it.
  std::function<std::vector<std::vector<TreeEdit>>()> files;
  std::vector<OwnBranch> own;
};

/// Sets damaged packs, loose objects and the files of csb's own branches aside, keeps every good object,
/// makes lost indexes again from their packs, and writes what is missing anew as far as the sources have it.
[[nodiscard]] RepairReport repair(Store& store, const VerifyReport& report, const RepairSources& sources);

struct MaintainReport {
  std::uint64_t packs_before = 0, packs_after = 0, bytes_before = 0, bytes_after = 0;
  std::uint64_t leavings = 0;  ///< temporary files of killed runs removed
};

/// Merges csb's sealed packs by raw copying so that their number stays logarithmic in their size, and
/// removes what killed runs left behind. @param all merge everything into one pack
MaintainReport maintain(Store& store, bool all);

}  // namespace csb::archive
