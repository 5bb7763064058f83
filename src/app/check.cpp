#include "csb/app/check.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "csb/app/roots.hpp"
#include "csb/archive/store.hpp"
#include "csb/scan/walk.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/parallel.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

using Why = UnsavedSession::Why;

/// One root on disk beside what is known of it.
class RootCheck {
 public:
  RootCheck(const Settings& settings, const Root& root, const catalogue::Catalogue* catalogue,
            CheckResult& result)
      : settings_(settings), root_(root), catalogue_(catalogue), result_(result) {}

  void run() {
    const Fd directory = open_at(AT_FDCWD, root_.directory, O_RDONLY | O_DIRECTORY);
    if (!directory) throw errno_error("cannot look at '" + root_.directory + "'", errno);
    const auto policy = root_.source->policy(settings_.policy);
    scan::WalkResult walk = scan::walk(directory.get(), policy->walk_policy(), worker_count());
    for (Problem& problem : walk.problems)
      if (problem.severity == Problem::Severity::not_saved) result_.problems.push_back(std::move(problem));
    learn_known();
    compare(walk.files);
    take();
  }

 private:
  void learn_known() {
    if (catalogue_ == nullptr) return;
    const auto row = catalogue_->find_root(root_.branch);
    if (!row) return;
    known_ = catalogue_->known_files(row->id);
    if (tip() != row->head)
      result_.problems.push_back({Problem::Severity::not_saved,
                                  {},
                                  "the branch " + root_.branch + " is not as the catalogue left it",
                                  "run 'csb backup': it looks into the store itself"});
  }

  [[nodiscard]] std::optional<Oid> tip() const {
    if (auto tip = archive::Store::peek_tip(settings_.store, root_.branch)) return tip;
    return archive::Store::open(settings_.store).tip(root_.branch);
  }

  /// Both lists are sorted by path.
  void compare(const std::vector<scan::FoundFile>& files) {
    auto k = known_.begin();
    std::vector<const scan::FoundFile*> fresh;
    for (const scan::FoundFile& file : files) {
      if (root_.source->is_transcript(file.path)) ++result_.sessions_seen;
      for (; k != known_.end() && k->path < file.path; ++k) gone_[k->stamp.inode] = &*k;
      if (k == known_.end() || k->path != file.path) {
        fresh.push_back(&file);
      } else {
        if (k->stamp != file.stamp) note(file, k->stamp.size, true);
        ++k;
      }
    }
    for (; k != known_.end(); ++k) gone_[k->stamp.inode] = &*k;
    for (const scan::FoundFile* file : fresh) {
      // What was only renamed is stored, under its earlier name.
      const auto moved = gone_.find(file->stamp.inode);
      if (moved == gone_.end()) {
        note(*file, 0, false);
      } else if (moved->second->stamp != file->stamp) {
        note(*file, moved->second->stamp.size, true);
      }
    }
  }

  void note(const scan::FoundFile& file, std::uint64_t stored_size, bool was_stored) {
    const auto id = root_.source->session_of(file.path);
    if (!id) return;
    auto& session = sessions_.try_emplace(*id, *id).first->second;
    const bool is_transcript = root_.source->is_transcript(file.path);
    ++session.files;
    session.mtime_ns = std::max(session.mtime_ns, file.stamp.mtime_ns);
    if (session.files > 1 && !is_transcript) return;
    session.path = file.path;
    session.size = file.stamp.size;
    session.stored_size = stored_size;
    if (is_transcript)
      session.why = !was_stored ? Why::never : file.stamp.size < stored_size ? Why::shrunk : Why::changed;
  }

  void take() {
    std::set<std::string> open;
    for (const auto& live : root_.source->live_sessions(root_.directory)) open.insert(live.session_id);
    for (auto& [id, session] : sessions_) {
      session.root = root_.directory;
      session.open_now = open.contains(id.text());
      if (catalogue_ != nullptr)
        if (const auto listed = catalogue_->session(id)) session.title = listed->title;
      result_.sessions.push_back(std::move(session));
    }
  }

  const Settings& settings_;
  const Root& root_;
  const catalogue::Catalogue* catalogue_;
  CheckResult& result_;
  std::vector<catalogue::KnownFile> known_;
  std::map<std::uint64_t, const catalogue::KnownFile*> gone_;  ///< by inode
  std::map<SessionId, UnsavedSession> sessions_;
};

void require_store(const Settings& settings, const catalogue::Catalogue* catalogue) {
  if (catalogue == nullptr || fs::exists(settings.store)) return;
  throw Error(ErrorCode::failed, "the store '" + settings.store + "' is gone",
              "is it mounted? What the catalogue says is stored lies in there");
}

/// What the person typed, as ids are written.
std::vector<std::string> excluded_ids(const std::vector<std::string>& typed) {
  std::vector<std::string> ids;
  for (const std::string& text : typed) {
    ids.push_back(ascii_lower(text));
    if (text.size() < 4 || ids.back().find_first_not_of("0123456789abcdef-") != std::string::npos)
      throw Error(ErrorCode::usage, "--exclude: '" + text + "' is no session's id, nor the beginning of one",
                  "give four or more characters of it");
  }
  return ids;
}

}  // namespace

std::string_view to_string(Why why) {
  switch (why) {
    case Why::never:
      return "never";
    case Why::changed:
      return "changed";
    case Why::shrunk:
      return "shrunk";
    case Why::files:
      return "files";
  }
  return "files";
}

bool CheckResult::gap() const { return !sessions.empty() || !problems.empty(); }

CheckResult check(const Settings& settings, const catalogue::Catalogue* catalogue,
                  const std::vector<std::string>& exclude) {
  const std::vector<std::string> excluded = excluded_ids(exclude);
  require_store(settings, catalogue);
  CheckResult result;
  for (const Root& root : roots_of(settings, catalogue)) RootCheck(settings, root, catalogue, result).run();
  const std::size_t all = result.sessions.size();
  std::erase_if(result.sessions, [&](const UnsavedSession& session) {
    return std::any_of(excluded.begin(), excluded.end(),
                       [&](const std::string& id) { return session.id.text().starts_with(id); });
  });
  result.excluded = all - result.sessions.size();
  std::stable_sort(result.sessions.begin(), result.sessions.end(),
                   [](const auto& a, const auto& b) { return a.mtime_ns > b.mtime_ns; });
  return result;
}

}  // namespace csb::app
