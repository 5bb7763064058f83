#include "schedule_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kLogLimit = std::size_t{256} << 10;
constexpr std::size_t kRunsRead = 500;
constexpr std::size_t kMessageBytes = 500;

std::string log_file(const Settings& settings) { return settings.home + "/log/schedule"; }

std::string to_line(const ScheduledRun& run) {
  return fmt::format("{} outcome={} by={} ms={} {}", format_rfc3339(run.when_ns), run.outcome,
                     printable(run.by), run.duration_ns / 1'000'000,
                     cut_to_columns(printable(run.message.substr(0, kMessageBytes)), kMessageBytes));
}

/// The value of "name=value", which `line` must begin with; it loses that word.
std::optional<std::string> take(std::string_view& line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  const std::size_t end = std::min(line.find(' '), line.size());
  std::string value(line.substr(name.size(), end - name.size()));
  line.remove_prefix(std::min(end + 1, line.size()));
  return value;
}

std::optional<ScheduledRun> parse_line(std::string_view line) {
  ScheduledRun run;
  const auto when = take(line, "");
  const auto outcome = take(line, "outcome="), by = take(line, "by="), ms = take(line, "ms=");
  const auto time = when ? parse_rfc3339(*when) : std::nullopt;
  if (!time || !outcome || !by || !ms) return std::nullopt;
  std::int64_t duration = 0;
  std::from_chars(ms->data(), ms->data() + ms->size(), duration);
  return ScheduledRun{*time, duration * 1'000'000, *outcome, *by, std::string(line)};
}

void read_log(const std::string& path, std::vector<ScheduledRun>& runs) {
  if (!fs::exists(path)) return;
  const std::string text = read_file(path, 4 * kLogLimit);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (auto run = parse_line(rest.substr(0, end))) runs.push_back(std::move(*run));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace

void note_scheduled_run(const Settings& settings, const ScheduledRun& run) {
  const std::string path = log_file(settings);
  fs::make_directories(settings.home + "/log");
  const Fd log = open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
  if (!log) throw errno_error("cannot write the log '" + path + "'", errno);
  write_all(log.get(), as_bytes(to_line(run) + "\n"), "'" + path + "'");
  struct stat st {};
  if (::fstat(log.get(), &st) == 0 && static_cast<std::size_t>(st.st_size) >= kLogLimit)
    fs::rename_file(path, path + ".old");
}

std::vector<ScheduledRun> scheduled_runs(const Settings& settings) {
  std::vector<ScheduledRun> runs;
  read_log(log_file(settings) + ".old", runs);
  read_log(log_file(settings), runs);
  if (runs.size() > kRunsRead) runs.erase(runs.begin(), runs.end() - kRunsRead);
  return runs;
}

}  // namespace csb::app
