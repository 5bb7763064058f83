#include "hook_gap.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <set>

#include "backup_failure.hpp"
#include "csb/app/roots.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/scan/walk.hpp"
#include "csb/source/claude_code/source.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kLookedAt = 200;
constexpr std::int64_t kLongAgoNs = 600 * kNsPerSecond;

/// Transcripts on disk and nothing else: what lies in a session's own folder is not looked at.
std::vector<scan::FoundFile> transcripts(const Settings& settings, const Root& root) {
  const Fd directory = open_at(AT_FDCWD, root.directory, O_RDONLY | O_DIRECTORY);
  if (!directory) return {};
  const auto policy = root.source->policy(settings.policy);
  scan::Policy walk = policy->walk_policy();
  walk.classify_directory = [inner = walk.classify_directory](std::string_view path) {
    return std::count(path.begin(), path.end(), '/') > 1 ? PathClass::skip : inner(path);
  };
  const std::string where(root.source->session_directory());
  std::vector<scan::FoundFile> files = scan::walk_paths(directory.get(), walk, {where}).files;
  std::erase_if(files, [&](const auto& file) { return !root.source->is_transcript(file.path); });
  return files;
}

void keep_newest(std::vector<scan::FoundFile>& files) {
  const auto newer = [](const auto& a, const auto& b) { return a.stamp.mtime_ns > b.stamp.mtime_ns; };
  const auto kept = static_cast<std::ptrdiff_t>(std::min(files.size(), kLookedAt));
  std::partial_sort(files.begin(), files.begin() + kept, files.end(), newer);
  files.erase(files.begin() + kept, files.end());
}

/// A transcript that moved since is archived under its earlier path.
bool is_archived(const catalogue::Catalogue& catalogue, std::int64_t root_id, const scan::FoundFile& file,
                 const SessionId& session) {
  if (const auto known = catalogue.file_state(root_id, file.path); known && known->present)
    return known->stamp.size == file.stamp.size;
  const auto listed = catalogue.session(session);
  return listed && listed->present && listed->size == file.stamp.size;
}

void look_at_root(const Settings& settings, const Root& root, const catalogue::Catalogue& catalogue,
                  const std::optional<SessionId>& starting, std::vector<SessionId>& gap) {
  const auto known = catalogue.find_root(root.branch);
  if (!known || !known->head || known->path != root.directory) return;
  std::set<std::string> open;
  for (const auto& session : root.source->live_sessions(root.directory)) open.insert(session.session_id);
  if (starting) open.insert(starting->text());
  std::vector<scan::FoundFile> files = transcripts(settings, root);
  keep_newest(files);
  for (const scan::FoundFile& file : files) {
    const auto session = root.source->session_of(file.path);
    if (!session || open.contains(session->text()) || file.stamp.mtime_ns > now_ns() - kLongAgoNs) continue;
    if (!is_archived(catalogue, known->id, file, *session)) gap.push_back(*session);
  }
}

std::vector<SessionId> look(const Settings& settings, const std::optional<SessionId>& starting) {
  std::vector<SessionId> gap;
  if (!fs::exists(settings.catalogue_file())) return gap;
  using catalogue::Catalogue;
  const Catalogue catalogue = Catalogue::open(settings.catalogue_file(), Catalogue::Access::read);
  for (const Root& root : roots_of(settings, &catalogue))
    if (root.source == &claude_code::source()) look_at_root(settings, root, catalogue, starting, gap);
  return gap;
}

}  // namespace

std::vector<SessionId> find_gap(const Settings& settings, const std::optional<SessionId>& starting) {
  try {
    return look(settings, starting);
  } catch (const std::exception&) {
    return {};  // only a confirmed gap is worth a word; the backup that follows says what is wrong
  }
}

std::string describe_gap(const Settings& settings, const std::vector<SessionId>& gap) {
  if (gap.empty()) return {};
  const std::string sessions =
      gap.size() == 1 ? fmt::format("session {} was", gap.front().brief())
                      : fmt::format("{} sessions were",
                                    gap.size() == kLookedAt ? "200 or more" : std::to_string(gap.size()));
  if (const auto failure = last_failure(settings))
    return fmt::format("csb: {} not archived, and the last backup failed: {}. 'csb status' says more.",
                       sessions, cut_to_columns(printable(failure->summary), 200));
  return fmt::format("csb: {} not archived (an end without hooks, such as a crash); this is being done now.",
                     sessions);
}

}  // namespace csb::app
