// What a sweep takes together, and by whose time.
#include "forecast_items.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <set>

#include "csb/app/session_state.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/clock.hpp"

namespace csb::app {
namespace {

using Kind = DoomedItem::Kind;
using Safety = DoomedItem::Safety;

/// What goes with what: the name of the item a file belongs to, and whose mtime decides.
struct Place {
  enum class By { file, transcript, folder, at_once };
  Kind kind = Kind::session;
  std::string item;
  By by = By::file;
};

/// "a/b" of "a/b/c/d", for two.
std::string first_components(std::string_view path, std::size_t count) {
  std::size_t end = path.find('/');
  while (--count > 0 && end != std::string_view::npos) end = path.find('/', end + 1);
  return std::string(path.substr(0, end));
}

/// Where `path` goes when the client sweeps; nothing for what it never deletes.
/// @param transcripts those on disk
std::optional<Place> place_of(const std::string& path, const std::set<std::string>& transcripts) {
  if (claude_code::is_transcript(path)) return Place{Kind::session, path, Place::By::transcript};
  if (path.starts_with("projects/")) {
    if (!claude_code::session_of(path)) return std::nullopt;  // memory, above all
    const std::string directory = first_components(path, 3);
    if (directory == path) return std::nullopt;  // a side file beside the transcript
    const std::string transcript = directory + ".jsonl";
    if (!transcripts.contains(transcript)) return Place{Kind::leftover, path, Place::By::file};
    const bool output = is_beneath(path, directory + "/tool-results");
    return Place{output ? Kind::tool_result : Kind::session, output ? path : transcript,
                 output ? Place::By::file : Place::By::transcript};
  }
  struct Top {
    std::string_view name;
    Kind kind;
    Place::By by;
  };
  static constexpr Top kTops[] = {{"file-history", Kind::file_history, Place::By::folder},
                                  {"tasks", Kind::tasks, Place::By::folder},
                                  {"session-env", Kind::session_env, Place::By::folder},
                                  {"image-cache", Kind::images, Place::By::at_once},
                                  {"plans", Kind::plan, Place::By::file},
                                  {"todos", Kind::todo, Place::By::file},
                                  {"paste-cache", Kind::paste, Place::By::file},
                                  {"uploads", Kind::upload, Place::By::file}};
  for (const Top& top : kTops) {
    if (!is_beneath(path, top.name)) continue;
    return Place{top.kind, top.by == Place::By::file ? path : first_components(path, 2), top.by};
  }
  return std::nullopt;
}

std::int64_t mtime_of(const struct stat& st) {
#ifdef __APPLE__
  const timespec& mtime = st.st_mtimespec;
#else
  const timespec& mtime = st.st_mtim;
#endif
  return static_cast<std::int64_t>(mtime.tv_sec) * kNsPerSecond + mtime.tv_nsec;
}

Safety safety_of(const scan::FoundFile& file, const std::vector<catalogue::KnownFile>& known) {
  const auto found =
      std::lower_bound(known.begin(), known.end(), file.path,
                       [](const auto& each, const std::string& path) { return each.path < path; });
  if (found == known.end() || found->path != file.path) return Safety::missing;
  return found->stamp == file.stamp ? Safety::saved : Safety::behind;
}

/// The time of a folder; that of a file in it where the folder cannot be looked at.
std::int64_t folder_time(int root_fd, const std::string& path, std::int64_t otherwise) {
  struct stat st {};
  const bool found = ::fstatat(root_fd, path.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
  return found ? mtime_of(st) : otherwise;
}

using Items = std::map<std::string, DoomedItem>;  // by path

void add(Items& items, int root_fd, const scan::FoundFile& file, const Place& place, Safety safety) {
  const auto [at, is_new] = items.try_emplace(place.item);
  DoomedItem& item = at->second;
  if (is_new) {
    item.kind = place.kind;
    item.path = place.item;
    item.session = claude_code::session_of(place.item);
    if (place.by == Place::By::folder) item.mtime_ns = folder_time(root_fd, item.path, file.stamp.mtime_ns);
  }
  if (file.path == place.item) item.mtime_ns = file.stamp.mtime_ns;
  if (place.by == Place::By::at_once) item.mtime_ns = std::max(item.mtime_ns, file.stamp.mtime_ns);
  ++item.files;
  item.bytes += file.stamp.size;
  item.safety = std::max(item.safety, safety);
}

/// An output that would go no earlier than its session goes with it.
void join_outputs(Items& items) {
  for (auto at = items.begin(); at != items.end();) {
    const DoomedItem& output = at->second;
    const auto session = output.kind == Kind::tool_result
                             ? items.find(first_components(output.path, 3) + ".jsonl")
                             : items.end();
    if (session == items.end() || output.goes_ns < session->second.goes_ns) {
      ++at;
      continue;
    }
    session->second.files += output.files;
    session->second.bytes += output.bytes;
    session->second.safety = std::max(session->second.safety, output.safety);
    at = items.erase(at);
  }
}

}  // namespace

std::vector<DoomedItem> doomed_items(int root_fd, const scan::WalkResult& walk,
                                     const std::vector<catalogue::KnownFile>& known, const SweepRule& rule) {
  std::set<std::string> transcripts;
  for (const scan::FoundFile& file : walk.files)
    if (claude_code::is_transcript(file.path)) transcripts.insert(file.path);
  Items items;
  for (const scan::FoundFile& file : walk.files)
    if (const auto place = place_of(file.path, transcripts))
      add(items, root_fd, file, *place, safety_of(file, known));
  for (auto& [path, item] : items) {
    // Images of other sessions go at every sweep, however new they are.
    item.due_ns = swept_from(item.mtime_ns, item.kind == Kind::images ? 0 : rule.days);
    item.goes_ns = std::max(item.due_ns, rule.next_sweep_ns);
  }
  join_outputs(items);
  std::vector<DoomedItem> doomed;
  doomed.reserve(items.size());
  for (auto& [path, item] : items) doomed.push_back(std::move(item));
  return doomed;
}

}  // namespace csb::app
