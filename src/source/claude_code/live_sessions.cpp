#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "csb/scan/file_reader.hpp"
#include "csb/source/claude_code/config_dir.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::claude_code {
namespace {

constexpr std::size_t kMaxRecord = std::size_t{64} << 10;

/// The pid in "<pid>.json"; 0 for any other name.
int pid_of_name(std::string_view name) {
  int pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  const bool named_so = error == std::errc() && std::string_view(end, name.data() + name.size()) == ".json";
  return named_so && pid > 0 ? pid : 0;
}

std::string read_record(int directory, const std::string& name) {
  scan::OpenFailure failure{};
  int error = 0;
  const auto file = scan::FileReader::open(directory, name, failure, error);
  if (!file || file->stamp().size > kMaxRecord) return {};
  std::string text(file->stamp().size, '\0');
  const auto n = file->read_at(0, std::as_writable_bytes(std::span(text)));
  text.resize(n.value_or(0));
  return text;
}

/// Field 22 of /proc/<pid>/stat, the start time in clock ticks since boot; empty where there is none. The
/// second field is the program's name in parentheses, which may hold anything.
std::string start_time_of(int pid) {
  const Fd fd = open_at(AT_FDCWD, "/proc/" + std::to_string(pid) + "/stat", O_RDONLY);
  std::string text(4096, '\0');
  const ssize_t n = fd ? pread_full(fd.get(), std::as_writable_bytes(std::span(text)), 0) : -1;
  if (n <= 0) return {};
  text.resize(static_cast<std::size_t>(n));
  std::size_t at = text.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
  return at == std::string::npos ? std::string() : text.substr(at + 1, text.find(' ', at + 1) - at - 1);
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_alive(int pid, const std::string& recorded_start) {
  if (::kill(pid, 0) != 0 && errno != EPERM) return false;
  const std::string start = start_time_of(pid);
  // Start times of another form (other systems) or none at all leave the pid as the only evidence.
  return !is_number(recorded_start) || start.empty() || start == recorded_start;
}

std::string text_field(const nlohmann::json& record, const char* name) {
  const auto found = record.find(name);
  if (found == record.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_unsigned() ? std::to_string(found->get<std::uint64_t>()) : std::string();
}

/// Milliseconds since the epoch, as JavaScript counts; 0 when it is no such number.
std::int64_t time_field(const nlohmann::json& record, const char* name) {
  constexpr std::int64_t kNsPerMs = 1'000'000;
  const auto found = record.find(name);
  if (found == record.end() || !found->is_number_unsigned()) return 0;
  const auto ms = found->get<std::uint64_t>();
  return ms < static_cast<std::uint64_t>(INT64_MAX / kNsPerMs) ? static_cast<std::int64_t>(ms) * kNsPerMs : 0;
}

}  // namespace

std::vector<RegisteredSession> registered_sessions(const std::string& config_dir) {
  std::vector<RegisteredSession> found;
  const std::string path = config_dir + "/sessions";
  const Fd directory = open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  if (!directory) return found;  // clients without a registry: nothing is known to be open
  for (const std::string& name : fs::list_directory(path)) {
    const int pid = pid_of_name(name);
    if (pid == 0) continue;
    const nlohmann::json record = nlohmann::json::parse(read_record(directory.get(), name), nullptr, false);
    if (!record.is_object()) continue;
    RegisteredSession session;
    session.pid = pid;
    session.session_id = text_field(record, "sessionId");
    session.cwd = text_field(record, "cwd");
    session.started_ns = time_field(record, "startedAt");
    session.seen_ns = std::max(session.started_ns, time_field(record, "updatedAt"));
    if (session.session_id.empty()) continue;
    session.alive = is_alive(pid, text_field(record, "procStart"));
    found.push_back(std::move(session));
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
  return found;
}

std::vector<LiveSession> live_sessions(const std::string& config_dir) {
  std::vector<LiveSession> live;
  for (RegisteredSession& session : registered_sessions(config_dir))
    if (session.alive) live.push_back({session.pid, std::move(session.session_id), std::move(session.cwd)});
  return live;
}

}  // namespace csb::claude_code
