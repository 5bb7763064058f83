#include "csb/app/branches.hpp"

#include <algorithm>

#include "csb/model/rel_path.hpp"

namespace csb::app {
namespace {

bool holds_sets(const archive::Branch& branch) {
  return branch.by_csb && base_name(branch.ref) == kSetsBranch;
}

}  // namespace

std::vector<archive::Branch> session_branches(const archive::Store& store) {
  std::vector<archive::Branch> branches = store.branches();
  std::erase_if(branches, holds_sets);
  return branches;
}

std::vector<archive::Branch> sets_branches(const archive::Store& store) {
  std::vector<archive::Branch> branches = store.branches();
  std::erase_if(branches, [](const archive::Branch& branch) { return !holds_sets(branch); });
  return branches;
}

}  // namespace csb::app
