#include "csb/app/forecast.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <set>
#include <tuple>
#include <unordered_map>

#include "csb/app/roots.hpp"
#include "csb/app/session_state.hpp"
#include "csb/app/show.hpp"
#include "csb/scan/walk.hpp"
#include "csb/source/claude_code/config_dir.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/source/claude_code/source.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/parallel.hpp"
#include "forecast_items.hpp"

namespace csb::app {
namespace {

/// The client sweeps at most once in this time.
constexpr std::int64_t kBetweenSweepsNs = kNsPerDay;

std::optional<std::int64_t> last_sweep(int root_fd) {
  struct stat st {};
  if (::fstatat(root_fd, ".last-cleanup", &st, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
#ifdef __APPLE__
  const timespec& mtime = st.st_mtimespec;
#else
  const timespec& mtime = st.st_mtim;
#endif
  return static_cast<std::int64_t>(mtime.tv_sec) * kNsPerSecond + mtime.tv_nsec;
}

/// What the settings of the projects say, where a session has worked and where that is not what the
/// person's own settings say.
std::vector<ScopeRetention> project_scopes(const std::string& root,
                                           const std::vector<catalogue::Session>& sessions,
                                           const source::Retention& own) {
  std::set<std::string> folders;
  for (const catalogue::Session& session : sessions)
    for (const std::string* folder : {&session.cwd, &session.start_cwd})
      if (!folder->empty() && folder->front() == '/') folders.insert(*folder);
  std::vector<ScopeRetention> scopes;
  for (const std::string& folder : folders) {
    const std::string directory = fs::real_path(folder + "/.claude");
    if (directory.empty() || directory == root) continue;
    source::Retention said = claude_code::effective_retention(directory);
    if (said.origin == source::Retention{}.origin || said.days == own.days) continue;
    scopes.push_back({folder, std::move(said)});
  }
  return scopes;
}

const source::Retention& shortest(const source::Retention& own, const std::vector<ScopeRetention>& scopes) {
  const source::Retention* least = &own;
  for (const ScopeRetention& scope : scopes)  // broken settings of the person's pause every client's cleanup
    if (scope.retention.days && least->days && *scope.retention.days < *least->days) least = &scope.retention;
  return *least;
}

void name_sessions(std::vector<DoomedItem>& items, const std::vector<catalogue::Session>& sessions) {
  std::unordered_map<std::string_view, const catalogue::Session*> by_id;
  for (const catalogue::Session& session : sessions) by_id[session.id.text()] = &session;
  for (DoomedItem& item : items) {
    const auto found = item.session ? by_id.find(item.session->text()) : by_id.end();
    if (found == by_id.end()) continue;
    item.title = found->second->title.empty() ? found->second->first_prompt : found->second->title;
    item.folder = resume_directory(*found->second);
  }
}

}  // namespace

std::string_view to_string(DoomedItem::Kind kind) {
  using Kind = DoomedItem::Kind;
  switch (kind) {
    case Kind::session:
      return "session";
    case Kind::tool_result:
      return "tool_result";
    case Kind::leftover:
      return "leftover";
    case Kind::file_history:
      return "file_history";
    case Kind::tasks:
      return "tasks";
    case Kind::session_env:
      return "session_env";
    case Kind::plan:
      return "plan";
    case Kind::todo:
      return "todo";
    case Kind::paste:
      return "paste";
    case Kind::upload:
      return "upload";
    case Kind::images:
      return "images";
  }
  return "session";
}

std::string_view to_string(DoomedItem::Safety safety) {
  switch (safety) {
    case DoomedItem::Safety::saved:
      return "saved";
    case DoomedItem::Safety::behind:
      return "behind";
    case DoomedItem::Safety::missing:
      return "missing";
  }
  return "missing";
}

bool ForecastResult::at_risk() const {
  return std::any_of(items.begin(), items.end(),
                     [](const DoomedItem& item) { return item.safety != DoomedItem::Safety::saved; });
}

std::uint64_t ForecastResult::sessions_here() const {
  std::uint64_t sum = 0;
  for (const SweptRoot& root : roots) sum += root.sessions_here;
  return sum;
}

namespace {

/// Adds what goes from one Claude directory. @return false, with errno, when it cannot be read
bool forecast_root(ForecastResult& result, const Settings& settings, const Root& root,
                   const catalogue::Catalogue* catalogue, const std::vector<catalogue::Session>& sessions,
                   std::int64_t now) {
  const Fd directory = open_at(AT_FDCWD, root.directory, O_RDONLY | O_DIRECTORY);
  if (!directory) return false;
  SweptRoot swept;
  swept.directory = root.directory;
  const source::Retention own = root.source->retention(root.directory);
  swept.scopes = project_scopes(root.directory, sessions, own);
  swept.retention = shortest(own, swept.scopes);
  swept.last_sweep_ns = last_sweep(directory.get());
  swept.next_sweep_ns = std::max(now, swept.last_sweep_ns.value_or(0) + kBetweenSweepsNs);

  scan::WalkResult walk =
      scan::walk(directory.get(), root.source->policy(settings.policy)->walk_policy(), worker_count());
  for (const scan::FoundFile& file : walk.files)
    if (claude_code::is_transcript(file.path)) ++swept.sessions_here;
  for (Problem& problem : walk.problems)
    if (problem.severity == Problem::Severity::not_saved) result.problems.push_back(std::move(problem));
  if (swept.retention.days) {
    const auto at = catalogue != nullptr ? catalogue->find_root(root.branch) : std::nullopt;
    const auto known = at ? catalogue->known_files(at->id) : std::vector<catalogue::KnownFile>();
    for (DoomedItem& item :
         doomed_items(directory.get(), walk, known, {*swept.retention.days, swept.next_sweep_ns})) {
      if (item.goes_ns > result.until_ns) continue;
      item.root = result.roots.size();
      result.items.push_back(std::move(item));
    }
  }
  result.roots.push_back(std::move(swept));
  return true;
}

}  // namespace

ForecastResult forecast(const Settings& settings, const catalogue::Catalogue* catalogue,
                        const ForecastOptions& options) {
  std::vector<catalogue::Session> sessions;
  if (catalogue != nullptr)
    sessions = catalogue->sessions({.deleted = catalogue::DeletedFilter::all}).sessions;
  ForecastResult result;
  result.until_ns =
      swept_from(options.now_ns,
                 static_cast<int>(std::min<std::uint64_t>(options.days, std::numeric_limits<int>::max())));
  for (const Root& root : roots_of(settings, catalogue)) {
    if (root.source != &claude_code::source()) continue;  // nobody sweeps csb's own mirror
    if (forecast_root(result, settings, root, catalogue, sessions, options.now_ns)) continue;
    const Error error = errno_error("cannot read the Claude directory '" + root.directory + "'", errno);
    result.problems.push_back({Problem::Severity::not_saved, root.directory, error.what(), {}});
  }
  if (result.roots.empty())
    throw Error(ErrorCode::failed,
                result.problems.empty() ? "there is no Claude directory" : result.problems.front().what,
                "name it with --claude-dir or CLAUDE_CONFIG_DIR");
  std::sort(result.items.begin(), result.items.end(), [](const DoomedItem& a, const DoomedItem& b) {
    return std::tie(a.goes_ns, a.due_ns, a.root, a.path) < std::tie(b.goes_ns, b.due_ns, b.root, b.path);
  });
  name_sessions(result.items, sessions);
  return result;
}

}  // namespace csb::app
