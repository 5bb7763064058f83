#include <fmt/format.h>

#include <algorithm>

#include "csb/app/schedule.hpp"
#include "csb/util/error.hpp"
#include "schedule_backend.hpp"

namespace csb::app {
namespace {

constexpr unsigned kHour = 60, kDay = 1440;

/// The words in the quoting of systemd.service(5).
std::string systemd_command(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    std::string quoted;
    for (const char c : word) {
      if (c == '"' || c == '\\') quoted += '\\';
      if (c == '%' || c == '$') quoted += c;  // doubled: no specifier, no variable
      quoted += c;
    }
    const bool plain = word.find_first_of(" \t\"'\\;") == std::string::npos && !word.empty();
    line += (line.empty() ? "" : " ") + (plain ? quoted : "\"" + quoted + "\"");
  }
  return line;
}

std::string systemd_calendar(const SchedulePlan& plan) {
  if (plan.interval < kHour)
    return fmt::format("*-*-* *:{:02}/{}:00", plan.minute % plan.interval, plan.interval);
  if (plan.interval == kHour) return fmt::format("*-*-* *:{:02}:00", plan.minute);
  if (plan.interval == kDay) return fmt::format("*-*-* {:02}:{:02}:00", plan.hour, plan.minute);
  const unsigned hours = plan.interval / kHour;
  return fmt::format("*-*-* {:02}/{}:{:02}:00", plan.hour % hours, hours, plan.minute);
}

std::vector<ScheduleFile> systemd_files(const SchedulePlan& plan) {
  return {{std::string(kSystemdUnit) + ".service",
           fmt::format("# Written by 'csb schedule install'; 'csb schedule remove' takes it away.\n"
                       "[Unit]\nDescription=Back up the sessions of Claude Code (csb)\n\n"
                       "[Service]\nType=oneshot\nNice=10\nTimeoutStartSec=1h\nExecStart={}\n",
                       systemd_command(plan.command))},
          {std::string(kSystemdUnit) + ".timer",
           fmt::format("# Written by 'csb schedule install'; 'csb schedule remove' takes it away.\n"
                       "[Unit]\nDescription=Back up the sessions of Claude Code from time to time (csb)\n\n"
                       "[Timer]\nOnCalendar={}\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n",
                       systemd_calendar(plan))}};
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// The moments of a day, as launchd wants them.
std::string launchd_calendar(const SchedulePlan& plan) {
  const auto moment = [](std::optional<unsigned> hour, unsigned minute) {
    return (hour ? fmt::format("\t\t<dict><key>Hour</key><integer>{}</integer>", *hour) : "\t\t<dict>") +
           fmt::format("<key>Minute</key><integer>{}</integer></dict>\n", minute);
  };
  std::string out;
  if (plan.interval <= kHour) {
    for (unsigned minute = plan.minute % plan.interval; minute < kHour; minute += plan.interval)
      out += moment(std::nullopt, minute);
    return out;
  }
  const unsigned hours = plan.interval / kHour;
  for (unsigned hour = plan.hour % hours; hour < 24; hour += hours) out += moment(hour, plan.minute);
  return out;
}

std::vector<ScheduleFile> launchd_files(const SchedulePlan& plan) {
  std::string words;
  for (const std::string& word : plan.command) words += "\t\t<string>" + xml(word) + "</string>\n";
  return {{std::string(kLaunchdLabel) + ".plist",
           fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
                       "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
                       "<plist version=\"1.0\">\n<dict>\n"
                       "\t<key>Label</key>\n\t<string>{}</string>\n"
                       "\t<key>ProgramArguments</key>\n\t<array>\n{}\t</array>\n"
                       "\t<key>StartCalendarInterval</key>\n\t<array>\n{}\t</array>\n"
                       "\t<key>ProcessType</key>\n\t<string>Background</string>\n"
                       "</dict>\n</plist>\n",
                       kLaunchdLabel, words, launchd_calendar(plan))}};
}

/// The words in the quoting of Windows (CommandLineToArgvW).
std::string windows_command(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    std::string quoted;
    std::size_t backslashes = 0;
    for (const char c : word) {
      if (c == '"') quoted += std::string(backslashes + 1, '\\');
      backslashes = c == '\\' ? backslashes + 1 : 0;
      quoted += c;
    }
    const bool plain = word.find_first_of(" \t\"") == std::string::npos && !word.empty();
    line +=
        (line.empty() ? "" : " ") + (plain ? quoted : "\"" + quoted + std::string(backslashes, '\\') + "\"");
  }
  return line;
}

