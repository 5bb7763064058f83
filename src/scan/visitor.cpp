#include "visitor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/scan/open_beneath.hpp"
#include "csb/util/error.hpp"
#include "git_directory.hpp"
#include "link_target.hpp"

namespace csb::scan {
namespace {

using Type = DirectoryEntries::Type;

#ifdef O_NOATIME
constexpr int kListFlags = O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_NOATIME;
#else
constexpr int kListFlags = O_RDONLY | O_DIRECTORY | O_NONBLOCK;
#endif

bool stores(PathClass path_class) { return path_class == PathClass::noise || path_class == PathClass::user; }

Type type_of(std::uint32_t mode) {
  if (S_ISREG(mode)) return Type::file;
  if (S_ISDIR(mode)) return Type::directory;
  return S_ISLNK(mode) ? Type::link : Type::special;
}

std::string_view kind_of(std::uint32_t mode) {
  if (S_ISFIFO(mode)) return "a FIFO";
  return S_ISSOCK(mode) ? "a socket" : "a device";
}

/// Names git has for itself, in the spellings some file system takes for ".git": it stores none of them.
bool is_refused_by_git(std::string_view name) {
  // Those spellings all begin with '.', 'g' or a character that HFS+ ignores; others are not looked at twice.
  const char first = name.front();
  const bool suspect = first == '.' || first == 'g' || first == 'G' || first == '\xe2' || first == '\xef';
  return suspect && !is_safe_tree_path(name);
}

/// Above every directory on the way down one may wait to be opened, and keep it open: not deeper than this.
constexpr std::ptrdiff_t kDeepestKeptOpen = 24;

std::string joined(const std::string& directory, std::string_view name) {
  std::string path;
  path.reserve(directory.size() + 1 + name.size());
  if (!directory.empty()) path.append(directory) += '/';
  return path.append(name);
}

}  // namespace

/// By its name alone where the directory above is open: the kernel then looks up one name, not a whole path.
Fd Visitor::open(DirectoryNode& node) const {
  const auto parent = std::exchange(node.parent, nullptr);
  return parent ? open_beneath(parent->get(), std::string(base_name(node.path)), kListFlags)
                : open_beneath(context_.root_fd, node.path, kListFlags);
}

void Visitor::visit(DirectoryNode& node) {
  Fd directory = open(node);
  if (!directory) return note_unreadable(node.path, errno);
  if (const int error = entries_.read(directory.get()); error != 0) note_unreadable(node.path, error);
  if (is_foreign(node.path, directory.get(), entries_.contains(".git"))) return;
  visit_open(node, std::move(directory));
}

void Visitor::visit_root(DirectoryNode& node) {
  Fd directory = open_beneath(context_.root_fd, "", kListFlags);
  const int error = directory ? entries_.read(directory.get()) : errno;
  if (error != 0) throw errno_error(fmt::format("cannot read the directory '{}'", context_.root_path), error);
  visit_open(node, std::move(directory));
}

void Visitor::visit_open(DirectoryNode& node, Fd directory) {
  for (const DirectoryEntries::Entry& entry : entries_.entries())
    visit_entry(node, directory.get(), entry.name, entry.type);
  if (node.directories.empty()) return;
  node.sort_directories();
  if (std::count(node.path.begin(), node.path.end(), '/') > kDeepestKeptOpen) return;
  const auto parent = std::make_shared<const Fd>(std::move(directory));
  for (const auto& child : node.directories) child->parent = parent;
}

void Visitor::visit_entry(DirectoryNode& node, int directory, std::string_view name, Type type) {
  if (name == ".git" && !node.path.empty()) return;  // is_foreign() has dealt with it
  if (type == Type::unknown) {                       // some file systems do not say
    FileStamp stamp;
    if (!stat(node, directory, name.data(), stamp)) return;
    type = type_of(stamp.mode);
  }
  std::string path = joined(node.path, name);
  switch (type) {
    case Type::directory:
      return visit_directory(node, std::move(path));
    case Type::link:
      return visit_link(node, directory, name.data(), std::move(path));
    case Type::special:
      return visit_special(node, directory, name.data(), path);
    default:
      return visit_file(node, directory, name.data(), std::move(path));
  }
}

bool Visitor::takes(PathClass path_class, std::string_view path) {
  if (path_class == PathClass::secret) found.secrets.emplace_back(path);
  if (path_class == PathClass::unknown) found.unknown.emplace_back(path);
  if (!stores(path_class)) return false;
  if (!is_refused_by_git(base_name(path))) return true;
  found.problems.push_back({.severity = Problem::Severity::not_saved,
                            .path = std::string(path),
                            .what = "git stores nothing by this name, which some systems take for '.git'",
                            .hint = "rename it"});
  return false;
}

bool Visitor::enters(std::string_view path) { return takes(context_.policy.classify_directory(path), path); }

bool Visitor::is_foreign(const std::string& path, int directory, bool has_git) {
  if (!has_git || context_.policy.store_despite_repository(path)) return false;
  ForeignRepository repository = read_repository(directory, path);
  if (repository.url.empty())
    found.problems.push_back({.severity = Problem::Severity::note,
                              .path = path,
                              .what = "a git repository without a remote: its content is not backed up",
                              .hint = "push it somewhere, or include it by name"});
  found.foreign.push_back(std::move(repository));
  return true;
}

void Visitor::note_unreadable(const std::string& path, int error) {
  // Gone, or replaced by something that is no directory, since its name was read.
  if (error == ENOENT || error == ENOTDIR || error == ELOOP) return;
  found.problems.push_back({.severity = Problem::Severity::not_saved,
                            .path = path,
                            .what = errno_error("this directory cannot be read", error).what(),
                            .hint = {}});
  found.unreadable.push_back(path);
}

void Visitor::visit_directory(DirectoryNode& node, std::string path) {
  if (!enters(path)) return;
  if (path.size() >= PATH_MAX) return note_unreadable(path, ENAMETOOLONG);
  auto child = std::make_unique<DirectoryNode>();
  child->path = std::move(path);
  node.directories.push_back(std::move(child));
}

bool Visitor::stat(DirectoryNode& node, int directory, const char* name, FileStamp& stamp) {
  ++found.stats;
  const int error = stat_in(directory, name, stamp, names_);
  if (error == 0) return true;
  // Not being told about one name, nothing is known of its neighbours' absence either; said once.
  if (error != ENOENT && (found.unreadable.empty() || found.unreadable.back() != node.path))
    note_unreadable(node.path, error);
  return false;
}

void Visitor::visit_file(DirectoryNode& node, int directory, const char* name, std::string path) {
  const PathClass path_class = context_.policy.classify(path);
  FileStamp stamp;
  if (!takes(path_class, path) || !stat(node, directory, name, stamp)) return;
  if (names_ > 1) linked.push_back(path);
  if (!S_ISREG(stamp.mode)) return;  // replaced since its name was read: the next walk sees what it is
  node.files.push_back({std::move(path), stamp, path_class});
}

void Visitor::visit_special(DirectoryNode& node, int directory, const char* name, const std::string& path) {
  const PathClass path_class = context_.policy.classify(path);
  if (path_class == PathClass::skip || path_class == PathClass::foreign) return;
  FileStamp stamp;
  if (path_class != PathClass::unknown && !takes(path_class, path)) return;
  if (!stat(node, directory, name, stamp)) return;
  found.problems.push_back({.severity = Problem::Severity::note,
                            .path = path,
                            .what = fmt::format("is {}, which has no content to store", kind_of(stamp.mode)),
                            .hint = {}});
}

void Visitor::visit_link(DirectoryNode& node, int directory, const char* name, std::string path) {
  PathClass path_class = context_.policy.classify(path);
  // A link may stand where a directory is expected, such as `skills`.
  if (!stores(path_class) && path_class != PathClass::secret)
    path_class = context_.policy.classify_directory(path);
  FileStamp stamp;
  if (!takes(path_class, path) || !stat(node, directory, name, stamp)) return;
  if (!S_ISLNK(stamp.mode)) return;
  judge_link(directory, name, path);
  node.files.push_back({std::move(path), stamp, path_class});
}

bool Visitor::is_stored(const std::string& path) const {
  return path.empty() || stores(context_.policy.classify(path)) ||
         stores(context_.policy.classify_directory(path));
}

void Visitor::judge_link(int directory, const char* name, const std::string& path) {
  const LinkTarget target = resolve_link(directory, name, context_.root_path);
  if (target.where == LinkTarget::Where::nowhere) return;  // there is nothing to lose
  if (target.where == LinkTarget::Where::inside && is_stored(target.path)) return;
  const bool hides_data = context_.policy.link_hides_data && context_.policy.link_hides_data(path);
  const std::string shown =
      target.path.empty() ? "something that cannot be looked at" : "'" + target.path + "'";
  found.problems.push_back({.severity = hides_data ? Problem::Severity::not_saved : Problem::Severity::note,
                            .path = path,
                            .what = fmt::format("is a link to {}: what it points at is not backed up", shown),
                            .hint = hides_data ? "put the data itself where the link is" : ""});
}

}  // namespace csb::scan
