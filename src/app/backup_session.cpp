#include "backup_session.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "csb/model/rel_path.hpp"

namespace csb::app {

std::vector<std::string> session_paths(const Root& target, const SessionId& session,
                                       const std::vector<catalogue::FileState>& known) {
  std::set<std::string> paths;
  for (const catalogue::FileState& file : known) {
    if (file.present) paths.insert(file.path);
    if (!file.present || !file.session_facts) continue;
    for (const std::string& plan : file.session_facts->plan_slugs)
      if (std::string path = "plans/" + plan + ".md"; is_safe_relative_path(path))
        paths.insert(std::move(path));
  }
  for (std::string& place : target.source->places_of(target.directory, session))
    paths.insert(std::move(place));

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
