#include "csb/app/usage.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "calendar.hpp"
#include "csb/app/prices.hpp"

namespace csb::app {
namespace {

using catalogue::UsageRow;

bool is_time(UsageKey key) { return key == UsageKey::day || key == UsageKey::week || key == UsageKey::month; }

std::string key_of(const UsageRow& row, UsageKey key) {
  constexpr std::size_t kMonthLength = 7;  // "2026-11"
  switch (key) {
    case UsageKey::day:
      return row.day;
    case UsageKey::week: {
      const auto day = day_number(row.day);
      return day ? iso_week(*day) : std::string();
    }
    case UsageKey::month:
      return row.day.substr(0, kMonthLength);
    case UsageKey::project:
      return row.project;
    case UsageKey::model:
      return row.model;
    case UsageKey::session:
      return row.session;
  }
  return {};
}

void add(UsageLine& line, const UsageRow& row, const std::optional<double>& cost) {
  line.answers += row.answers;
  line.tokens.input += row.tokens.input;
  line.tokens.output += row.tokens.output;
  line.tokens.cache_write_5m += row.tokens.cache_write_5m;
  line.tokens.cache_write_1h += row.tokens.cache_write_1h;
  line.tokens.cache_read += row.tokens.cache_read;
  line.cost += cost.value_or(0);
  if (!cost) line.unpriced_answers += row.answers;
  if (total_of(row.tokens) == 0) line.uncounted_answers += row.answers;
}

void sort_lines(UsageResult& result) {
  const auto times_of = [&](const UsageLine& line) {
    std::vector<std::string> times;
    for (std::size_t i = 0; i < result.by.size(); ++i)
      if (is_time(result.by[i])) times.push_back(line.keys[i]);
    return times;
  };
  std::stable_sort(result.lines.begin(), result.lines.end(), [&](const UsageLine& a, const UsageLine& b) {
    const auto times_a = times_of(a), times_b = times_of(b);
    if (times_a != times_b) return times_a < times_b;
    return std::make_tuple(a.cost, total_of(a.tokens)) > std::make_tuple(b.cost, total_of(b.tokens));
  });
}

void name_sessions(UsageResult& result, const catalogue::Catalogue& catalogue) {
  const auto at = std::find(result.by.begin(), result.by.end(), UsageKey::session);
  if (at == result.by.end()) return;
  const auto index = static_cast<std::size_t>(at - result.by.begin());
  for (UsageLine& line : result.lines) {
    const auto id = SessionId::parse(line.keys[index]);
    const auto session = id ? catalogue.session(*id) : std::nullopt;
    if (session) line.title = session->title.empty() ? session->first_prompt : session->title;
  }
}

}  // namespace

std::uint64_t total_of(const Tokens& tokens) {
  return tokens.input + tokens.output + tokens.cache_write_5m + tokens.cache_write_1h + tokens.cache_read;
}

UsageResult usage(const Settings& settings, const catalogue::Catalogue& catalogue,
                  const UsageOptions& options) {
  UsageResult result;
  result.by = options.by;
  std::map<std::vector<std::string>, UsageLine> lines;
  std::set<std::string> unpriced;
  const claude_code::Prices prices = load_prices(settings);
  for (const UsageRow& row : catalogue.usage(options.query)) {
    std::vector<std::string> keys;
    for (const UsageKey key : options.by) keys.push_back(key_of(row, key));
    // No tokens cost nothing, whatever the client calls the model of its own messages.
    const std::optional<double> cost =
        total_of(row.tokens) == 0 ? std::optional(0.0) : prices.cost(row.model, row.tokens);
    if (!cost) unpriced.insert(row.model);
    UsageLine& line = lines[keys];
    line.keys = std::move(keys);
    add(line, row, cost);
    add(result.total, row, cost);
  }
  for (auto& [keys, line] : lines) result.lines.push_back(std::move(line));
  result.unpriced_models.assign(unpriced.begin(), unpriced.end());
  sort_lines(result);
  name_sessions(result, catalogue);
  const catalogue::Totals totals = catalogue.totals();
  result.nothing_stored = totals.sessions_present + totals.sessions_deleted == 0;
  return result;
}

}  // namespace csb::app
