#include "families.hpp"

#include <algorithm>

namespace csb::app {

Families::Families(const std::vector<catalogue::Session>& sessions) {
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    nodes_.push_back({.session = &sessions[i], .id = sessions[i].id.text(), .rank = i});
    numbers_.emplace(sessions[i].id.text(), i);
  }
  std::vector<std::size_t> parent(nodes_.size(), Forest::kNone);
  for (std::size_t i = 0; i < sessions.size(); ++i)
    if (const auto from = SessionId::parse(sessions[i].forked_from)) parent[i] = number_of(from->text());
  parent.resize(nodes_.size(), Forest::kNone);
  std::vector<std::int64_t> birth;
  birth.reserve(nodes_.size());
  for (const Node& node : nodes_) birth.push_back(node.session != nullptr ? node.session->started_ns : 0);
  forest_ = make_forest(std::move(parent), birth);
  for (std::vector<std::size_t>& children : forest_.children)
    std::stable_sort(children.begin(), children.end(),
                     [&](std::size_t a, std::size_t b) { return birth[a] < birth[b]; });
  outside_.resize(nodes_.size());
}

std::size_t Families::number_of(const std::string& id) {
  const auto [at, is_new] = numbers_.try_emplace(id, nodes_.size());
  if (is_new) nodes_.push_back({.id = id});
  return at->second;
}

std::optional<std::size_t> Families::find(const std::string& id) const {
  const auto found = numbers_.find(id);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

bool Families::is_alone(std::size_t number) const {
  return forest_.parent[number] == Forest::kNone && forest_.children[number].empty();
}

void Families::confine_to(std::size_t number) {
  outside_.assign(nodes_.size(), true);
  outside_[number] = false;
  for (const std::size_t i : forest_.order) {
    const std::size_t parent = forest_.parent[i];
    if (parent != Forest::kNone && !outside_[parent]) outside_[i] = false;
    if (outside_[i]) nodes_[i].matched = false;
  }
}

void Families::show(bool lineage, bool with_deleted) {
  std::vector<bool> above(nodes_.size()), below(nodes_.size()), family(nodes_.size());
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].matched) continue;
    family[forest_.root[i]] = true;
    for (std::size_t at = i; at != Forest::kNone && !above[at]; at = forest_.parent[at]) above[at] = true;
  }
  std::vector<std::size_t> depth(nodes_.size());
  for (const std::size_t i : forest_.order) {
    const std::size_t parent = forest_.parent[i];
    const bool inherits = parent != Forest::kNone && !outside_[parent];
    depth[i] = inherits ? depth[parent] + 1 : 0;
    below[i] = nodes_[i].matched || (inherits && below[parent]);
    nodes_[i].shown = !outside_[i] && (lineage ? above[i] || below[i] : family[forest_.root[i]]);
  }
  leave_out(depth, with_deleted);
}

/// What is deleted and leads to nothing shown, and what is deeper than anyone wants to see.
void Families::leave_out(const std::vector<std::size_t>& depth, bool with_deleted) {
  std::vector<bool> connects(nodes_.size());
  for (auto i = forest_.order.rbegin(); i != forest_.order.rend(); ++i) {
    Node& node = nodes_[*i];
    const bool is_here = node.session != nullptr && node.session->present;
    if (!with_deleted && !is_here && !node.matched && !connects[*i]) node.shown = false;
    if (node.shown && forest_.parent[*i] != Forest::kNone) connects[forest_.parent[*i]] = true;
    node.elided = node.shown && depth[*i] >= kMostGenerations;
    node.shown = node.shown && !node.elided;
  }
}

void Families::cap(std::size_t root, std::size_t most, bool keep_matches) {
  const std::vector<std::size_t> tree = tree_of(root);
  if (tree.size() <= most) return;
  std::vector<bool> kept(nodes_.size());
  std::size_t count = 0;
  const auto keep = [&](std::size_t at) {
    for (; at != Forest::kNone && !kept[at]; at = at == root ? Forest::kNone : forest_.parent[at])
      kept[at] = true, ++count;
  };
  keep(root);
  if (keep_matches)
    for (const std::size_t i : tree)
      if (nodes_[i].matched) keep(i);
  for (const std::size_t i : tree) {
    if (count < most) keep(i);
    if (kept[i]) continue;
    nodes_[i].shown = false;
    nodes_[i].elided = true;
  }
}

std::vector<std::size_t> Families::roots() const {
  std::vector<std::size_t> roots;
  for (const std::size_t i : forest_.order) {
    const std::size_t parent = forest_.parent[i];
    if (nodes_[i].shown && (parent == Forest::kNone || !nodes_[parent].shown)) roots.push_back(i);
  }
  return roots;
}

std::vector<std::size_t> Families::tree_of(std::size_t root) const {
  std::vector<std::size_t> tree{root};
  for (std::size_t at = 0; at < tree.size(); ++at)
    for (const std::size_t child : forest_.children[tree[at]])
      if (nodes_[child].shown) tree.push_back(child);
  return tree;
}

std::vector<std::uint64_t> Families::elided_beneath() const {
  std::vector<std::uint64_t> elided(nodes_.size());
  for (auto i = forest_.order.rbegin(); i != forest_.order.rend(); ++i) {
    const std::size_t parent = forest_.parent[*i];
    if (nodes_[*i].elided && parent != Forest::kNone) elided[parent] += 1 + elided[*i];
  }
  return elided;
}

}  // namespace csb::app
