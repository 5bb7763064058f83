#include "backup_session.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

/// Folders of the config directory whose entries carry a session's id in their name.
constexpr std::array<std::string_view, 8> kKeyedFolders{
    "file-history", "tasks", "todos", "session-env", "image-cache", "session-states", "sesslogs", "uploads"};

void add_entries_of(std::set<std::string>& paths, const std::string& claude_dir, const std::string& folder,
                    const SessionId& session) {
  for (const std::string& name : fs::list_directory(claude_dir + "/" + folder)) {
    std::string path = folder + "/" + name;
    // A folder is judged by what would lie in it.
    if (claude_code::session_of(path) == session || claude_code::session_of(path + "/x") == session)
      paths.insert(std::move(path));
  }
}

void add_project_entries(std::set<std::string>& paths, const std::string& claude_dir,
                         const SessionId& session) {
  for (const std::string& slug : fs::list_directory(claude_dir + "/projects")) {
    const std::string folder = "projects/" + slug;
    const std::string keyed = claude_dir + "/" + folder + "/" + session.text();
    // Side files of a session are only looked for where the session is: folders hold thousands.
    if (fs::exists(keyed) || fs::exists(keyed + ".jsonl")) add_entries_of(paths, claude_dir, folder, session);
  }
}

}  // namespace

std::vector<std::string> session_paths(const std::string& claude_dir, const SessionId& session,
                                       const std::vector<catalogue::FileState>& known) {
  std::set<std::string> paths;
  for (const catalogue::FileState& file : known) {
    if (file.present) paths.insert(file.path);
    if (!file.present || !file.session_facts) continue;
    for (const std::string& plan : file.session_facts->plan_slugs)
      if (std::string path = "plans/" + plan + ".md"; is_safe_relative_path(path))
        paths.insert(std::move(path));
  }
  add_project_entries(paths, claude_dir, session);
  for (const std::string_view folder : kKeyedFolders)
    add_entries_of(paths, claude_dir, std::string(folder), session);

  std::vector<std::string> topmost;
  for (const std::string& path : paths)
    if (std::none_of(topmost.begin(), topmost.end(),
                     [&](const auto& above) { return is_beneath(path, above); }))
      topmost.push_back(path);
  return topmost;
}

std::vector<catalogue::KnownFile> known_beneath(const catalogue::Catalogue& catalogue, std::int64_t root_id,
                                                const std::vector<std::string>& paths,
                                                std::vector<catalogue::FileState> footprint) {
  std::map<std::string, catalogue::KnownFile> known;
  for (const std::string& path : paths)  // plans are named by the session, not keyed to it
    if (auto plan = path.starts_with("plans/") ? catalogue.file_state(root_id, path) : std::nullopt)
      footprint.push_back(std::move(*plan));
  for (const catalogue::FileState& state : footprint)
    if (state.present)
      known.emplace(state.path,
                    catalogue::KnownFile{0, state.path, state.stamp, state.path_class, state.racy});
  std::vector<catalogue::KnownFile> sorted;
  for (auto& [path, file] : known) sorted.push_back(std::move(file));
  return sorted;
}

}  // namespace csb::app
