#include "csb/util/fs.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <memory>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"

namespace csb::fs {
namespace {

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Temporary file beside `path`, then rename.
void replace(const std::string& path, std::string_view data, bool durably, unsigned mode) {
  const std::string temporary = temporary_name(path);
  try {
    const Fd fd = open_at(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    if (!fd) throw errno_error("cannot create '" + temporary + "'", errno);
    if (::fchmod(fd.get(), mode) != 0) throw errno_error("cannot protect '" + temporary + "'", errno);
    write_all(fd.get(), as_bytes(data), "'" + temporary + "'");
    if (durably) sync_file(fd.get(), temporary);
    rename_file(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  if (durably) sync_directory(parent_of(path));
}

/// Removes a name in an open directory, and what is beneath it. @return false with errno set
bool remove_entry(int dir, const std::string& name) {
  if (::unlinkat(dir, name.c_str(), 0) == 0 || errno == ENOENT) return true;
  if (errno != EISDIR && errno != EPERM) return false;
  Fd fd = open_at(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  if (!fd) return false;
  const int inner = fd.get();
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(fd.release()), &::closedir);
  if (!listing) return false;
  while (const dirent* entry = ::readdir(listing.get())) {
    const std::string child = entry->d_name;
    if (child != "." && child != ".." && !remove_entry(inner, child)) return false;
  }
  return ::unlinkat(dir, name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT;
}

/// Appends the names in a directory, sorted. @return 0, or why it could not be read to its end
int read_names(const std::string& path, std::vector<std::string>& names) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), &::closedir);
  if (!dir) return errno;
  errno = 0;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  const int error = errno;
  std::sort(names.begin(), names.end());
  return error;
}

}  // namespace

std::string temporary_name(const std::string& path) { return path + ".tmp." + std::to_string(::getpid()); }

void make_directories(const std::string& path) {
  if (is_directory(path)) return;
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), 0700) == 0 || errno == EEXIST) continue;
    const int error = errno;  // EROFS or EACCES on an ancestor that exists is no failure
    if (is_directory(part)) continue;
    throw errno_error("cannot create directory '" + part + "'", error);
  }
  if (!is_directory(path)) throw errno_error("cannot use '" + path + "'", ENOTDIR);
}

void write_file_atomically(const std::string& path, std::string_view data, unsigned mode) {
  replace(path, data, true, mode);
}

void replace_file(const std::string& path, std::string_view data) { replace(path, data, false, 0600); }

void sync_file(int fd, std::string_view what) {
  while (::fsync(fd) != 0) {
    if (errno != EINTR) throw errno_error("cannot make '" + std::string(what) + "' durable", errno);
  }
}

void start_writeback([[maybe_unused]] int fd, [[maybe_unused]] std::uint64_t offset,
                     [[maybe_unused]] std::uint64_t length) {
#ifdef SYNC_FILE_RANGE_WRITE
  (void)::sync_file_range(fd, static_cast<off_t>(offset), static_cast<off_t>(length), SYNC_FILE_RANGE_WRITE);
#endif
}

void sync_directory(const std::string& path) {
  const Fd fd = open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (!fd) throw errno_error("cannot open directory '" + path + "'", errno);
  // Some file systems cannot sync a directory (EINVAL); they order names by themselves.
  if (::fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP)
    throw errno_error("cannot make directory '" + path + "' durable", errno);
}

void rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    throw errno_error("cannot rename '" + from + "' to '" + to + "'", errno);
}

bool link_file(const std::string& from, const std::string& to) {
  return ::link(from.c_str(), to.c_str()) == 0;
}

bool remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT) return false;
  throw errno_error("cannot remove '" + path + "'", errno);
}

void remove_tree(const std::string& path) {
  if (remove_entry(AT_FDCWD, path)) return;
  throw errno_error("cannot remove '" + path + "'", errno);
}

bool exists(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0;
}

bool is_directory(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

std::vector<std::string> list_directory(const std::string& path) {
  std::vector<std::string> names;
  (void)read_names(path, names);
  return names;
}

std::vector<std::string> read_directory(const std::string& path) {
  std::vector<std::string> names;
  const int error = read_names(path, names);
  if (error == 0 || error == ENOENT || error == ENOTDIR) return names;
  throw errno_error("cannot read the directory '" + path + "'", error);
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : std::string();
}

}  // namespace csb::fs
