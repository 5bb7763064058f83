#include "directory_entries.hpp"

#include <dirent.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#else
#include <memory>
#endif

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace csb::scan {
namespace {

DirectoryEntries::Type type_of(unsigned char d_type) {
  switch (d_type) {
    case DT_REG:
      return DirectoryEntries::Type::file;
    case DT_DIR:
      return DirectoryEntries::Type::directory;
    case DT_LNK:
      return DirectoryEntries::Type::link;
    case DT_UNKNOWN:
      return DirectoryEntries::Type::unknown;
    default:
      return DirectoryEntries::Type::special;
  }
}

}  // namespace

void DirectoryEntries::add(std::string_view name, unsigned char d_type) {
  if (name == "." || name == "..") return;
  found_.push_back({names_.size(), name.size(), type_of(d_type)});
  names_.insert(names_.end(), name.begin(), name.end());
  names_.push_back('\0');
}

#ifdef __linux__
// getdents64(2): d_ino 8 bytes, d_off 8, d_reclen 2, d_type 1, d_name until its NUL.
int DirectoryEntries::read_all(int fd) {
  constexpr std::size_t kLength = 16, kType = 18, kName = 19;
  buffer_.resize(std::size_t{64} << 10);
  for (;;) {
    const long n = ::syscall(SYS_getdents64, fd, buffer_.data(), buffer_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return 0;
    const char* const end = buffer_.data() + n;
    for (const char* at = buffer_.data(); at < end;) {
      std::uint16_t length = 0;
      std::memcpy(&length, at + kLength, sizeof length);
      add(at + kName, static_cast<unsigned char>(at[kType]));
      at += length;
    }
  }
}
#else
int DirectoryEntries::read_all(int fd) {
  const int copy = ::dup(fd);  // closedir closes it
  if (copy < 0) return errno;
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::fdopendir(copy), &::closedir);
  if (!dir) {
    const int error = errno;
    ::close(copy);
    return error;
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) return errno;
    add(entry->d_name, entry->d_type);
  }
}
#endif

int DirectoryEntries::read(int fd) {
  names_.clear();
  found_.clear();
  entries_.clear();
  const int error = read_all(fd);
  entries_.reserve(found_.size());
  for (const Found& found : found_) entries_.push_back({{names_.data() + found.at, found.size}, found.type});
  const auto by_name = [](const Entry& a, const Entry& b) { return a.name < b.name; };
  std::sort(entries_.begin(), entries_.end(), by_name);
  // A directory that changes while it is read may hand out a name twice.
  const auto same = [](const Entry& a, const Entry& b) { return a.name == b.name; };
  entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
  return error;
}

bool DirectoryEntries::contains(std::string_view name) const {
  const auto by_name = [](const Entry& entry, std::string_view wanted) { return entry.name < wanted; };
  const auto at = std::lower_bound(entries_.begin(), entries_.end(), name, by_name);
  return at != entries_.end() && at->name == name;
}

}  // namespace csb::scan
