#include "csb/app/tree.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "csb/app/list.hpp"
#include "csb/app/versions.hpp"
#include "csb/transcript/pattern.hpp"
#include "families.hpp"
#include "retentions.hpp"

namespace csb::app {
namespace {

using catalogue::DeletedFilter;

/// Words that the catalogue cannot look for by itself.
class Patterns {
 public:
  Patterns(const catalogue::Catalogue& catalogue, const TreeOptions& options) : catalogue_(catalogue) {
    for (const std::string& word : options.query.words)
      patterns_.push_back(transcript::Pattern::compile(
          word, {.is_regex = options.is_regex, .case_sensitive = options.case_sensitive}));
  }

  /// Each occurs in the id, the title, the first prompt or a folder.
  [[nodiscard]] bool match(const catalogue::Session& session) const {
    return std::all_of(patterns_.begin(), patterns_.end(), [&](const transcript::Pattern& pattern) {
      for (const std::string* text :
           {&session.id.text(), &session.title, &session.first_prompt, &session.start_cwd, &session.cwd})
        if (pattern.matches(*text)) return true;
      const auto folders = catalogue_.folders_of(session.id);
      return std::any_of(folders.begin(), folders.end(),
                         [&](const catalogue::FolderRow& folder) { return pattern.matches(folder.path); });
    });
  }

 private:
  const catalogue::Catalogue& catalogue_;
  std::vector<transcript::Pattern> patterns_;
};

/// Marks what matches; with a filter asks the catalogue once more.
void mark_matches(Families& families, const catalogue::Catalogue& catalogue, const TreeOptions& options) {
  const catalogue::SessionQuery& asked = options.query;
  const auto passes = [&](const catalogue::Session& session) {
    return asked.deleted == DeletedFilter::all || session.present == (asked.deleted == DeletedFilter::hide);
  };
  if (!is_filter(asked)) {
    for (std::size_t i = 0; i < families.size(); ++i)
      if (const auto* session = families.node(i).session; session != nullptr && passes(*session))
        families.match(i);
    return;
  }
  catalogue::SessionQuery query = asked;
  query.limit.reset();
  query.deleted = DeletedFilter::all;
  std::optional<Patterns> patterns;
  if (options.is_regex || options.case_sensitive) {
    patterns.emplace(catalogue, options);
    query.words.clear();
  }
  for (const catalogue::Session& session : catalogue.sessions(query).sessions)
    if (const auto number = families.find(session.id.text());
        number && passes(session) && (!patterns || patterns->match(session)))
      families.match(*number);
}

/// Also a session that is known only by its forks, by its full id.
std::size_t find_root(const Families& families, const catalogue::Catalogue& catalogue,
                      const std::string& text) {
  if (const auto id = SessionId::parse(text))
    if (const auto number = families.find(id->text())) return *number;
  return families.find(resolve_session(catalogue, text).id.text()).value();
}

void report_cycles(const Families& families, std::vector<Problem>& problems) {
  for (const std::size_t cut : families.forest().cut)
    problems.push_back({Problem::Severity::note,
                        {},
                        fmt::format("session {} is its own ancestor: shown as the first of its family",
                                    families.node(cut).id),
                        {}});
}

/// The trees to show, foremost first.
std::vector<std::size_t> order_trees(const Families& families, const TreeOptions& options,
                                     TreeResult& result) {
  std::vector<std::pair<std::size_t, std::size_t>> ranked;  // best rank in the tree, root
  for (const std::size_t root : families.roots()) {
    if (families.is_alone(root) && options.root.empty()) {
      ++result.never_forked;
      if (!options.orphans) continue;
    }
    std::size_t best = Forest::kNone;
    for (const std::size_t i : families.tree_of(root)) best = std::min(best, families.node(i).rank);
    ranked.emplace_back(best, root);
  }
  std::sort(ranked.begin(), ranked.end());
  result.trees_matched = ranked.size();
  if (options.query.limit && ranked.size() > *options.query.limit) ranked.resize(*options.query.limit);
  std::vector<std::size_t> roots;
  for (const auto& [rank, root] : ranked) roots.push_back(root);
  return roots;
}

class Builder {
 public:
  Builder(const Families& families, const catalogue::Catalogue& catalogue, const TreeOptions& options,
          TreeResult& result)
      : families_(families),
        catalogue_(catalogue),
        options_(options),
        result_(result),
        elided_(families.elided_beneath()) {}

  /// Recurses over kMostGenerations at most.
  [[nodiscard]] TreeNode build(std::size_t number) {
    const Families::Node& node = families_.node(number);
    TreeNode made;
    made.id = node.id;
    made.matched = node.matched && result_.filtered;
    made.elided = elided_[number];
    if (node.session != nullptr) {
      ++result_.sessions;
      made.session = inspect_session(*node.session, retentions_.of(*node.session));
      if (options_.with_folders) made.folders = catalogue_.folders_of(node.session->id);
    }
    for (const std::size_t child : families_.forest().children[number])
      if (families_.node(child).shown) made.children.push_back(build(child));
    return made;
  }

 private:
  const Families& families_;
  const catalogue::Catalogue& catalogue_;
  const TreeOptions& options_;
  TreeResult& result_;
  std::vector<std::uint64_t> elided_;
  Retentions retentions_;
};

}  // namespace

TreeResult tree(const catalogue::Catalogue& catalogue, const TreeOptions& options) {
  TreeResult result;
  result.filtered = is_filter(options.query);
  const auto sessions =
      catalogue.sessions({.deleted = DeletedFilter::all, .sort = options.query.sort}).sessions;
  result.nothing_stored = sessions.empty();
  Families families(sessions);
  report_cycles(families, result.problems);
  mark_matches(families, catalogue, options);
  if (!options.root.empty()) {
    const std::size_t root = find_root(families, catalogue, options.root);
    families.confine_to(root);
    if (!result.filtered) families.match(root);
  }
  families.show(options.lineage, options.query.deleted != DeletedFilter::hide);
  const std::vector<std::size_t> roots = order_trees(families, options, result);
  for (const std::size_t root : roots)
    if (options.max_nodes != 0) families.cap(root, options.max_nodes, result.filtered);
  Builder builder(families, catalogue, options, result);
  for (const std::size_t root : roots) result.trees.push_back(builder.build(root));
  return result;
}

}  // namespace csb::app
