#include "catch_up_prefix.hpp"

#include <array>
#include <set>
#include <string_view>

#include "csb/source/claude_code/policy.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kProjects = "projects";

/// The part of `path` before a transcript's own path; nothing when it is no transcript.
std::optional<std::string_view> prefix_of(std::string_view path) {
  for (std::size_t at = path.rfind(kProjects); at != std::string_view::npos;
       at = path.rfind(kProjects, at - 1)) {
    const bool starts_component = at == 0 || path[at - 1] == '/';
    if (starts_component && claude_code::is_transcript(path.substr(at))) return path.substr(0, at);
    if (at == 0) break;
  }
  return std::nullopt;
}

void find_beneath(const archive::Store& store, const Oid& commit, const std::string& folder,
                  std::set<std::string>& prefixes) {
  store.for_each_file(commit, folder, [&](const archive::StoredEntry& entry) {
    if (const auto prefix = prefix_of(entry.path)) prefixes.emplace(*prefix);
  });
}

}  // namespace

std::vector<std::string> find_config_prefixes(const archive::Store& store,
                                              const std::vector<archive::CommitInfo>& commits) {
  std::set<std::string> prefixes;
  if (commits.empty()) return {};
  find_beneath(store, commits.back().oid, "", prefixes);
  // All swept before the last commit: look where they usually are, each distinct folder once.
  constexpr std::array<std::string_view, 2> kUsual{"", ".claude/"};
  std::set<Oid> looked_at;
  for (auto commit = commits.rbegin(); commit != commits.rend() && prefixes.empty(); ++commit) {
    for (const std::string_view prefix : kUsual) {
      const std::string folder = std::string(prefix) + std::string(kProjects);
      const auto entry = store.find(commit->oid, folder);
      if (!entry || entry->kind != archive::StoredEntry::Kind::directory) continue;
      if (looked_at.insert(entry->oid).second) find_beneath(store, commit->oid, folder, prefixes);
    }
  }
  return {prefixes.begin(), prefixes.end()};
}

}  // namespace csb::app
