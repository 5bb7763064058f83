#include "forest.hpp"

#include <tuple>

namespace csb::app {
namespace {

/// The nodes of the cycle that `start` leads into; empty when it leads to a root, or to what was seen before.
std::vector<std::size_t> cycle_from(std::size_t start, const std::vector<std::size_t>& parent,
                                    std::vector<std::size_t>& seen_in) {
  std::size_t at = start;
  while (at != Forest::kNone && seen_in[at] == Forest::kNone) {
    seen_in[at] = start;
    at = parent[at];
  }
  std::vector<std::size_t> cycle;
  if (at == Forest::kNone || seen_in[at] != start) return cycle;
  std::size_t next = at;
  do {
    cycle.push_back(next);
    next = parent[next];
  } while (next != at);
  return cycle;
}

void cut_cycles(Forest& forest, const std::vector<std::int64_t>& birth) {
  std::vector<std::size_t> seen_in(forest.parent.size(), Forest::kNone);  // the walk that came by first
  for (std::size_t i = 0; i < forest.parent.size(); ++i) {
    const std::vector<std::size_t> cycle = cycle_from(i, forest.parent, seen_in);
    if (cycle.empty()) continue;
    std::size_t first = cycle.front();
    for (const std::size_t node : cycle)
      if (std::tie(birth[node], node) < std::tie(birth[first], first)) first = node;
    forest.parent[first] = Forest::kNone;
    forest.cut.push_back(first);
  }
}

}  // namespace

Forest make_forest(std::vector<std::size_t> parent, const std::vector<std::int64_t>& birth) {
  Forest forest;
  forest.parent = std::move(parent);
  const std::size_t count = forest.parent.size();
  cut_cycles(forest, birth);
  forest.children.resize(count);
  forest.root.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (forest.parent[i] != Forest::kNone) {
      forest.children[forest.parent[i]].push_back(i);
    } else {
      forest.root[i] = i;
      forest.order.push_back(i);
    }
  }
  for (std::size_t at = 0; at < forest.order.size(); ++at)
    for (const std::size_t child : forest.children[forest.order[at]]) {
      forest.root[child] = forest.root[forest.order[at]];
      forest.order.push_back(child);
    }
  return forest;
}

}  // namespace csb::app
