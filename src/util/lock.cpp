#include "csb/util/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

#include "csb/util/error.hpp"

namespace csb {

std::optional<FileLock> FileLock::acquire(const std::string& path, std::chrono::milliseconds patience) {
  Fd fd = open_at(AT_FDCWD, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
  if (!fd) throw errno_error("cannot open the lock '" + path + "'", errno);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return FileLock(std::move(fd));
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) throw errno_error("cannot lock '" + path + "'", errno);
    if (std::chrono::steady_clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace csb
