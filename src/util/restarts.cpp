#include "csb/util/restarts.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <utmpx.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <span>
#include <string_view>

#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"

namespace csb {
namespace {

/// Years of logins; the newest ones are at the end.
constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20;
/// The kernel's start and the record of it are written seconds apart, and the clock may have been set
/// between.
constexpr std::int64_t kSameStart = 120 * kNsPerSecond;

#ifdef __linux__

std::vector<struct utmpx> read_records(const std::string& path) {
  std::vector<struct utmpx> records;
  const Fd fd = open_at(AT_FDCWD, path, O_RDONLY);
  const off_t end = fd ? ::lseek(fd.get(), 0, SEEK_END) : -1;
  if (end <= 0) return records;
  const std::uint64_t whole = static_cast<std::uint64_t>(end) / sizeof(struct utmpx);
  const std::uint64_t count = std::min(whole, kMostBytes / sizeof(struct utmpx));
  records.resize(count);
  const ssize_t n = pread_full(fd.get(), std::as_writable_bytes(std::span(records)),
                               (whole - count) * sizeof(struct utmpx));
  records.resize(n > 0 ? static_cast<std::size_t>(n) / sizeof(struct utmpx) : 0);
  return records;
}

std::int64_t time_of(const struct utmpx& record) {
  return std::int64_t{record.ut_tv.tv_sec} * kNsPerSecond + std::int64_t{record.ut_tv.tv_usec} * 1000;
}

bool is_shutdown(const struct utmpx& record) {
  return record.ut_type == RUN_LVL && std::strncmp(record.ut_user, "shutdown", sizeof record.ut_user) == 0;
}

/// Oldest first.
std::vector<Restart> recorded(const std::string& path) {
  std::vector<Restart> found;
  std::int64_t last = 0, shutdown = 0;
  for (const struct utmpx& record : read_records(path)) {
    const std::int64_t time = time_of(record);
    if (time <= 0 || time > now_ns() + kNsPerDay) continue;  // not a login record
    if (record.ut_type == BOOT_TIME) {
      found.push_back({shutdown != 0 ? shutdown : last, time, shutdown != 0});
      shutdown = 0;
    } else if (is_shutdown(record)) {
      shutdown = time;
    }
    last = time;
  }
  return found;
}

/// "btime 1700000000" of /proc/stat; 0 where there is none.
std::int64_t kernel_start() {
  const Fd fd = open_at(AT_FDCWD, "/proc/stat", O_RDONLY);
  std::string text(std::size_t{64} << 10, '\0');
  const ssize_t n = fd ? pread_full(fd.get(), std::as_writable_bytes(std::span(text)), 0) : -1;
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  const auto at = text.find("\nbtime ");
  if (at == std::string::npos) return 0;
  std::int64_t seconds = 0;
  std::from_chars(text.data() + at + 7, text.data() + text.size(), seconds);
  return seconds * kNsPerSecond;
}

#else

std::vector<Restart> recorded(const std::string&) { return {}; }
std::int64_t kernel_start() { return 0; }

#endif

}  // namespace

std::vector<Restart> restarts(const std::string& wtmp) {
  std::vector<Restart> found = recorded(wtmp.empty() ? "/var/log/wtmp" : wtmp);
  const std::int64_t start = wtmp.empty() ? kernel_start() : 0;
  if (start != 0 && (found.empty() || start > found.back().up_ns + kSameStart))
    found.push_back(Restart{0, start, false});
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace csb
