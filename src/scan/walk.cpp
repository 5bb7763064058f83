#include "csb/scan/walk.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/scan/open_beneath.hpp"
#include "csb/util/parallel.hpp"
#include "link_target.hpp"
#include "secret_links.hpp"
#include "visitor.hpp"

namespace csb::scan {
namespace {

template <typename T>
void append(std::vector<T>& to, std::vector<T>& from) {
  std::move(from.begin(), from.end(), std::back_inserter(to));
}

void sort_unique(std::vector<std::string>& paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
}

/// Puts together what the threads found, in an order that does not depend on who found it: but for the
/// problems, of which there may be more.
WalkResult merged(std::deque<Visitor>& visitors) {
  WalkResult all;
  for (Visitor& visitor : visitors) {
    append(all.foreign, visitor.found.foreign);
    append(all.unknown, visitor.found.unknown);
    append(all.secrets, visitor.found.secrets);
    append(all.problems, visitor.found.problems);
    append(all.unreadable, visitor.found.unreadable);
    all.stats += visitor.found.stats;
  }
  std::sort(all.foreign.begin(), all.foreign.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  sort_unique(all.unknown);
  sort_unique(all.secrets);
  sort_unique(all.unreadable);
  return all;
}

WalkResult finished(WalkResult result) {
  std::stable_sort(result.problems.begin(), result.problems.end(),
                   [](const auto& a, const auto& b) { return a.path < b.path; });
  return result;
}

/// Reads directories until none is left. What a thread throws is kept, and stops all of them.
class Crew {
 public:
  Crew(const WalkContext& context, std::size_t threads) {
    for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i) visitors_.emplace_back(context);
  }

  [[nodiscard]] Visitor& first() { return visitors_.front(); }
  [[nodiscard]] WalkResult result() { return merged(visitors_); }
  [[nodiscard]] std::vector<std::string> linked() {
    std::vector<std::string> all;
    for (Visitor& visitor : visitors_) append(all, visitor.linked);
    return all;
  }

  /// Visits everything beneath `top`, whose own entries are known already.
  void visit_beneath(DirectoryNode& top) {
    if (top.directories.empty()) return;
    queue_.add(top.directories);
    const std::function<void(std::size_t)> help = [this](std::size_t i) { run(visitors_[i]); };
    std::vector<std::jthread> helpers = start_threads(visitors_.size() - 1, help);
    run(first());
    helpers.clear();  // joins
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void run(Visitor& visitor) {
    while (DirectoryNode* const node = queue_.take()) {
      try {
        visitor.visit(*node);
        queue_.add(node->directories);
      } catch (...) {
        const std::lock_guard hold(mutex_);
        if (!failure_) failure_ = std::current_exception();
        queue_.stop();
      }
      queue_.done();
    }
  }

  std::deque<Visitor> visitors_;
  DirectoryQueue queue_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

#ifdef O_PATH
constexpr int kLookFlags = O_PATH | O_DIRECTORY;
#else
constexpr int kLookFlags = O_RDONLY | O_DIRECTORY;
#endif

/// The directories above the paths that walk_paths() was asked for: which of them a walk would enter.
class Ancestors {
 public:
  Ancestors(const WalkContext& context, Visitor& visitor) : context_(context), visitor_(visitor) {}

  [[nodiscard]] bool enters(const std::string& directory) {
    if (directory.empty()) return true;
    if (const auto known = entered_.find(directory); known != entered_.end()) return known->second;
    const bool entered = enters(std::string(parent_path(directory))) && looks_into(directory);
    entered_.emplace(directory, entered);
    return entered;
  }

 private:
  bool looks_into(const std::string& directory) {
    if (!visitor_.enters(directory)) return false;
    const Fd fd = open_beneath(context_.root_fd, directory, kLookFlags);
    if (!fd) {
      visitor_.note_unreadable(directory, errno);
      return false;
    }
    struct stat st {};
    const bool has_git = ::fstatat(fd.get(), ".git", &st, AT_SYMLINK_NOFOLLOW) == 0;
    return !visitor_.is_foreign(directory, fd.get(), has_git);
  }

  const WalkContext& context_;
  Visitor& visitor_;
  std::map<std::string, bool> entered_;
};

bool has_ancestor_in(const std::set<std::string>& paths, std::string_view path) {
  for (path = parent_path(path); !path.empty(); path = parent_path(path))
    if (paths.contains(std::string(path))) return true;
  return false;
}

bool by_path(const FoundFile& a, const FoundFile& b) { return a.path < b.path; }

}  // namespace

bool FoundFile::is_symlink() const noexcept { return S_ISLNK(stamp.mode); }

WalkResult walk(int root_fd, const Policy& policy, std::size_t threads) {
  const WalkContext context{.root_fd = root_fd, .policy = policy, .root_path = path_of(root_fd)};
  Crew crew(context, threads);
  DirectoryNode root;
  crew.first().visit_root(root);
  crew.visit_beneath(root);
  WalkResult result = crew.result();
  result.files.reserve(root.file_count());
  root.move_files_to(result.files);
  leave_out_names_of_secrets(context, crew.linked(), std::vector(result.secrets), result);
  return finished(std::move(result));
}

WalkResult walk_paths(int root_fd, const Policy& policy, const std::vector<std::string>& paths) {
  const WalkContext context{.root_fd = root_fd, .policy = policy, .root_path = path_of(root_fd)};
  Crew crew(context, 1);
  Ancestors ancestors(context, crew.first());
  const std::set<std::string> wanted(paths.begin(), paths.end());
  DirectoryNode top;  // stands for all the directories above the paths
  for (const std::string& path : wanted) {
    if (!is_safe_relative_path(path) || has_ancestor_in(wanted, path)) continue;
    const std::string parent(parent_path(path));
    if (!ancestors.enters(parent)) continue;
    const Fd directory = open_beneath(root_fd, parent, kLookFlags);
    if (!directory) {
      crew.first().note_unreadable(parent, errno);
      continue;
    }
    DirectoryNode holder;
    holder.path = parent;
    crew.first().visit_entry(holder, directory.get(), path.c_str() + (path.size() - base_name(path).size()),
                             DirectoryEntries::Type::unknown);
    append(top.files, holder.files);
    append(top.directories, holder.directories);
  }
  crew.visit_beneath(top);
  WalkResult result = crew.result();
  top.move_files_to(result.files);
  std::sort(result.files.begin(), result.files.end(), by_path);
  if (const auto linked = crew.linked(); !linked.empty())  // rare enough to look at everything for it
    leave_out_names_of_secrets(context, linked, walk(root_fd, policy, 1).secrets, result);
  return finished(std::move(result));
}

}  // namespace csb::scan
