#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace csb::app {

/// Nodes and what they come from, as trees: every node has one place, whatever the input says.
struct Forest {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::vector<std::size_t> parent;                 ///< kNone of a root
  std::vector<std::vector<std::size_t>> children;  ///< in the order of their numbers
  std::vector<std::size_t> root;                   ///< of the tree it is in; itself of a root
  std::vector<std::size_t> order;                  ///< every node once, each behind its parent
  std::vector<std::size_t> cut;                    ///< nodes whose parent was left out to break a cycle
};

/// @param parent the number of each node's parent, or kNone. A cycle is cut at its node with the smallest
///        `birth` (then number), which becomes a root; a node that is its own parent is such a cycle.
[[nodiscard]] Forest make_forest(std::vector<std::size_t> parent, const std::vector<std::int64_t>& birth);

}  // namespace csb::app
