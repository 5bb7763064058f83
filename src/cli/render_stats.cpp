#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/render_queries.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kPipedColumns = 100;  ///< nothing is cut, but a drawing needs a width
constexpr std::size_t kMostBar = 40;
constexpr std::size_t kMonthAt = 5, kDayAt = 8;  // in "2026-11-22"
constexpr const char* kWeekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/// Five shades, the first for nothing.
constexpr const char* kShades[] = {"·", "░", "▒", "▓", "█"};
constexpr const char* kAsciiShades[] = {".", "-", "+", "*", "#"};
/// Eighths of a bar's last cell.
constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

/// Two digits of a date.
int number_in(std::string_view date, std::size_t at) { return (date[at] - '0') * 10 + (date[at + 1] - '0'); }

/// Something is never drawn as nothing; the most gets the darkest shade. By square roots, since activity
/// differs by magnitudes.
std::size_t shade_of(std::uint64_t count, std::uint64_t most) {
  if (count == 0 || most == 0) return 0;
  const double part = static_cast<double>(count) / static_cast<double>(most);
  return part > 0.5625 ? 4 : part > 0.25 ? 3 : part > 0.0625 ? 2 : 1;  // (3/4)², (2/4)², (1/4)²
}

class Drawing {
 public:
  Drawing(const app::StatsResult& result, const StatsStyle& style, const Screen& screen)
      : result_(result), style_(style), screen_(screen), columns_(screen.columns.value_or(kPipedColumns)) {}

