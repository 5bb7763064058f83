#include "csb/app/scan.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "csb/app/roots.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/source/claude_code/source.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

using How = catalogue::FolderFilter::How;

/// Names of project folders are not reversible: what fits may still be another folder's.
bool may_be_of(const std::string& slug, const catalogue::FolderFilter& folder) {
  const std::string wanted = claude_code::project_slug(folder.path);
  if (folder.how == How::prefix || folder.how == How::started_prefix) return slug.starts_with(wanted);
  return slug == wanted || (folder.how == How::below && slug.starts_with(wanted + '-'));
}

class WaitingFinder {
 public:
  WaitingFinder(const Root& root, const catalogue::Catalogue* catalogue, ScanResult& result)
      : root_(root.directory), projects_(root_ + "/projects"), catalogue_(catalogue), result_(result) {
    if (const auto at = catalogue != nullptr ? catalogue->find_root(root.branch) : std::nullopt)
      known_ = catalogue->known_files(at->id);
  }

  void find(const catalogue::FolderFilter& folder) {
    for (const std::string& slug : names_in(projects_)) {
      if (!may_be_of(slug, folder) || !fs::is_directory(projects_ + "/" + slug)) continue;
      for (const std::string& name : names_in(projects_ + "/" + slug)) take(slug + "/" + name);
    }
  }

 private:
  std::vector<std::string> names_in(const std::string& directory) {
    try {
      return fs::list_directory(directory);
    } catch (const Error& error) {
      result_.problems.push_back({Problem::Severity::not_saved, directory, error.what(), error.hint()});
      return {};
    }
  }

  [[nodiscard]] bool is_known(const std::string& path, const SessionId& id) const {
    const auto at =
        std::lower_bound(known_.begin(), known_.end(), path,
                         [](const auto& file, const std::string& wanted) { return file.path < wanted; });
    if (at != known_.end() && at->path == path) return true;
    return catalogue_ != nullptr && catalogue_->session(id);  // it moved
  }

  void take(const std::string& name) {
    const std::string path = "projects/" + name;
    const auto id = claude_code::is_transcript(path) ? claude_code::session_of(path) : std::nullopt;
    struct stat st {};
    if (!id || is_known(path, *id) || ::lstat((projects_ + "/" + name).c_str(), &st) != 0 ||
        !S_ISREG(st.st_mode))
      return;
    result_.waiting.push_back(
        {*id, root_, path, static_cast<std::uint64_t>(st.st_size), std::int64_t{st.st_mtime} * kNsPerSecond});
  }

  std::string root_, projects_;
  const catalogue::Catalogue* catalogue_;
  std::vector<catalogue::KnownFile> known_;  ///< sorted by path
  ScanResult& result_;
};

}  // namespace

ScanResult scan(const Settings& settings, const catalogue::Catalogue* catalogue,
                const catalogue::SessionQuery& query, bool with_folders) {
  ScanResult result;
  if (catalogue != nullptr) {
    result.list = list(settings, *catalogue, query, with_folders);
  } else {
    result.list.nothing_stored = true;
  }
  // What a transcript says is not known before it is archived: only the folder can be compared.
  if (query.folder && query.words.empty())
    for (const Root& root : roots_of(settings, catalogue))
      if (root.source == &claude_code::source()) WaitingFinder(root, catalogue, result).find(*query.folder);
  return result;
}

std::vector<SessionId> gone_from_disk(const ListResult& result) {
  std::vector<SessionId> gone;
  for (const InspectedSession& session : result.sessions)
    if (session.state == SessionState::deleted &&
        !session.session.root_path.empty())  // not another machine's
      gone.push_back(session.session.id);
  return gone;
}

}  // namespace csb::app
