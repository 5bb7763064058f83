#include "csb/app/stats.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "calendar.hpp"
#include "csb/app/show.hpp"
#include "csb/app/usage.hpp"
#include "csb/util/clock.hpp"

namespace csb::app {
namespace {

using catalogue::SegmentRow;

/// No timezone shifts within a quarter of an hour that begins at a whole one.
constexpr std::int64_t kQuarterNs = 900 * kNsPerSecond;
/// Longer spans are not drawn day by day: a time far off is a broken clock's.
constexpr std::int64_t kMostDays = std::int64_t{366} * 20;

class Counter {
 public:
  Counter(StatsResult& result, std::int64_t first_day, std::int64_t last_day)
      : result_(result), first_day_(first_day) {
    for (std::int64_t day = first_day; day <= last_day; ++day) result.days.push_back({date_of(day), 0});
    for (std::int64_t day = week_start(first_day); day <= last_day; day += 7)
      result.weeks.push_back({date_of(day), 0, 0, 0});
    week_sessions_.resize(result.weeks.size());
  }

  /// Spreads the messages of a sitting evenly over its time; those outside of the period are left out.
  /// @return messages within it
  std::uint64_t add(const SegmentRow& row) {
    const auto& [start, end, messages] = row.segment;
    std::uint64_t within = 0;
    for (std::uint64_t i = 0; i < messages; ++i) {
      const double part = messages > 1 ? static_cast<double>(i) / static_cast<double>(messages - 1) : 0;
      const auto at = start + static_cast<std::int64_t>(part * static_cast<double>(end - start));
      if (at < result_.since_ns || at > result_.until_ns) continue;
      ++within;
      const LocalHour& local = hour_of(at);
      ++result_.hours[static_cast<std::size_t>(weekday_of(local.day))][static_cast<std::size_t>(local.hour)];
      if (StatsDay* day = day_at(local.day)) ++day->messages;
      if (StatsWeek* week = week_at(local.day)) ++week->messages;
    }
    for (const std::int64_t at : {std::max(start, result_.since_ns), std::min(end, result_.until_ns)})
      if (const auto index = week_index(hour_of(at).day)) week_sessions_[*index].insert(row.session);
    return within;
  }

  void add_tokens(const catalogue::UsageRow& row) {
    const auto day = day_number(row.day);
    if (StatsWeek* week = day ? week_at(*day) : nullptr) week->tokens += total_of(row.tokens);
  }

  void finish() {
    for (std::size_t i = 0; i < week_sessions_.size(); ++i)
      result_.weeks[i].sessions = week_sessions_[i].size();
    for (const StatsDay& day : result_.days) result_.days_active += day.messages > 0 ? 1 : 0;
  }

 private:
  const LocalHour& hour_of(std::int64_t ns) {
    const auto [at, is_new] = hours_.try_emplace(ns / kQuarterNs);
    if (is_new) at->second = local_hour(ns);
    return at->second;
  }
  [[nodiscard]] std::optional<std::size_t> week_index(std::int64_t day) const {
    const std::int64_t index = (week_start(day) - week_start(first_day_)) / 7;
    if (day < first_day_ || index >= static_cast<std::int64_t>(result_.weeks.size())) return std::nullopt;
    return static_cast<std::size_t>(index);
  }
  StatsWeek* week_at(std::int64_t day) {
    const auto index = week_index(day);
    return index ? &result_.weeks[*index] : nullptr;
  }
  StatsDay* day_at(std::int64_t day) {
    const std::int64_t index = day - first_day_;
    if (index < 0 || index >= static_cast<std::int64_t>(result_.days.size())) return nullptr;
    return &result_.days[static_cast<std::size_t>(index)];
  }

  StatsResult& result_;
  std::int64_t first_day_;
  std::unordered_map<std::int64_t, LocalHour> hours_;
  std::vector<std::set<SessionId>> week_sessions_;
};

using Tallies = std::map<std::string, Tally>;

void add(Tallies& tallies, const std::string& name, std::uint64_t count) {
  Tally& tally = tallies[name];
  tally.name = name;
  tally.count += count;
  ++tally.sessions;
}

std::vector<Tally> most(const Tallies& tallies, std::size_t top) {
  std::vector<Tally> sorted;
  for (const auto& [name, tally] : tallies) sorted.push_back(tally);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Tally& a, const Tally& b) { return a.count > b.count; });
  if (sorted.size() > top) sorted.resize(top);
  return sorted;
}

/// As answers are counted by: chats have no folder.
std::string project_of(const catalogue::Session& session) {
  return session.source == "claude.ai" ? session.source : resume_directory(session);
}

/// Projects by messages and tools by calls, of these sessions.
void count_sessions(StatsResult& result, const catalogue::Catalogue& catalogue,
                    const std::map<SessionId, std::uint64_t>& messages, std::size_t top) {
  Tallies projects, tools;
  for (const catalogue::Session& session :
       catalogue.sessions({.deleted = catalogue::DeletedFilter::all}).sessions) {
    const auto active = messages.find(session.id);
    if (active == messages.end()) continue;
    add(projects, project_of(session), active->second);
    for (const catalogue::ToolRow& tool : catalogue.tools_of(session.id)) add(tools, tool.name, tool.calls);
  }
  result.projects = most(projects, top);
  result.tools = most(tools, top);
}

void count_models(StatsResult& result, Counter& counter, const std::vector<catalogue::UsageRow>& rows,
                  std::size_t top) {
  std::map<std::string, std::pair<std::uint64_t, std::set<std::string>>> models;
  for (const catalogue::UsageRow& row : rows) {
    counter.add_tokens(row);
    auto& [answers, sessions] = models[row.model];
    answers += row.answers;
    sessions.insert(row.session);
  }
  Tallies tallies;
  for (const auto& [model, counted] : models) tallies[model] = {model, counted.first, counted.second.size()};
  result.models = most(tallies, top);
}

}  // namespace

StatsResult stats(const catalogue::Catalogue& catalogue, const StatsOptions& options) {
  StatsResult result;
  result.since_ns = options.since_ns;
  result.until_ns = options.until_ns;
  const std::vector<SegmentRow> rows = catalogue.activity(options.since_ns, options.until_ns);
  const std::int64_t last_day = local_hour(options.until_ns).day;
  const std::int64_t first_day = std::max(local_hour(options.since_ns).day, last_day - kMostDays);
  Counter counter(result, first_day, last_day);
  std::map<SessionId, std::uint64_t> messages;
  for (const SegmentRow& row : rows) {
    const std::uint64_t within = counter.add(row);
    messages[row.session] += within;
    result.messages += within;
    ++result.sittings;
    result.active_ns += static_cast<std::uint64_t>(std::max<std::int64_t>(
        0,
        std::min(row.segment.end_ns, options.until_ns) - std::max(row.segment.start_ns, options.since_ns)));
  }
  result.sessions = messages.size();
  count_sessions(result, catalogue, messages, options.top);
  count_models(result, counter, catalogue.usage({.since_ns = options.since_ns, .until_ns = options.until_ns}),
               options.top);
  counter.finish();
  const catalogue::Totals totals = catalogue.totals();
  result.nothing_stored = totals.sessions_present + totals.sessions_deleted == 0;
  return result;
}

}  // namespace csb::app