  std::string draw() {
    summary();
    by_hour();
    by_day();
    by_week();
    most_used("Projects", "MESSAGES", result_.projects, true);
    most_used("Tools", "CALLS", result_.tools, false);
    most_used("Models", "ANSWERS", result_.models, false);
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string cell(std::uint64_t count, std::uint64_t most, std::size_t width) const {
    const std::size_t shade = shade_of(count, most);
    const char* const mark = (style_.ascii ? kAsciiShades : kShades)[shade];
    std::string text;
    // Nothing is one dot, however wide the cell.
    for (std::size_t i = 0; i < (shade == 0 ? 1 : width); ++i) text += mark;
    return screen_.paint(shade == 0 ? Tone::dim : Tone::good, text) +
           std::string(shade == 0 ? width - 1 : 0, ' ');
  }

  [[nodiscard]] std::string bar(std::uint64_t count, std::uint64_t most, std::size_t width) const {
    if (most == 0) return {};
    const double cells = static_cast<double>(count) / static_cast<double>(most) * static_cast<double>(width);
    auto eighths = static_cast<std::size_t>(cells * 8 + 0.5);
    if (count > 0) eighths = std::max<std::size_t>(eighths, 1);
    std::string text;
    for (std::size_t i = 0; i < eighths / 8; ++i) text += style_.ascii ? "#" : "█";
    if (style_.ascii) return text.empty() && count > 0 ? "#" : text;
    return text + kEighths[eighths % 8];
  }

  /// Without trailing spaces.
  void add_line(const std::string& line) { out_ += line.substr(0, line.find_last_not_of(' ') + 1) + "\n"; }

  void heading(const std::string& text) { out_ += "\n" + screen_.paint(Tone::bold, text) + "\n"; }

  void summary() {
    const std::uint64_t minutes = result_.active_ns / (60 * static_cast<std::uint64_t>(kNsPerSecond));
    const std::string text = fmt::format(
        "{} to {}: {}, {} in {} on {}, {} h {:02} min at work", format_local(result_.since_ns).substr(0, 10),
        format_local(result_.until_ns).substr(0, 10), counted(result_.sessions, "session"),
        counted(result_.messages, "message"), counted(result_.sittings, "sitting"),
        counted(result_.days_active, "day"), grouped(minutes / 60), minutes % 60);
    for (const std::string& line : wrapped(text, columns_)) out_ += line + "\n";
  }

  void by_hour() {
    if (result_.messages == 0) return;
    const std::size_t width = columns_ >= 4 + 24 * 4   ? 4
                              : columns_ >= 4 + 24 * 3 ? 3
                              : columns_ >= 4 + 24 * 2 ? 2
                                                       : 1;
    std::uint64_t most = 0;
    for (const auto& day : result_.hours) most = std::max(most, *std::max_element(day.begin(), day.end()));
    heading("By hour");
    std::string hours(4, ' ');
    for (std::size_t hour = 0; hour < 24; hour += 3)
      hours += pad_right(fmt::format("{:02}", hour), 3 * width);
    out_ += screen_.paint(Tone::dim, hours.substr(0, hours.find_last_not_of(' ') + 1)) + "\n";
    for (std::size_t day = 0; day < 7; ++day) {
      std::string line = std::string(kWeekdays[day]) + " ";
      for (const std::uint64_t count : result_.hours[day]) line += cell(count, most, width);
      add_line(line);
    }
  }

  /// Weeks from left to right, days from top to bottom; the last ones that fit.
  void by_day() {
    if (result_.messages == 0 || result_.days.empty() || columns_ < 16) return;
    const std::size_t lead = lead_days();
    const std::size_t weeks = (lead + result_.days.size() + 6) / 7;
    const std::size_t width = weeks * 2 + 4 <= columns_ ? 2 : 1;
    const std::size_t shown = std::min(weeks, (columns_ - 4) / width);
    const std::size_t first = weeks - shown;
    std::uint64_t most = 0;
    for (const app::StatsDay& day : result_.days) most = std::max(most, day.messages);
    heading(first == 0 ? std::string("By day") : fmt::format("By day (the last {} weeks)", shown));
    out_ += screen_.paint(Tone::dim, months(first, shown, width)) + "\n";
    for (std::size_t weekday = 0; weekday < 7; ++weekday) {
      std::string line = std::string(kWeekdays[weekday]) + " ";
      for (std::size_t week = first; week < weeks; ++week) {
        const std::size_t place = week * 7 + weekday;
        const bool within = place >= lead && place - lead < result_.days.size();
        line += within ? cell(result_.days[place - lead].messages, most, width) : std::string(width, ' ');
      }
      add_line(line);
    }
  }

  /// Days of the first week before the period begins: weeks begin on Mondays.
  [[nodiscard]] std::size_t lead_days() const {
    for (std::size_t i = 0; i < 7 && i < result_.days.size() && !result_.weeks.empty(); ++i)
      if (result_.weeks.size() > 1 && result_.days[i].date == result_.weeks[1].monday) return 7 - i;
    // One week only.
    std::size_t lead = 0;
    if (!result_.weeks.empty() && !result_.days.empty())
      lead = static_cast<std::size_t>(
          std::max(0, number_in(result_.days[0].date, kDayAt) - number_in(result_.weeks[0].monday, kDayAt)));
    return std::min<std::size_t>(lead, 6);
  }

  /// "    Sep     Oct": each month above its first week.
  [[nodiscard]] std::string months(std::size_t first, std::size_t shown, std::size_t width) const {
    static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::string line(4, ' ');
    int last = 0;
    for (std::size_t i = 0; i < shown && first + i < result_.weeks.size(); ++i) {
      const int month = number_in(result_.weeks[first + i].monday, kMonthAt);
      const std::size_t column = 4 + i * width;
      if (month == last || line.size() > column) continue;
      last = month;
      line = pad_right(line, column) + kMonths[static_cast<std::size_t>(month + 11) % 12] + " ";
    }
    return line.substr(0, line.find_last_not_of(' ') + 1);
  }

  void table(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows) {
    for (const std::string& line : lay_out(columns, rows, screen_.columns, screen_.paint))
      out_ += line + "\n";
  }

  [[nodiscard]] std::size_t bar_width(std::size_t taken) const {
    return columns_ > taken + 10 ? std::min(columns_ - taken, kMostBar) : 10;
  }

  void by_week() {
    if (result_.messages == 0) return;
    heading("By week");
    std::uint64_t most = 0;
    for (const app::StatsWeek& week : result_.weeks) most = std::max(most, week.messages);
    std::vector<std::vector<Cell>> rows;
    for (const app::StatsWeek& week : result_.weeks) {
      if (rows.empty() && week.messages == 0) continue;  // before there was anything
      rows.push_back({{week.monday},
                      {grouped(week.sessions)},
                      {grouped(week.tokens)},
                      {grouped(week.messages)},
                      {bar(week.messages, most, bar_width(56)), Tone::good}});
    }
    table({{"FROM"}, {"SESSIONS", true}, {"TOKENS", true}, {"MESSAGES", true}, {""}}, rows);
  }

  void most_used(const std::string& title, const std::string& unit, const std::vector<app::Tally>& tallies,
                 bool folders) {
    if (tallies.empty()) return;
    out_ += "\n";
    std::vector<std::vector<Cell>> rows;
    for (const app::Tally& tally : tallies) {
      const std::string name = tally.name.empty() ? "(unknown)"
                               : folders          ? with_tilde(tally.name)
                                                  : tally.name;
      rows.push_back({{name, Tone::accent},
                      {grouped(tally.sessions)},
                      {grouped(tally.count)},
                      {bar(tally.count, tallies.front().count, bar_width(60)), Tone::good}});
    }
    std::string name = title;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    table({{name, false, folders ? Column::Cut::start : Column::Cut::end, 16},
           {"SESSIONS", true},
           {unit, true},
           {""}},
          rows);
  }

  const app::StatsResult& result_;
  const StatsStyle& style_;
  const Screen& screen_;
  std::size_t columns_;
  std::string out_;
};

}  // namespace

std::string render(const app::StatsResult& result, const StatsStyle& style, const Screen& screen) {
  if (result.nothing_stored) return {};
  return Drawing(result, style, screen).draw();
}

}  // namespace csb::cli
