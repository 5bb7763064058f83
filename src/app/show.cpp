#include "csb/app/show.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <map>

#include "csb/app/roots.hpp"
#include "csb/app/roster.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "retentions.hpp"

namespace csb::app {
namespace {

std::vector<FootprintFile> footprint_files(const catalogue::Catalogue& catalogue,
                                           const catalogue::Session& session) {
  std::map<std::string, FootprintFile> by_path;
  for (const catalogue::Version& version : catalogue.versions_of(session.id)) {
    if (version.op == ChangeOp::remove) continue;
    FootprintFile& file = by_path[version.path];
    file.path = version.path;
    file.size = version.size;
    file.mtime_ns = version.mtime_ns;
    ++file.versions;
  }
  std::vector<FootprintFile> files;
  for (auto& [path, file] : by_path) {
    struct stat st {};
    file.on_disk = !session.root_path.empty() && ::lstat((session.root_path + "/" + path).c_str(), &st) == 0;
    files.push_back(std::move(file));
  }
  std::stable_partition(files.begin(), files.end(),
                        [&](const FootprintFile& file) { return file.path == session.path; });
  return files;
}

}  // namespace

bool is_open_now(const catalogue::Session& session) {
  const source::Source* source = session.root_path.empty() ? nullptr : find_source(session.source);
  if (source == nullptr) return false;
  const auto live = source->live_sessions(session.root_path);
  return std::any_of(live.begin(), live.end(),
                     [&](const auto& open) { return open.session_id == session.id.text(); });
}

std::string resume_directory(const catalogue::Session& session) {
  if (session.source == "claude.ai") return {};
  const std::string_view slug = base_name(parent_path(session.path));
  for (const std::string* directory : {&session.cwd, &session.start_cwd})
    if (!directory->empty() && claude_code::project_slug(*directory) == slug) return *directory;
  return session.cwd.empty() ? session.start_cwd : session.cwd;
}

ShowResult show(const Settings& settings, const catalogue::Catalogue& catalogue, std::string_view session) {
  catalogue::Session resolved = resolve_session(settings, catalogue, session);
  const source::Retention retention = Retentions().of(resolved);
  ShowResult result(inspect_session(std::move(resolved), retention));
  const catalogue::Session& found = result.inspected.session;
  result.retention = retention;
  result.files = footprint_files(catalogue, found);
  result.versions = transcript_versions(catalogue, found.id);
  if (const TranscriptVersion* best = best_version(result.versions)) result.best_version = best->number;
  result.resume_directory = resume_directory(found);
  result.open_now = is_open_now(found);
  return result;
}

}  // namespace csb::app
