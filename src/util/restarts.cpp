#include "csb/util/restarts.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <utmpx.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <optional>
#include <span>
#include <sstream>
#include <string_view>

#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/program.hpp"

namespace csb {
namespace {

/// Years of logins; the newest ones are at the end.
constexpr std::uint64_t kMostBytes = std::uint64_t{16} << 20;
/// The kernel's start and the record of it are written seconds apart, and the clock may have been set
/// between.
constexpr std::int64_t kSameStart = 120 * kNsPerSecond;
/// Of a person who waits for an answer; a journal of years takes a second.
constexpr std::chrono::milliseconds kJournalPatience{5'000};

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

/// Newest first, and with the running kernel's own start.
std::vector<Restart> completed(std::vector<Restart> found, const std::string& wtmp) {
  const std::int64_t start = wtmp.empty() ? kernel_start() : 0;
  if (start != 0 && (found.empty() || start > found.back().up_ns + kSameStart))
    found.push_back(Restart{0, start, false});
  std::reverse(found.begin(), found.end());
  return found;
}

std::vector<Restart> login_records(const std::string& wtmp) {
  return recorded(wtmp.empty() ? "/var/log/wtmp" : wtmp);
}

/// "2026-11-22 10:00:00 UTC" at the beginning of `text`.
std::optional<std::int64_t> time_at(std::string_view text) {
  constexpr std::string_view kForm = "2026-11-22 10:00:00 UTC";
  if (text.size() < kForm.size() || text[10] != ' ' || text.substr(19, 4) != " UTC") return std::nullopt;
  return parse_rfc3339(std::string(text.substr(0, 10)) + "T" + std::string(text.substr(11, 8)) + "Z");
}

std::vector<std::int64_t> times_in(std::string_view line) {
  std::vector<std::int64_t> times;
  for (std::size_t at = 0; at < line.size(); ++at)
    if (const auto time = time_at(line.substr(at))) times.push_back(*time);
  return times;
}

}  // namespace

std::vector<Restart> restarts(const std::string& wtmp) { return completed(login_records(wtmp), wtmp); }

std::vector<Restart> restarts_or_boots(const std::string& wtmp) {
  std::vector<Restart> found = login_records(wtmp);
  if (found.empty() && !locate_program("journalctl").empty()) {
    const ProgramResult said = run_program({"journalctl", "--list-boots", "--utc", "--no-pager", "--quiet"},
                                           {.timeout = kJournalPatience, .variables = {{"LC_ALL", "C"}}});
    if (said.ok()) found = boots_listed(said.out);
  }
  return completed(std::move(found), wtmp);
}

std::vector<Restart> boots_listed(const std::string& listed) {
  std::vector<Restart> boots;
  std::int64_t last = 0;
  std::istringstream lines(listed);
  for (std::string line; std::getline(lines, line);) {
    const std::vector<std::int64_t> times = times_in(line);
    if (times.size() != 2) continue;
    boots.push_back({last, times[0], false});
    last = times[1];
  }
  return boots;
}

}  // namespace csb
