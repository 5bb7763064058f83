#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/session_state.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

struct TreeOptions {
  /// Words, folder and the other filters say which sessions match; `sort` orders the trees by their
  /// foremost session; `deleted`: hide = deleted sessions only where they connect others; `limit`: trees.
  catalogue::SessionQuery query;
  bool is_regex = false;        ///< words are regular expressions (of RE2)
  bool case_sensitive = false;  ///< words must occur in this very case
  std::string root;             ///< only this session and what was forked from it; as a person types it
  bool orphans = false;         ///< sessions without a parent and without forks too
  bool lineage = false;         ///< of a tree only ancestors and descendants of what matches
  std::size_t max_nodes = 50;   ///< of one tree; what matches and its ancestors always stay
  bool with_folders = false;    ///< fill in TreeNode::folders
};

struct TreeNode {
  std::string id;
  std::optional<InspectedSession> session;  ///< nothing: known only because others were forked from it
  bool matched = false;                     ///< by a filter that was given
  std::uint64_t elided = 0;                 ///< nodes beneath it that are left out, all generations
  std::vector<catalogue::FolderRow> folders;
  std::vector<TreeNode> children;  ///< the first forked first
};

struct TreeResult {
  std::vector<TreeNode> trees;
  std::size_t trees_matched = 0;  ///< without the limit
  std::size_t sessions = 0;       ///< in the trees shown
  std::size_t never_forked = 0;   ///< sessions that match, in no tree
  bool filtered = false;          ///< a filter was given: nodes are marked
  bool nothing_stored = false;
  std::vector<Problem> problems;  ///< cycles that had to be cut
};

/// The sessions as the forest of their forks. Of the sessions shown, and of no other, the transcript is
/// stat'ed. @throws Error{not_found}, Error{ambiguous} for `root`
[[nodiscard]] TreeResult tree(const catalogue::Catalogue& catalogue, const TreeOptions& options);

}  // namespace csb::app
