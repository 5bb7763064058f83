#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "csb/catalogue/catalogue.hpp"
#include "forest.hpp"

namespace csb::app {

/// Deeper nodes are left out: printing and JSON recurse, and so do readers of JSON.
inline constexpr std::size_t kMostGenerations = 200;

/// All sessions, what they were forked from, and which of them are shown.
class Families {
 public:
  struct Node {
    const catalogue::Session* session = nullptr;  ///< nullptr: known only by its forks
    std::string id;
    std::size_t rank = Forest::kNone;  ///< place among `sessions`
    bool matched = false;
    bool shown = false;
    bool elided = false;  ///< would be shown, but there are too many
  };

  /// @param sessions must outlive this
  explicit Families(const std::vector<catalogue::Session>& sessions);

  [[nodiscard]] const Forest& forest() const { return forest_; }
  [[nodiscard]] const Node& node(std::size_t number) const { return nodes_[number]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] std::optional<std::size_t> find(const std::string& id) const;
  /// No parent and no forks.
  [[nodiscard]] bool is_alone(std::size_t number) const;

  void match(std::size_t number) { nodes_[number].matched = true; }
  /// Forgets what matches elsewhere than at and beneath this node, and what lies elsewhere.
  void confine_to(std::size_t number);
  /// Shows every family in which something matches.
  /// @param lineage of it only the ancestors and the descendants of what matches
  /// @param with_deleted else deleted ones only where one that matches or is present comes from them
  void show(bool lineage, bool with_deleted);
  /// Leaves at most so many of a tree; what matches and what it comes from stays, if `keep_matches`.
  void cap(std::size_t root, std::size_t most, bool keep_matches);

  /// Shown nodes whose parent is not.
  [[nodiscard]] std::vector<std::size_t> roots() const;
  /// The shown nodes of a tree, generation by generation.
  [[nodiscard]] std::vector<std::size_t> tree_of(std::size_t root) const;
  /// Nodes left out beneath each shown node (and beneath no other shown one).
  [[nodiscard]] std::vector<std::uint64_t> elided_beneath() const;

 private:
  std::size_t number_of(const std::string& id);
  void leave_out(const std::vector<std::size_t>& depth, bool with_deleted);

  std::vector<Node> nodes_;
  std::unordered_map<std::string, std::size_t> numbers_;
  Forest forest_;
  std::vector<bool> outside_;  ///< of confine_to()
};

}  // namespace csb::app
