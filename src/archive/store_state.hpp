#pragma once

#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "csb/archive/store.hpp"
#include "git2.hpp"
#include "pack_entry.hpp"
#include "tree.hpp"

namespace csb::archive {

struct ParsedCommit;

/// An open repository, and how its objects are read.
struct Store::State {
  std::string git_dir;
  git2::Handle<git_repository> repository;
  git2::Handle<git_odb> odb;
  std::unordered_set<Oid> shallow;  ///< commits whose parents a shallow clone has left out
  std::unordered_map<Oid, std::vector<TreeItem>> trees;  ///< parsed trees, dropped when too many

  struct Object {
    ObjectType type;
    Bytes content;
  };
  /// Reads and verifies an object. Looks again once for packs that came meanwhile.
  /// @return nothing when it is missing or damaged; `why` says which
  [[nodiscard]] std::optional<Object> read(const Oid& oid, std::string& why) const;
  /// @throws Error{failed} naming the object
  [[nodiscard]] Object require(const Oid& oid) const;
  /// The parents that a shallow clone has left out are not among its parents.
  /// @throws Error{failed} when there is no such commit
  [[nodiscard]] ParsedCommit commit(const Oid& oid) const;
  /// @throws Error{failed} when there is no such tree
  [[nodiscard]] const std::vector<TreeItem>& tree(const Oid& oid);
  [[nodiscard]] std::uint64_t object_size(const Oid& oid) const;
  /// An item of a tree as a file, link, directory or submodule; a sliced file is recognised.
  [[nodiscard]] StoredEntry entry(const std::string& path, const TreeItem& item);
  void walk(const std::string& path, const Oid& tree, int depth,
            const std::function<void(const StoredEntry&)>& visit);
};

[[nodiscard]] git_oid to_git(const Oid& oid);
[[nodiscard]] Oid from_git(const git_oid& oid);

}  // namespace csb::archive