/// For Windows with csb in its Linux: the Task Scheduler wakes the distribution and runs csb in it.
std::vector<ScheduleFile> task_files(const SchedulePlan& plan) {
  const unsigned offset = plan.interval <= kHour ? plan.minute % plan.interval : 0;
  const unsigned hour = plan.interval <= kHour ? 0 : plan.hour % (plan.interval / kHour);
  const std::string repetition =
      plan.interval == kDay
          ? std::string()
          : fmt::format("      <Repetition><Interval>PT{}M</Interval><Duration>P1D</Duration></Repetition>\n",
                        plan.interval);
  std::vector<std::string> words;
  if (!plan.distribution.empty()) words = {"-d", plan.distribution};
  words.emplace_back("-e");
  words.insert(words.end(), plan.command.begin(), plan.command.end());
  return {
      {"csb-backup.xml",
       fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                   "<Task version=\"1.2\" xmlns=\"http://schemas.microsoft.com/windows/2004/02/mit/task\">\n"
                   "  <RegistrationInfo><Description>Back up the sessions of Claude Code "
                   "(csb)</Description></RegistrationInfo>\n"
                   "  <Triggers>\n    <CalendarTrigger>\n{}"
                   "      <StartBoundary>2026-01-01T{:02}:{:02}:00</StartBoundary>\n"
                   "      <ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>\n"
                   "    </CalendarTrigger>\n  </Triggers>\n"
                   "  <Settings>\n"
                   "    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>\n"
                   "    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>\n"
                   "    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>\n"
                   "    <StartWhenAvailable>true</StartWhenAvailable>\n"
                   "    <ExecutionTimeLimit>PT1H</ExecutionTimeLimit>\n"
                   "  </Settings>\n"
                   "  <Actions>\n    <Exec>\n      <Command>wsl.exe</Command>\n"
                   "      <Arguments>{}</Arguments>\n    </Exec>\n  </Actions>\n</Task>\n",
                   repetition, hour, plan.interval <= kHour ? offset : plan.minute,
                   xml(windows_command(words)))}};
}

/// A word of a POSIX shell in a crontab, where an unescaped '%' would end the line.
std::string cron_word(const std::string& word) {
  std::string quoted;
  for (const char c : word) {
    if (c == '%') quoted += '\\';
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  const bool plain = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+,:@=").find(c) != std::string_view::npos;
  });
  return plain ? word : "'" + quoted + "'";
}

std::string cron_times(const SchedulePlan& plan) {
  if (plan.interval == 1) return "* * * * *";
  if (plan.interval < kHour)
    return fmt::format("{}-59/{} * * * *", plan.minute % plan.interval, plan.interval);
  if (plan.interval == kHour) return fmt::format("{} * * * *", plan.minute);
  if (plan.interval == kDay) return fmt::format("{} {} * * *", plan.minute, plan.hour);
  const unsigned hours = plan.interval / kHour;
  return fmt::format("{} {}-23/{} * * *", plan.minute, plan.hour % hours, hours);
}

}  // namespace

std::string cron_command(const SchedulePlan& plan) {
  std::string line;
  for (const std::string& word : plan.command) line += (line.empty() ? "" : " ") + cron_word(word);
  return line;
}

std::vector<ScheduleFile> schedule_files(Scheduler scheduler, const SchedulePlan& plan) {
  switch (scheduler) {
    case Scheduler::systemd:
      return systemd_files(plan);
    case Scheduler::cron:
      return {{"crontab", cron_times(plan) + " " + cron_command(plan) + "\n"}};
    case Scheduler::launchd:
      return launchd_files(plan);
    case Scheduler::task_scheduler:
      return task_files(plan);
  }
  return {};
}

}  // namespace csb::app
