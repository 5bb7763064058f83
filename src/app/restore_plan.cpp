#include "restore_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "csb/app/roots.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kProjects = "projects/";

/// "slug" of "projects/slug/…"; empty for anything else.
std::string_view slug_of(std::string_view path) {
  if (!path.starts_with(kProjects)) return {};
  path.remove_prefix(kProjects.size());
  const auto slash = path.find('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

/// The same file in another folder: what is keyed to a session follows it when it moves.
std::string with_slug(const std::string& path, const std::string& slug) {
  const std::string_view old = slug_of(path);
  // A hostile path keeps its face: it must neither be mended nor hide an honest one.
  if (old.empty() || slug.empty() || !is_safe_tree_path(path)) return path;
  return std::string(kProjects) + slug + path.substr(kProjects.size() + old.size());
}

/// The client's locks are no content.
bool is_lock(std::string_view path) { return path.ends_with(".lock"); }

bool is_honest_transcript(const catalogue::Version& version) {
  return source_of_branch(version.branch).is_transcript(version.path) && is_safe_tree_path(version.path);
}

bool has_content(const catalogue::Version& version) {
  if (version.op == ChangeOp::remove) return false;
  return !source_of_branch(version.branch).is_conversation(version.path) || version.messages.value_or(1) > 0;
}

/// Orders versions of one root by sequence, which no clock can disturb; of different roots by time.
bool is_newer(const catalogue::Version& a, const catalogue::Version& b) {
  return a.root_id == b.root_id ? a.sequence > b.sequence : a.commit_ns > b.commit_ns;
}

/// What the person chose: everything stored up to there.
class Point {
 public:
  static Point newest() { return {}; }
  static Point at_time(std::int64_t ns) {
    Point point;
    point.time_ns_ = ns;
    return point;
  }
  static Point at_version(const catalogue::Version& version) {
    Point point = at_time(version.commit_ns);
    point.version_ = version;
    return point;
  }

  [[nodiscard]] bool includes(const catalogue::Version& version) const {
    if (!time_ns_) return true;
    if (version_ && version.root_id == version_->root_id &&
        (version.commit == version_->commit || version.sequence <= version_->sequence))
      return true;
    return version.commit_ns <= *time_ns_;
  }

 private:
  std::optional<std::int64_t> time_ns_;
  std::optional<catalogue::Version> version_;
};

const TranscriptVersion* version_number(const std::vector<TranscriptVersion>& versions,
                                        std::uint64_t number) {
  const auto found =
      std::find_if(versions.begin(), versions.end(),
                   [number](const TranscriptVersion& version) { return version.number == number; });
  return found == versions.end() || number == 0 ? nullptr : &*found;
}

/// The chosen version of the transcript, and the point in history that this choice means.
std::pair<std::optional<TranscriptVersion>, Point> choose(const std::vector<TranscriptVersion>& versions,
                                                          std::uint64_t count, const RestoreOptions& options,
                                                          const SessionId& id) {
  if (options.version) {
    const TranscriptVersion* found = version_number(versions, *options.version);
    if (found == nullptr)
      throw Error(
          ErrorCode::not_found,
          fmt::format("session {} has no version {}: there are {}", id.brief(), *options.version, count),
          fmt::format("csb log {} lists them", id.brief()));
    return {*found, Point::at_version(found->version)};
  }
  if (options.at_ns) {
    const Point point = Point::at_time(*options.at_ns);
    std::vector<TranscriptVersion> until;
    std::copy_if(versions.begin(), versions.end(), std::back_inserter(until),
                 [&](const TranscriptVersion& version) { return point.includes(version.version); });
    const TranscriptVersion* best = best_version(until);
    if (best == nullptr)
      throw Error(
          ErrorCode::not_found,
          fmt::format("nothing of session {} was stored by {}", id.brief(), format_local(*options.at_ns)),
          fmt::format("csb log {} lists what was stored when", id.brief()));
    return {*best, point};
  }
  const TranscriptVersion* best = best_version(versions);
  if (best == nullptr) return {std::nullopt, Point::newest()};
  return {*best, Point::newest()};
}

/// Of a session that is in several roots each version goes back to where it is from.
std::size_t root_for(const SessionPlan& plan, const std::vector<Root>& roots) {
  const auto find = [&](const auto& is_it) {
    return static_cast<std::size_t>(std::find_if(roots.begin(), roots.end(), is_it) - roots.begin());
  };
  std::size_t root = roots.size();
  if (plan.transcript)
    root = find([&](const Root& r) { return r.branch == plan.transcript->version.branch; });
  if (root == roots.size()) root = find([&](const Root& r) { return r.directory == plan.session.root_path; });
  if (root == roots.size())  // another machine's: into the first root of its kind
    root = find([&](const Root& r) { return r.source == plan.source; });
  return root == roots.size() ? 0 : root;
}

/// Where the catalogue does not list it, what is left of it says whose it is.
const source::Source& source_of(const SessionPlan& plan, const std::vector<catalogue::Version>& versions) {
  if (plan.transcript) return source_of_branch(plan.transcript->version.branch);
  if (const source::Source* source = find_source(plan.session.source)) return *source;
  return source_of_branch(versions.empty() ? std::string_view() : versions.back().branch);
}

/// The folder the session was in last: in this root if it ever was here.
std::string last_slug(const std::vector<TranscriptVersion>& versions, const std::string& own_branch) {
  std::vector<TranscriptVersion> own;
  std::copy_if(versions.begin(), versions.end(), std::back_inserter(own),
               [&](const TranscriptVersion& version) { return version.version.branch == own_branch; });
  const TranscriptVersion* last = best_version(own);
  if (last == nullptr) last = best_version(versions);
  return last == nullptr ? std::string() : std::string(slug_of(last->version.path));
}

void take_if_newer(std::map<std::string, RestoreItem>& items, RestoreItem item) {
  const auto [at, inserted] = items.try_emplace(item.path, item);
  if (!inserted && is_newer(item.version, at->second.version)) at->second = std::move(item);
}

/// Of every path the newest content at or before the point; of conversations the newest that is one.
std::map<std::string, RestoreItem> gather(const std::vector<catalogue::Version>& versions, const Point& point,
                                          const std::string& slug) {
  std::map<std::pair<std::int64_t, std::string>, RestoreItem> newest;  // by root and path
  for (const catalogue::Version& version : versions) {                 // oldest first
    if (!point.includes(version) || is_lock(version.path) || is_honest_transcript(version)) continue;
    const auto key = std::pair(version.root_id, version.path);
    const auto known = newest.find(key);
    if (version.op == ChangeOp::remove) {
      if (known != newest.end()) known->second.removal = version;
      continue;
    }
    if (known != newest.end() && !has_content(version)) {
      known->second.removal.reset();
      continue;
    }
    RestoreItem& item = newest[key];
    item = RestoreItem();
    item.path = with_slug(version.path, slug);
    item.version = version;
  }
  std::map<std::string, RestoreItem> items;
  for (auto& [key, item] : newest) take_if_newer(items, std::move(item));
  return items;
}

void keep_only(SessionPlan& plan, const std::string& only) {
  if (only.empty()) return;
  std::string wanted = only;
  while (wanted.size() > 1 && wanted.back() == '/') wanted.pop_back();
  std::erase_if(plan.items, [&](const RestoreItem& item) {
    if (wanted == "transcript") return !item.is_transcript;
    const auto matches = [&](const std::string& path) { return path == wanted || is_beneath(path, wanted); };
    return !matches(item.path) && !matches(item.version.path);
  });
  if (plan.items.empty())
    throw Error(
        ErrorCode::not_found,
        fmt::format("session {} has no '{}' in the archive", plan.session.id.brief(), printable(only)),
        fmt::format("csb restore {} --dry-run lists its files", plan.session.id.brief()));
}

void say_what_was_chosen(SessionPlan& plan, const std::vector<TranscriptVersion>& versions,
                         const RestoreOptions& options) {
  if (!plan.transcript) {
    plan.notes.emplace_back("its transcript was never stored: only what is keyed to it comes back");
    return;
  }
  const bool is_newest = plan.transcript->number == plan.versions;
  if (!plan.transcript->is_conversation) {
    plan.notes.push_back(
        fmt::format("version {} of its transcript holds no message", plan.transcript->number));
  } else if (!is_newest && !options.version && !options.at_ns) {
    const TranscriptVersion* newest = version_number(versions, plan.versions);
    const bool stub = newest != nullptr && !newest->is_conversation;
    plan.notes.push_back(fmt::format("version {} of {}: {}", plan.transcript->number, plan.versions,
                                     stub ? "what was stored later holds no message"
                                          : "what was stored later holds less of the conversation"));
  }
}

}  // namespace

SessionPlan plan_restore(const catalogue::Catalogue& catalogue, catalogue::Session session,
                         const RestoreOptions& options, const std::vector<Root>& roots) {
  const SessionId id = session.id;
  auto versions = transcript_versions(catalogue, id);
  std::erase_if(versions,
                [](const TranscriptVersion& version) { return !is_honest_transcript(version.version); });
  SessionPlan plan{std::move(session), std::nullopt, 0, 0, nullptr, {}, {}, {}};
  for (const TranscriptVersion& version : versions) plan.versions = std::max(plan.versions, version.number);
  auto [chosen, point] = choose(versions, plan.versions, options, id);
  plan.transcript = std::move(chosen);
  const auto all = catalogue.versions_of(id);
  plan.source = &source_of(plan, all);
  plan.root = root_for(plan, roots);
  plan.slug = last_slug(versions, roots[plan.root].branch);
  if (plan.slug.empty()) plan.slug = slug_of(plan.session.path);

  for (auto& [path, item] : gather(all, point, plan.slug)) plan.items.push_back(std::move(item));
  if (plan.transcript) {
    RestoreItem item;
    item.version = plan.transcript->version;
    item.path = with_slug(item.version.path, plan.slug);
    item.is_transcript = true;
    plan.items.push_back(std::move(item));
  }
  keep_only(plan, options.only);
  say_what_was_chosen(plan, versions, options);
  return plan;
}

void retarget(SessionPlan& plan, const std::string& slug) {
  plan.slug = slug;
  for (RestoreItem& item : plan.items) item.path = with_slug(item.path, slug);
}

}  // namespace csb::app
