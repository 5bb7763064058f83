#include "csb/cli/render_queries.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

/// Recurses; the tree's depth is bounded.
Json node_value(const app::TreeNode& node, std::int64_t now) {
  Json object;
  object["id"] = node.id;
  object["matched"] = node.matched;
  object["session"] = node.session ? to_value(*node.session, now) : Json(nullptr);
  object["folders"] = array_of(node.folders);
  object["elided"] = node.elided;
  object["children"] = Json::array();
  for (const app::TreeNode& child : node.children) object["children"].push_back(node_value(child, now));
  return object;
}

}  // namespace

std::string to_json(const app::TreeResult& result, std::int64_t now) {
  Json document;
  document["schema"] = "csb.tree/1";
  document["trees_matched"] = result.trees_matched;
  document["sessions"] = result.sessions;
  document["never_forked"] = result.never_forked;
  document["trees"] = Json::array();
  for (const app::TreeNode& tree : result.trees) document["trees"].push_back(node_value(tree, now));
  document["problems"] = array_of(result.problems);
  return dump(document);
}

}  // namespace csb::cli
