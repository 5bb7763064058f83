#include "restore_root.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/scan/open_beneath.hpp"
#include "csb/util/error.hpp"

namespace csb::app {
namespace {

constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
constexpr std::size_t kMostOpen = 64;  ///< directories kept open: well below any limit on descriptors

[[noreturn]] void throw_blocked(std::string_view path, int error) {
  if (error == ELOOP || error == EXDEV)
    throw Error(ErrorCode::failed, "'" + std::string(path) + "' leads through a symbolic link");
  if (error == ENOTDIR) {
    throw Error(ErrorCode::failed, "'" + std::string(path) + "' is needed as a directory and is none");
  }
  throw errno_error("cannot enter '" + std::string(path) + "'", error);
}

}  // namespace

RestoreRoot::RestoreRoot(const std::string& path) : path_(path) {
  Fd fd = open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (!fd) throw errno_error("cannot open '" + path + "'", errno);
  root_ = std::make_shared<const Fd>(std::move(fd));
}

void RestoreRoot::remember(const std::string& path, Directory directory) {
  if (open_.size() >= kMostOpen) open_.clear();
  open_.insert_or_assign(path, std::move(directory));
}

RestoreRoot::Directory RestoreRoot::find(std::string_view path) {
  if (path.empty()) return root_;
  if (!is_safe_relative_path(path))
    throw Error(ErrorCode::failed, "'" + std::string(path) + "' is no path beneath the root");
  if (const auto known = open_.find(path); known != open_.end()) return known->second;
  const std::string text(path);
  Fd fd = scan::open_beneath(root_->get(), text, kDirectoryFlags);
  if (!fd && errno == ENOENT) return nullptr;
  if (!fd) throw_blocked(path, errno);
  auto directory = std::make_shared<const Fd>(std::move(fd));
  remember(text, directory);
  return directory;
}

RestoreRoot::Directory RestoreRoot::make(std::string_view path) {
  if (auto directory = find(path)) return directory;
  const std::string_view parent = parent_path(path);
  const Directory above = make(parent);
  const std::string name(base_name(path));
  if (::mkdirat(above->get(), name.c_str(), 0700) == 0) {
    note_change(parent);
  } else if (errno != EEXIST) {
    throw errno_error("cannot make the directory '" + std::string(path) + "'", errno);
  }
  auto directory = find(path);
  if (!directory) throw Error(ErrorCode::failed, "'" + std::string(path) + "' vanished while it was made");
  return directory;
}

std::optional<struct stat> RestoreRoot::look(const std::string& path) {
  const Directory directory = find(parent_path(path));
  if (!directory) return std::nullopt;
  struct stat st {};
  const std::string name(base_name(path));
  if (::fstatat(directory->get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) return st;
  if (errno == ENOENT) return std::nullopt;
  throw errno_error("cannot look at '" + path + "'", errno);
}

void RestoreRoot::sync_changed() {
  for (const std::string& path : changed_) {
    const Directory directory = find(path);
    if (!directory) continue;
    // Some file systems cannot sync a directory; they order names by themselves.
    if (::fsync(directory->get()) != 0 && errno != EINVAL && errno != ENOTSUP)
      throw errno_error("cannot make '" + path + "' durable", errno);
  }
  changed_.clear();
}

}  // namespace csb::app
