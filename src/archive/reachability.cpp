#include "reachability.hpp"

#include "commit_object.hpp"
#include "csb/util/error.hpp"
#include "store_state.hpp"

namespace csb::archive {

Reachability::Reachability(const Store& store, std::function<bool(const Oid&)> present)
    : store_(store), present_(std::move(present)) {}

bool Reachability::need(const Oid& oid, const std::string& where, bool is_blob) {
  if (present_(oid)) return true;
  missing_.push_back({oid, where, is_blob});
  return false;
}

bool Reachability::visit_tree(const Oid& tree, const std::string& where, int depth) {
  constexpr int kDeepest = 512;
  if (!seen_.insert(tree).second) return true;
  if (!need(tree, where, false)) return false;
  if (depth > kDeepest) return false;
  std::string why;
  const auto object = store_.state().read(tree, why);
  const auto items = object ? parse_tree(object->content) : std::nullopt;
  if (!items) {
    missing_.push_back({tree, where, false});
    return false;
  }
  bool whole = true;
  for (const TreeItem& item : *items) {
    const std::string path = where + (depth == 0 ? "" : "/") + item.name;
    if (item.mode == kModeSubmodule) continue;
    if (item.is_tree()) {
      whole &= visit_tree(item.oid, path, depth + 1);
    } else if (seen_.insert(item.oid).second) {
      (void)need(item.oid, path, true);
    }
  }
  return whole;
}

void Reachability::walk(const Branch& branch) {
  std::vector<Oid> pending{branch.tip};
  while (!pending.empty()) {
    const Oid at = pending.back();
    pending.pop_back();
    if (!seen_.insert(at).second || !need(at, branch.ref, false)) continue;
    try {
      const ParsedCommit commit = store_.state().commit(at);
      ++commits_;
      pending.insert(pending.end(), commit.parents.begin(), commit.parents.end());
      visit_tree(commit.tree, branch.ref + ": ", 0);
    } catch (const Error& error) {
      missing_.push_back({at, branch.ref + ": " + error.what(), false});
    }
  }
}

bool Reachability::has_whole_tree(const Oid& commit) {
  if (!present_(commit)) return false;
  try {
    seen_.clear();  // each commit is judged for itself
    return visit_tree(store_.commit(commit).tree, commit.hex() + ": ", 0);
  } catch (const Error&) {
    return false;
  }
}

}  // namespace csb::archive
