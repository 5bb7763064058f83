#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>

#include "csb/app/config.hpp"
#include "csb/app/schedule.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "csb/util/text.hpp"
#include "doctor_checks.hpp"

namespace csb::app {
namespace {

constexpr std::uint64_t kLowSpace = 1'000'000'000, kNoSpace = 100'000'000;
constexpr std::int64_t kEarliest = 1'735'689'600 * kNsPerSecond;  ///< 2025: csb is younger than that

/// Files and directories of csb's own that others may read or write, counted to a bound.
void count_open(const std::string& path, std::size_t& open, std::string& first, std::size_t& looked_at) {
  struct stat st {};
  if (++looked_at > 100'000 || ::lstat(path.c_str(), &st) != 0 || S_ISLNK(st.st_mode)) return;
  if ((st.st_mode & 077U) != 0 && ++open == 1) first = path;
  if (!S_ISDIR(st.st_mode)) return;
  for (const std::string& name : fs::list_directory(path))
    count_open(path + "/" + name, open, first, looked_at);
}

/// The nearest directory above a path that exists.
std::string existing(std::string path) {
  while (path.size() > 1 && !fs::exists(path)) path.erase(std::max<std::size_t>(path.rfind('/'), 1));
  return path;
}

}  // namespace

std::vector<std::string> claude_directories(const Settings& settings) {
  std::vector<std::string> directories{settings.claude_dir};
  directories.insert(directories.end(), settings.more_claude_dirs.begin(), settings.more_claude_dirs.end());
  return directories;
}

void check_program(Checks& checks, const Patient& /*patient*/) {
  const std::string own = own_program("csb"), on_path = locate_program("csb");
  if (on_path.empty())
    return checks.warn("program", own + " is not on the PATH: 'csb' is not found",
                       "export PATH=\"" + own.substr(0, own.rfind('/')) + ":$PATH\"  (in ~/.profile)");
  if (fs::real_path(on_path) != fs::real_path(own))
    return checks.warn("program", "'csb' means " + on_path + ", and this is " + own,
                       "remove the one that is not meant");
  checks.ok("program", "csb is " + own);
}

void check_configuration(Checks& checks, const Patient& patient) {
  const ConfigResult result = config_list({});
  bool odd = false;
  for (const ConfigEntry& entry : result.entries) {
    if (entry.known) continue;
    odd = true;
    checks.warn("config", fmt::format("{} sets {}, which csb does not know", result.file, entry.key),
                "csb config  (lists all there are)");
  }
  if (odd) return;
  checks.ok("config", fs::exists(patient.settings.config_file) ? patient.settings.config_file + " is sound"
                                                               : "no configuration file: defaults apply");
}

void check_directories(Checks& checks, const Patient& patient) {
  for (const std::string& directory : claude_directories(patient.settings)) {
    if (!fs::is_directory(directory))
      checks.fail("claude-dir", "there is no directory " + directory,
                  "csb config csb.claudeDir DIR, or run Claude Code once; is it mounted?");
    else if (::access(directory.c_str(), R_OK | X_OK) != 0)
      checks.fail("claude-dir", directory + " cannot be read", "chmod u+rx '" + directory + "'");
    else if (!fs::is_directory(directory + "/projects"))
      checks.note("claude-dir", directory + " has no sessions yet");
    else
      checks.ok("claude-dir", directory);
  }
}

void check_disk(Checks& checks, const Patient& patient) {
  std::vector<std::string> places{existing(patient.settings.home)};
  if (const std::string store = existing(patient.settings.store); !store.starts_with(places.front()))
    places.push_back(store);
  for (const std::string& place : places) {
    struct statvfs info {};
    if (::statvfs(place.c_str(), &info) != 0)
      throw errno_error("cannot ask for the space left at '" + place + "'", errno);
    const std::uint64_t left = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
    const std::string text = fmt::format("{} left at {}", format_bytes(left), place);
    if (::access(place.c_str(), W_OK) != 0)
      checks.fail("disk", place + " cannot be written to",
                  "look at its owner and whether it is mounted read-only");
    else if (left < kNoSpace)
      checks.fail("disk", text, "make room");
    else if (left < kLowSpace)
      checks.warn("disk", text, "make room");
    else
      checks.ok("disk", text);
  }
}

void check_permissions(Checks& checks, const Patient& patient) {
  const Settings& settings = patient.settings;
  if (!fs::exists(settings.home)) return;
  struct stat st {};
  if (::stat(settings.home.c_str(), &st) == 0 && st.st_uid != ::geteuid())
    return checks.fail("permissions", settings.home + " belongs to another user",
                       "run csb as that user, or set CSB_HOME to a place of your own");
  std::size_t open = 0, looked_at = 0;
  std::string first;
  // With the directory closed nobody gets at what is beneath it.
  if (::stat(settings.home.c_str(), &st) == 0 && (st.st_mode & 077U) != 0)
    count_open(settings.home, open, first, looked_at);
  if (!settings.config_file.empty() && fs::exists(settings.config_file)) {
    if (::stat(settings.config_file.c_str(), &st) == 0 && (st.st_mode & 022U) != 0)
      checks.warn("permissions", "others may change " + settings.config_file,
                  "chmod go-w '" + settings.config_file + "'", {"chmod", "go-w", settings.config_file});
  }
  if (open > 0)
    return checks.fail("permissions",
                       fmt::format("others may get at your conversations: {} ({} in all)", first, open),
                       "chmod -R go-rwx '" + settings.home + "'", {"chmod", "-R", "go-rwx", settings.home});
  checks.ok("permissions", settings.home + " is closed to others");
}

void check_schedule(Checks& checks, const Patient& patient) {
  const ScheduleStatus status = schedule_status(patient.settings);
  const std::vector<std::string> install{"csb", "schedule", "install"};
  switch (status.state) {
    case ScheduleStatus::State::not_installed:
      return checks.warn("schedule",
                         "no schedule is installed: what the hooks miss waits for somebody to run csb" +
                             (status.reason.empty() ? std::string() : " (" + status.reason + ")"),
                         "csb schedule install", install);
    case ScheduleStatus::State::not_running:
      return checks.fail("schedule", "the schedule is installed, but it does not run: " + status.reason,
                         "csb schedule install", install);
    case ScheduleStatus::State::failing:
      return checks.fail("schedule", "the schedule runs, but " + status.reason, "csb schedule run",
                         {"csb", "schedule", "run"});
    case ScheduleStatus::State::pending:
    case ScheduleStatus::State::ok:
      break;
  }
  checks.ok("schedule",
            fmt::format("{}, every {} minutes{}", to_string(*status.scheduler), status.interval,
                        status.last_run ? ", last " + format_relative(status.last_run->when_ns, now_ns())
                                        : std::string(", not due yet")));
  for (const std::string& note : status.notes) checks.note("schedule", note);
}

void check_clock(Checks& checks, const Patient& patient) {
  const std::int64_t now = now_ns();
  if (now < kEarliest)
    return checks.fail("clock", "the clock says " + format_local(now),
                       "set it: times decide what the client sweeps");
  if (patient.status && patient.status->last_backup &&
      patient.status->last_backup->ended_ns > now + 600 * kNsPerSecond)
    return checks.fail(
        "clock",
        "the last backup is in the future (" + format_local(patient.status->last_backup->ended_ns) + ")",
        "the clock was set back, or was wrong then: set it");
  checks.ok("clock", format_local(now));
}

}  // namespace csb::app
