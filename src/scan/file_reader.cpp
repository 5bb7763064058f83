#include "csb/scan/file_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "csb/model/rel_path.hpp"
#include "csb/scan/open_beneath.hpp"
#include "stamp.hpp"

namespace csb::scan {
namespace {

#ifdef O_NOATIME
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOATIME;
#else
constexpr int kReadFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
#endif
#ifdef O_PATH
constexpr int kDirectoryFlags = O_PATH | O_DIRECTORY;
#else
constexpr int kDirectoryFlags = O_RDONLY | O_DIRECTORY;
#endif

OpenFailure why(int error, int root_fd, const std::string& path) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:  // a directory on the way is one no longer
      return OpenFailure::vanished;
    case ENXIO:  // a socket
      return OpenFailure::not_regular;
    case EXDEV:
      return OpenFailure::outside;
    case ELOOP:  // a link: in the file's own place, or on the way to it
      return read_link(root_fd, path) ? OpenFailure::not_regular : OpenFailure::outside;
    default:
      return OpenFailure::unreadable;
  }
}

}  // namespace

std::optional<FileReader> FileReader::open(int root_fd, const std::string& path, OpenFailure& failure,
                                           int& error_number) {
  failure = OpenFailure::none;
  error_number = 0;
  if (!is_safe_relative_path(path)) {
    failure = OpenFailure::outside;
    return std::nullopt;
  }
  Fd fd = open_beneath(root_fd, path, kReadFlags);
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0) {
    error_number = errno;
    failure = why(error_number, root_fd, path);
    return std::nullopt;
  }
  if (!S_ISREG(st.st_mode)) {
    failure = OpenFailure::not_regular;
    return std::nullopt;
  }
  return FileReader(std::move(fd), stamp_of(st));
}

std::optional<std::size_t> FileReader::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  const ssize_t n = pread_full(fd_.get(), out, offset);
  if (n < 0) return std::nullopt;
  return static_cast<std::size_t>(n);
}

void FileReader::will_read(std::uint64_t bytes) const noexcept {
#ifdef POSIX_FADV_WILLNEED
  (void)::posix_fadvise(fd_.get(), 0, static_cast<off_t>(bytes), POSIX_FADV_WILLNEED);  // a wish, no more
#else
  (void)bytes;
#endif
}

bool FileReader::is_in_memory(std::uint64_t offset) const noexcept {
#ifdef RWF_NOWAIT
  std::byte byte{};
  const iovec target{&byte, 1};
  return ::preadv2(fd_.get(), &target, 1, static_cast<off_t>(offset), RWF_NOWAIT) == 1;
#else
  (void)offset;
  return false;
#endif
}

FileStamp FileReader::current_stamp() const {
  struct stat st {};
  // A file that cannot be asked any more (a stale network handle) counts as changed: no file has this stamp.
  return ::fstat(fd_.get(), &st) == 0 ? stamp_of(st) : FileStamp{};
}

std::optional<std::string> read_link(int root_fd, const std::string& path) {
  if (!is_safe_relative_path(path)) return std::nullopt;
  const Fd parent = open_beneath(root_fd, std::string(parent_path(path)), kDirectoryFlags);
  if (!parent) return std::nullopt;
  const std::string name(base_name(path));
  std::string target(256, '\0');
  for (;;) {
    const ssize_t n = ::readlinkat(parent.get(), name.c_str(), target.data(), target.size());
    if (n < 0) return std::nullopt;
    const auto length = static_cast<std::size_t>(n);
    if (length < target.size()) {
      target.resize(length);
      return target;
    }
    target.resize(target.size() * 2);  // it may have been cut off
  }
}

}  // namespace csb::scan
