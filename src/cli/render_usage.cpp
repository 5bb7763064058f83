#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/render_queries.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using app::UsageKey;

/// From here on numbers are written out and cache writes by how long they live.
constexpr std::size_t kWideColumns = 120;

/// "12.3M": at most three digits and a letter.
std::string short_count(std::uint64_t count) {
  constexpr const char* kUnits[] = {"", "k", "M", "G", "T"};
  auto value = static_cast<double>(count);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < std::size(kUnits)) value /= 1000, ++unit;
  if (unit == 0) return std::to_string(count);
  return value < 9.995   ? fmt::format("{:.2f}{}", value, kUnits[unit])
         : value < 99.95 ? fmt::format("{:.1f}{}", value, kUnits[unit])
                         : fmt::format("{:.0f}{}", value, kUnits[unit]);
}

std::string title_of(UsageKey key) {
  switch (key) {
    case UsageKey::day:
      return "DAY";
    case UsageKey::week:
      return "WEEK";
    case UsageKey::month:
      return "MONTH";
    case UsageKey::project:
      return "PROJECT";
    case UsageKey::model:
      return "MODEL";
    case UsageKey::session:
      return "SESSION";
  }
  return {};
}

std::string key_text(UsageKey key, const std::string& value, const Screen& screen) {
  if (value.empty()) return key == UsageKey::project || key == UsageKey::model ? "(unknown)" : "(no time)";
  if (key == UsageKey::project) return with_tilde(value);
  return key == UsageKey::session && screen.columns ? value.substr(0, 8) : value;
}

std::string cost_text(const app::UsageLine& line) {
  if (line.uncounted_answers == line.answers && line.answers > 0) return "-";
  if (line.unpriced_answers == line.answers && line.answers > 0) return "?";
  const std::string cost = line.cost > 0 && line.cost < 0.005 ? "<$0.01" : fmt::format("${:.2f}", line.cost);
  return line.unpriced_answers > 0 ? cost + "+?" : cost;
}

class UsageTable {
 public:
  UsageTable(const app::UsageResult& result, const Screen& screen)
      : result_(result), screen_(screen), wide_(!screen.columns || *screen.columns >= kWideColumns) {
    for (const UsageKey key : result.by) columns_.push_back(key_column(key));
    if (by_session()) columns_.push_back({"TITLE", false, Column::Cut::end, 8});
    for (const char* title : {"ANSWERS", "INPUT", "OUTPUT"}) columns_.push_back({title, true});
    if (wide_) {
      columns_.insert(columns_.end(), {{"CACHE WRITE 5M", true}, {"1H", true}});
    } else {
      columns_.push_back({"WRITE", true});
    }
    columns_.push_back({wide_ ? "CACHE READ" : "READ", true});
    columns_.push_back({"COST", true});
  }

  void add(const app::UsageLine& line, bool is_total) {
    const Tone tone = is_total ? Tone::bold : Tone::plain;
    std::vector<Cell> row;
    for (std::size_t i = 0; i < result_.by.size(); ++i)
      row.push_back({is_total ? i == 0 ? "total" : "" : key_text(result_.by[i], line.keys[i], screen_),
                     is_total ? Tone::bold : Tone::accent});
    if (by_session()) row.push_back({line.title});
    const Tokens& tokens = line.tokens;
    row.push_back({screen_.columns ? grouped(line.answers) : std::to_string(line.answers), tone});
    for (const std::uint64_t number : {tokens.input, tokens.output}) row.push_back({count(number), tone});
    if (wide_) {
      row.push_back({count(tokens.cache_write_5m), tone});
      row.push_back({count(tokens.cache_write_1h), tone});
    } else {
      row.push_back({count(tokens.cache_write_5m + tokens.cache_write_1h), tone});
    }
    row.push_back({count(tokens.cache_read), tone});
    row.push_back({cost_text(line), tone});
    rows_.push_back(std::move(row));
  }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (const std::string& line : lay_out(columns_, rows_, screen_.columns, screen_.paint))
      out += line + "\n";
    return out;
  }

 private:
  static Column key_column(UsageKey key) {
    if (key == UsageKey::project) return {title_of(key), false, Column::Cut::start, 10};
    if (key == UsageKey::model) return {title_of(key), false, Column::Cut::end, 10};
    return {title_of(key)};
  }
  [[nodiscard]] bool by_session() const {
    return std::find(result_.by.begin(), result_.by.end(), UsageKey::session) != result_.by.end();
  }
  [[nodiscard]] std::string count(std::uint64_t number) const {
    return !screen_.columns ? std::to_string(number) : wide_ ? grouped(number) : short_count(number);
  }

  const app::UsageResult& result_;
  const Screen& screen_;
  bool wide_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace

std::string render(const app::UsageResult& result, const Screen& screen) {
  if (result.lines.empty()) return {};
  UsageTable table(result, screen);
  for (const app::UsageLine& line : result.lines) table.add(line, false);
  table.add(result.total, true);
  return table.text();
}

}  // namespace csb::cli
