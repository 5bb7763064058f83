#include "csb/app/heartbeats.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <string>

#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kLogLimit = std::size_t{256} << 10;
constexpr std::array<HookOutcome, 5> kOutcomes{HookOutcome::handed_over, HookOutcome::archived,
                                               HookOutcome::left_to_run, HookOutcome::skipped,
                                               HookOutcome::failed};

std::string log_directory(const Settings& settings) { return settings.home + "/log"; }
std::string log_file(const Settings& settings) { return log_directory(settings) + "/hooks"; }
std::string old_log_file(const Settings& settings) { return log_file(settings) + ".old"; }

/// "<when> <event> <session or -> <duration> <outcome>", times in nanoseconds.
std::string to_line(const Heartbeat& heartbeat) {
  return fmt::format("{} {} {} {} {}", heartbeat.when_ns, to_string(heartbeat.event),
                     heartbeat.session ? heartbeat.session->text() : "-", heartbeat.duration_ns,
                     to_string(heartbeat.outcome));
}

/// The next word of `line`, which loses it.
std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<std::int64_t> parse_number(std::string_view word) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<HookOutcome> parse_outcome(std::string_view word) {
  for (const HookOutcome outcome : kOutcomes)
    if (to_string(outcome) == word) return outcome;
  return std::nullopt;
}

std::optional<Heartbeat> parse_line(std::string_view line) {
  const auto when = parse_number(take_word(line));
  const auto event = parse_hook_event(take_word(line));
  const std::string_view session = take_word(line);
  const auto duration = parse_number(take_word(line));
  const auto outcome = parse_outcome(take_word(line));
  if (!when || !event || !duration || !outcome || !line.empty()) return std::nullopt;
  Heartbeat heartbeat{*when, *event, SessionId::parse(session), *duration, *outcome};
  if (!heartbeat.session && session != "-") return std::nullopt;
  return heartbeat;
}

void read_log(const std::string& path, std::vector<Heartbeat>& heartbeats) {
  std::string text;
  try {
    if (!fs::exists(path)) return;
    text = read_file(path, 2 * kLogLimit);
  } catch (const std::exception&) {
    return;  // it only says that hooks ran; whoever asks hears of none
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (auto heartbeat = parse_line(rest.substr(0, end))) heartbeats.push_back(std::move(*heartbeat));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace

std::string_view to_string(HookEvent event) {
  switch (event) {
    case HookEvent::session_start:
      return "SessionStart";
    case HookEvent::pre_compact:
      return "PreCompact";
    case HookEvent::stop:
      return "Stop";
    case HookEvent::subagent_stop:
      return "SubagentStop";
    case HookEvent::session_end:
      return "SessionEnd";
  }
  return "SessionEnd";
}

std::optional<HookEvent> parse_hook_event(std::string_view text) {
  for (const HookEvent event : kHookEvents)
    if (to_string(event) == text) return event;
  return std::nullopt;
}

std::string_view to_string(HookOutcome outcome) {
  switch (outcome) {
    case HookOutcome::handed_over:
      return "handed-over";
    case HookOutcome::archived:
      return "archived";
    case HookOutcome::left_to_run:
      return "left-to-run";
    case HookOutcome::skipped:
      return "skipped";
    case HookOutcome::failed:
      return "failed";
  }
  return "failed";
}

void note_heartbeat(const Settings& settings, const Heartbeat& heartbeat) noexcept {
  try {
    const std::string path = log_file(settings);
    Fd log = open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    if (!log) {
      fs::make_directories(log_directory(settings));
      log = open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    }
    if (!log) return;
    // A line break on either side: the half line that a full disk left does not spoil this one.
    write_all(log.get(), as_bytes("\n" + to_line(heartbeat) + "\n"), "'" + path + "'");
    struct stat st {};
    if (::fstat(log.get(), &st) == 0 && static_cast<std::size_t>(st.st_size) >= kLogLimit)
      fs::rename_file(path, old_log_file(settings));
  } catch (...) {  // NOLINT(bugprone-empty-catch): a full or read-only disk; `doctor` misses the heartbeat
  }
}

std::vector<Heartbeat> read_heartbeats(const Settings& settings) {
  std::vector<Heartbeat> heartbeats;
  read_log(old_log_file(settings), heartbeats);
  read_log(log_file(settings), heartbeats);
  std::stable_sort(heartbeats.begin(), heartbeats.end(),
                   [](const Heartbeat& a, const Heartbeat& b) { return a.when_ns < b.when_ns; });
  return heartbeats;
}

const Heartbeat* last_heartbeat(const std::vector<Heartbeat>& heartbeats, HookEvent event) {
  const auto found = std::find_if(heartbeats.rbegin(), heartbeats.rend(),
                                  [&](const Heartbeat& heartbeat) { return heartbeat.event == event; });
  return found == heartbeats.rend() ? nullptr : &*found;
}

}  // namespace csb::app
