#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/table.hpp"
#include "csb/cli/upkeep.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kStateColumns = 6, kIdColumns = 13;

Tone tone_of(app::Check::State state) {
  switch (state) {
    case app::Check::State::ok:
      return Tone::good;
    case app::Check::State::note:
      return Tone::accent;
    case app::Check::State::warn:
      return Tone::warning;
    case app::Check::State::fail:
      return Tone::bad;
  }
  return Tone::plain;
}

/// A text beside its label, broken into lines that fit.
std::string beside(const std::string& label, std::size_t label_columns, const std::string& text,
                   const Screen& screen) {
  const std::size_t room = screen.columns
                               ? std::max<std::size_t>(*screen.columns, label_columns + 20) - label_columns
                               : std::string::npos;
  std::string out, lead = label;
  for (const std::string& line :
       room == std::string::npos ? std::vector<std::string>{text} : wrapped(text, room)) {
    out += lead + line + "\n";
    lead = std::string(label_columns, ' ');
  }
  return out;
}

}  // namespace

std::string render(const app::DoctorResult& result, bool only_wrong, const Screen& screen) {
  std::string out;
  std::size_t warnings = 0, failures = 0;
  for (const app::Check& check : result.checks) {
    warnings += check.state == app::Check::State::warn ? 1 : 0;
    failures += check.state == app::Check::State::fail ? 1 : 0;
    const bool fine = check.state == app::Check::State::ok || check.state == app::Check::State::note;
    if (only_wrong && fine) continue;
    const std::string label =
        screen.paint(tone_of(check.state), pad_right(to_string(check.state), kStateColumns)) +
        screen.paint(Tone::dim, pad_right(check.id, kIdColumns));
    out += beside(label, kStateColumns + kIdColumns, printable(with_tildes(check.text)), screen);
    if (!check.mend.empty())
      out += beside(std::string(kStateColumns + kIdColumns, ' ') + screen.paint(Tone::accent, "-> "),
                    kStateColumns + kIdColumns + 3, printable(check.mend), screen);
  }
  if (only_wrong) return out;
  if (failures + warnings == 0) return out + screen.paint(Tone::good, "All is well.") + "\n";
  return out + fmt::format("{}, {}; 'csb doctor --fix' mends what it can\n", counted(failures, "failure"),
                           counted(warnings, "warning"));
}

std::string render(const app::Drill& drill, const Screen& screen) {
  const std::string verdict = drill.failed == 0 ? screen.paint(Tone::good, pad_right("ok", kStateColumns))
                                                : screen.paint(Tone::bad, pad_right("fail", kStateColumns));
  std::string out = verdict + pad_right(drill.what, kIdColumns + 2);
  out += drill.runs == 1 ? fmt::format("1 run      {}", duration(drill.p50_ns))
                         : fmt::format("{:4} runs  p50 {}  p99 {}", drill.runs, duration(drill.p50_ns),
                                       duration(drill.p99_ns));
  if (drill.failed > 0) out += fmt::format("  {} failed: {}", drill.failed, printable(drill.complaint));
  return out + "\n";
}

}  // namespace csb::cli
