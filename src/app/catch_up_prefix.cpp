#include "catch_up_prefix.hpp"

#include <optional>
#include <string_view>

#include "csb/source/claude_code/policy.hpp"
#include "csb/util/error.hpp"

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

}  // namespace

ConfigPrefixes find_config_prefixes(const archive::Store& store,
                                    const std::vector<archive::CommitInfo>& commits,
                                    std::vector<Problem>& problems) {
  ConfigPrefixes prefixes;
  for (const archive::CommitInfo& commit : commits) {
    if (commit.by_csb) {
      prefixes.emplace();
      continue;
    }
    try {
      for (const std::string& path : store.left_names(commit))
        if (const auto prefix = prefix_of(path)) prefixes.emplace(*prefix);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) throw;
      problems.push_back({Problem::Severity::note,
                          {},
                          "cannot look for sessions in commit " + commit.oid.hex() + ": " + error.what(),
                          "csb verify says what is damaged"});
    }
  }
  return prefixes;
}

ConfigPrefixes find_config_prefixes(const archive::Store& store, const Oid& commit) {
  ConfigPrefixes prefixes;
  store.for_each_file(commit, "", [&](const archive::StoredEntry& entry) {
    if (const auto prefix = prefix_of(entry.path)) prefixes.emplace(*prefix);
  });
  return prefixes;
}

}  // namespace csb::app
