#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "csb/archive/maintenance.hpp"
#include "csb/archive/store.hpp"

namespace csb::archive {

/// Walks from refs to everything they need.
class Reachability {
 public:
  /// @param present whether an object is in the store and sound
  Reachability(const Store& store, std::function<bool(const Oid&)> present);

  /// Everything reachable from the branch's tip, parents included.
  void walk(const Branch& branch);
  /// The commit and its tree only. @return false when a commit or tree of it is missing
  [[nodiscard]] bool has_whole_tree(const Oid& commit);

  struct Missing {
    Oid oid;
    std::string where;  ///< "<branch>: <path>", or the commit that needs it
    bool is_blob = false;
  };
  [[nodiscard]] const std::vector<Missing>& missing() const noexcept { return missing_; }
  [[nodiscard]] std::uint64_t commits() const noexcept { return commits_; }

 private:
  bool visit_tree(const Oid& tree, const std::string& where, int depth);
  bool need(const Oid& oid, const std::string& where, bool is_blob);

  const Store& store_;
  std::function<bool(const Oid&)> present_;
  std::unordered_set<Oid> seen_;
  std::vector<Missing> missing_;
  std::uint64_t commits_ = 0;
};

}  // namespace csb::archive
