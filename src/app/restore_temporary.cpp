#include "restore_temporary.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <random>
#include <string_view>
#include <utility>

#include "csb/util/error.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kPrefix = ".csb-restore.", kSuffix = ".tmp";
constexpr std::size_t kDigits = 16;

bool is_temporary_name(std::string_view name) {
  return name.size() == kPrefix.size() + kDigits + kSuffix.size() && name.starts_with(kPrefix) &&
         name.ends_with(kSuffix) &&
         name.substr(kPrefix.size(), kDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Whoever writes a file holds its lock: what can be locked was left by a run that is gone.
bool is_abandoned(int directory, const char* name) {
  const Fd fd = open_at(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat st {};
  return fd && ::fstat(fd.get(), &st) == 0 && S_ISREG(st.st_mode) &&
         ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0;
}

std::string fd_path(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

/// A file without a name, where there is such a thing and a way to name it later.
Fd open_unnamed(int directory) {
#ifdef O_TMPFILE
  Fd fd = open_at(directory, ".", O_TMPFILE | O_RDWR, 0600);
  if (fd && ::access(fd_path(fd.get()).c_str(), F_OK) == 0) return fd;
#else
  (void)directory;
#endif
  return Fd();
}

}  // namespace

std::string temporary_name() {
  std::random_device random;
  return fmt::format("{}{:08x}{:08x}{}", kPrefix, random(), random(), kSuffix);
}

void sweep_temporary_files(int directory) {
  Fd fd = open_at(directory, ".", O_RDONLY | O_DIRECTORY);
  if (!fd) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::fdopendir(fd.release()), &::closedir);
  if (!listing) return;
  while (const dirent* entry = ::readdir(listing.get())) {
    const char* name = entry->d_name;
    if (is_temporary_name(name) && is_abandoned(directory, name)) ::unlinkat(directory, name, 0);
  }
}

bool rename_new(int directory, const std::string& from, const std::string& to) {
#ifdef RENAME_NOREPLACE
  if (::renameat2(directory, from.c_str(), directory, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EINVAL && errno != ENOSYS) throw errno_error("cannot give it its name", errno);
#endif
  // A file system without that: a hard link does not replace either.
  if (::linkat(directory, from.c_str(), directory, to.c_str(), 0) != 0) {
    if (errno == EEXIST) return false;
    throw errno_error("cannot give it its name", errno);
  }
  ::unlinkat(directory, from.c_str(), 0);
  return true;
}

TemporaryFile::TemporaryFile(int directory) : directory_(directory), fd_(open_unnamed(directory)) {
  if (!fd_) {
    name_ = temporary_name();
    fd_ = open_at(directory_, name_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (!fd_) throw errno_error("cannot create a file there", errno);
  }
  (void)::flock(fd_.get(), LOCK_EX | LOCK_NB);  // see is_abandoned()
}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : directory_(other.directory_), fd_(std::move(other.fd_)), name_(std::exchange(other.name_, {})) {}

TemporaryFile::~TemporaryFile() {
  if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
}

bool TemporaryFile::put(const std::string& name) {
  if (!name_.empty()) {
    if (!rename_new(directory_, name_, name)) return false;
    name_.clear();
    return true;
  }
  if (::linkat(AT_FDCWD, fd_path(fd()).c_str(), directory_, name.c_str(), AT_SYMLINK_FOLLOW) == 0)
    return true;
  if (errno == EEXIST) return false;
  throw errno_error("cannot give it its name", errno);
}

void TemporaryFile::replace(const std::string& name) {
  if (name_.empty()) {
    const std::string temporary = temporary_name();
    if (!put(temporary)) throw Error(ErrorCode::failed, "cannot create a file there: the name is taken");
    name_ = temporary;
  }
  if (::renameat(directory_, name_.c_str(), directory_, name.c_str()) != 0)
    throw errno_error("cannot replace it", errno);
  name_.clear();
}

}  // namespace csb::app
