#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "csb/model/file.hpp"

namespace csb::scan {

[[nodiscard]] inline FileStamp stamp_of(const struct stat& st) {
#ifdef __APPLE__
  const timespec& mtime = st.st_mtimespec;
#else
  const timespec& mtime = st.st_mtim;
#endif
  return {.size = static_cast<std::uint64_t>(st.st_size),
          .mtime_ns = static_cast<std::int64_t>(mtime.tv_sec) * 1'000'000'000 + mtime.tv_nsec,
          .inode = static_cast<std::uint64_t>(st.st_ino),
          .mode = static_cast<std::uint32_t>(st.st_mode)};
}

/// The stamp of `name` in the directory `dir`, of a link itself.
/// @param names how many names (hard links) it has
/// @return 0 or the error number
[[nodiscard]] inline int stat_in(int dir, const char* name, FileStamp& stamp, std::uint64_t& names) {
#ifdef __linux__
  struct statx st {};
  constexpr unsigned kWanted = STATX_TYPE | STATX_MODE | STATX_SIZE | STATX_MTIME | STATX_INO | STATX_NLINK;
  if (::statx(dir, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, kWanted, &st) != 0) return errno;
  stamp = {.size = st.stx_size,
           .mtime_ns = st.stx_mtime.tv_sec * 1'000'000'000 + st.stx_mtime.tv_nsec,
           .inode = st.stx_ino,
           .mode = st.stx_mode};
  names = st.stx_nlink;
#else
  struct stat st {};
  if (::fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) return errno;
  stamp = stamp_of(st);
  names = st.st_nlink;
#endif
  return 0;
}

}  // namespace csb::scan
