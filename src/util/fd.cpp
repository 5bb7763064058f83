#include "csb/util/fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "csb/util/error.hpp"

namespace csb {

void Fd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Fd open_at(int dir, const std::string& path, int flags, unsigned mode) {
  for (;;) {
    const int fd = ::openat(dir, path.c_str(), flags | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EINTR) return Fd(fd);
  }
}

ssize_t pread_full(int fd, std::span<std::byte> out, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(done);
}

void write_all(int fd, std::span<const std::byte> data, std::string_view what) {
  while (!data.empty()) {
    const ssize_t n = ::write(fd, data.data(), data.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw errno_error("cannot write " + std::string(what), errno);
    data = data.subspan(static_cast<std::size_t>(n));
  }
}

std::string read_file(const std::string& path, std::size_t limit) {
  const Fd fd = open_at(AT_FDCWD, path, O_RDONLY);
  if (!fd) throw errno_error("cannot open '" + path + "'", errno);
  std::string text;
  for (;;) {
    const std::size_t had = text.size();
    text.resize(had + 65536);
    const ssize_t n = ::read(fd.get(), text.data() + had, 65536);
    if (n < 0 && errno == EINTR) {
      text.resize(had);
      continue;
    }
    if (n < 0) throw errno_error("cannot read '" + path + "'", errno);
    text.resize(had + static_cast<std::size_t>(n));
    if (text.size() > limit) throw Error(ErrorCode::failed, "'" + path + "' is too large to read whole");
    if (n == 0) return text;
  }
}

}  // namespace csb
