#include "csb/scan/open_beneath.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/openat2.h>
#include <sys/syscall.h>
#endif

#include <atomic>
#include <cerrno>

namespace csb::scan {
namespace {

#ifdef O_PATH
constexpr int kPassThrough = O_PATH | O_DIRECTORY | O_NOFOLLOW;  // needs no right to list the directory
#else
constexpr int kPassThrough = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
#endif
#ifdef O_NOATIME
constexpr int kNoAtime = O_NOATIME;
#else
constexpr int kNoAtime = 0;
#endif

bool is_link(int dir, const std::string& name) {
  struct stat st {};
  return ::fstatat(dir, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

/// openat without following a link. Kernels say ENOTDIR or EMLINK of a link too; here it is always ELOOP.
Fd open_component(int dir, const std::string& name, int flags, unsigned mode) {
  Fd fd = open_at(dir, name, flags | O_NOFOLLOW, mode);
  if (fd) return fd;
  const int error = errno;
  errno = (error == ENOTDIR || error == EMLINK) && is_link(dir, name) ? ELOOP : error;
  return fd;
}

#if defined(__linux__) && defined(SYS_openat2)
// Of the kernel, not of a run. NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
std::atomic<bool> openat2_missing{false};

int try_openat2(int root_fd, const std::string& path, int flags, unsigned mode) {
  open_how how{};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  for (;;) {
    const long fd = ::syscall(SYS_openat2, root_fd, path.c_str(), &how, sizeof how);
    if (fd >= 0 || errno != EINTR) return static_cast<int>(fd);
  }
}

Fd open_once(int root_fd, const std::string& path, int flags, unsigned mode) {
  if (openat2_missing.load(std::memory_order_relaxed)) return open_by_component(root_fd, path, flags, mode);
  const int fd = try_openat2(root_fd, path, flags, mode);
  // Sandboxes refuse a call they do not know with EPERM, which a file can say as well: ask the other way.
  if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) return Fd(fd);
  const bool unknown_call = errno == ENOSYS;
  Fd other = open_by_component(root_fd, path, flags, mode);
  if (unknown_call || other) openat2_missing.store(true, std::memory_order_relaxed);
  return other;
}
#else
Fd open_once(int root_fd, const std::string& path, int flags, unsigned mode) {
  return open_by_component(root_fd, path, flags, mode);
}
#endif

}  // namespace

Fd open_by_component(int root_fd, const std::string& path, int flags, unsigned mode) {
  Fd held;
  int dir = root_fd;
  std::size_t start = 0;
  for (;;) {
    const std::size_t slash = path.find('/', start);
    const std::string name = path.substr(start, slash - start);
    if (slash == std::string::npos) return open_component(dir, name, flags, mode);
    Fd next = open_component(dir, name, kPassThrough, 0);
    if (!next) return next;
    held = std::move(next);
    dir = held.get();
    start = slash + 1;
  }
}

Fd open_beneath(int root_fd, const std::string& path, int flags, unsigned mode) {
  if (path.empty()) return open_at(root_fd, ".", flags & ~kNoAtime, mode);
  Fd fd = open_once(root_fd, path, flags, mode);
  if (fd || errno != EPERM || (flags & kNoAtime) == 0) return fd;
  return open_once(root_fd, path, flags & ~kNoAtime, mode);
}

}  // namespace csb::scan
