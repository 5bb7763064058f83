#include <fmt/format.h>

#include "csb/cli/upkeep.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

std::string row(const Screen& screen, std::string_view name, const std::string& value) {
  return screen.paint(Tone::dim, pad_right(name, 11)) + "  " + value + "\n";
}

Tone tone_of(app::ScheduleStatus::State state) {
  using State = app::ScheduleStatus::State;
  switch (state) {
    case State::ok:
      return Tone::good;
    case State::pending:
      return Tone::plain;
    case State::failing:
      return Tone::warning;
    case State::not_installed:
    case State::not_running:
      return Tone::bad;
  }
  return Tone::plain;
}

std::string interval_text(unsigned minutes) {
  if (minutes == 1440) return "every day";
  if (minutes % 60 == 0) return minutes == 60 ? "every hour" : fmt::format("every {} hours", minutes / 60);
  return minutes == 1 ? "every minute" : fmt::format("every {} minutes", minutes);
}

}  // namespace

std::string render(const app::ScheduleStatus& status, const Screen& screen) {
  std::string out = row(screen, "schedule",
                        screen.paint(tone_of(status.state), app::to_string(status.state)) +
                            (status.reason.empty() ? "" : ": " + printable(status.reason)));
  if (status.scheduler)
    out += row(screen, "by",
               fmt::format("{}, {} ({})", app::to_string(*status.scheduler), interval_text(status.interval),
                           printable(with_tilde(status.entry))));
  if (status.installed_ns != 0) out += row(screen, "installed", format_local(status.installed_ns));
  if (status.last_run)
    out +=
        row(screen, "last run",
            fmt::format("{} ({}): {}, {}{}", format_local(status.last_run->when_ns),
                        format_relative(status.last_run->when_ns, screen.now),
                        printable(status.last_run->outcome), duration(status.last_run->duration_ns),
                        status.last_run->message.empty() ? "" : "; " + printable(status.last_run->message)));
  for (const std::string& note : status.notes) out += row(screen, "note", printable(note));
  return out;
}

std::string render(const app::ScheduleInstalled& result, bool dry_run, const Screen& screen) {
  std::string out;
  if (dry_run || !result.unchanged)
    for (const app::ScheduleFile& file : result.files) {
      out += screen.paint(Tone::bold, fmt::format("{} {}", dry_run ? "Would write" : "Wrote",
                                                  printable(with_tilde(file.name)))) +
             "\n";
      std::string_view rest = file.text;
      while (!rest.empty()) {
        const auto end = rest.find('\n');
        out += "    " + printable(rest.substr(0, end)) + "\n";
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      }
    }
  if (!dry_run && result.unchanged) out += "It was installed just so.\n";
  return dry_run ? out : out + render(result.status, screen);
}

}  // namespace csb::cli
