#include <fmt/format.h>

#include "command_functions.hpp"
#include "csb/app/stats.hpp"
#include "csb/app/usage.hpp"
#include "csb/app/versions.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/render_queries.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

using app::UsageKey;

struct KeyName {
  std::string_view name;
  UsageKey key;
};
constexpr KeyName kKeys[] = {{"day", UsageKey::day},     {"week", UsageKey::week},
                             {"month", UsageKey::month}, {"project", UsageKey::project},
                             {"model", UsageKey::model}, {"session", UsageKey::session}};

/// "day,model".
std::vector<UsageKey> parse_keys(std::string_view text) {
  std::vector<UsageKey> keys;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), name.size() + 1));
    const KeyName* found = nullptr;
    for (const KeyName& each : kKeys)
      if (each.name == name || std::string(each.name) + "s" == name) found = &each;
    if (found == nullptr)
      throw Error(ErrorCode::usage, fmt::format("--by: '{}' is nothing that can be added up by", name),
                  "day, week, month, project, model, session, or several of them: --by month,model");
    if (std::find(keys.begin(), keys.end(), found->key) == keys.end()) keys.push_back(found->key);
  }
  if (keys.empty()) throw Error(ErrorCode::usage, "--by needs a value", "for example --by day");
  return keys;
}

void print_usage_footer(Call& call, const app::UsageResult& result) {
  call.out.flush();
  if (result.nothing_stored) {
    call.messages.note("nothing is stored yet: run 'csb backup'");
  } else if (result.lines.empty()) {
    call.messages.note("no answer of a model in that time");
  }
  if (result.total.uncounted_answers > 0)
    call.messages.note(counted(result.total.uncounted_answers, "answer") +
                       " without tokens: the service does not count those of claude.ai chats");
  if (!result.unpriced_models.empty())
    call.messages.note("no price is known for " + joined(result.unpriced_models) +
                       ": what they cost is not known, and not in the sums");
}

int run_usage(Call& call) {
  std::string by = "day", since, until, session;
  Options options(call);
  options.text("--by", "KEYS", by,
               "day (default), week, month, project, model, session; several with commas: --by month,model");
  options.text("--since", "TIME", since, "answers from this time on");
  options.text("--until", "TIME", until, "answers up to this time");
  options.text("--session", "ID", session, "of this session only");
  if (!options.parse()) return kDone;

  app::UsageOptions usage{.by = parse_keys(by), .query = {}};
  if (!since.empty()) usage.query.since_ns = time_argument("--since", since);
  if (!until.empty()) usage.query.until_ns = time_argument("--until", until);
  const app::Settings settings = call.settings();
  app::UsageResult result;
  result.by = usage.by;
  if (const auto catalogue = catalogue_if_any(call, settings)) {
    if (!session.empty()) usage.query.session = app::resolve_session(*catalogue, session).id;
    result = app::usage(settings, *catalogue, usage);
  } else {
    result.nothing_stored = true;
  }
  call.out.write(call.global.json ? to_json(result) : render(result, screen_of(call)));
  if (!call.global.json) print_usage_footer(call, result);
  return kDone;
}

int run_stats(Call& call) {
  constexpr std::int64_t kDefaultDays = 84;
  std::string since, until;
  std::optional<std::uint64_t> top;
  StatsStyle style;
  Options options(call);
  options.text("--since", "TIME", since, "from this time on (default 12 weeks ago)");
  options.text("--until", "TIME", until, "up to this time (default now)");
  options.number("--top", "N", top, "how many projects, tools and models (default 10)");
  options.flag("--ascii", style.ascii, "draw with ASCII characters only");
  if (!options.parse()) return kDone;

  app::StatsOptions stats;
  stats.until_ns = until.empty() ? now_ns() : time_argument("--until", until);
  stats.since_ns =
      since.empty() ? stats.until_ns - kDefaultDays * kNsPerDay : time_argument("--since", since);
  stats.top = static_cast<std::size_t>(top.value_or(stats.top));
  if (stats.since_ns > stats.until_ns) throw Error(ErrorCode::usage, "--since is later than --until");
  const app::Settings settings = call.settings();
  app::StatsResult result;
  if (const auto catalogue = catalogue_if_any(call, settings)) {
    result = app::stats(*catalogue, stats);
  } else {
    result.since_ns = stats.since_ns;
    result.until_ns = stats.until_ns;
    result.nothing_stored = true;
  }
  call.out.write(call.global.json ? to_json(result) : render(result, style, screen_of(call)));
  call.out.flush();
  if (!call.global.json && result.nothing_stored)
    call.messages.note("nothing is stored yet: run 'csb backup'");
  else if (!call.global.json && result.sessions == 0)
    call.messages.note("no session was active in that time");
  return kDone;
}

}  // namespace

Command usage_command() {
  return {
      "usage",
      "tokens used, and what they cost",
      Command::Group::find,
      run_usage,
      "[OPTION]...",
      "Adds up the tokens of every answer, each counted once however many rows, forks and versions repeat "
      "it. Sessions that were deleted count, and of claude.ai chats the answers, whose tokens nobody is "
      "told. Costs are what the prices of the service come to, not what "
      "was billed; a model without a known price is named, and left out of the costs. Prices of your own, in "
      "the form "
      "of csb's data/prices.json, go into ~/.config/csb/prices.json, or where csb.prices of the "
      "configuration says.",
      {{"csb usage", "day by day"},
       {"csb usage --by month,model --since 2026-01-01", "this year, by month and model"},
       {"csb usage --by project --since 7d", "the last week's projects, the most expensive first"},
       {"csb usage --by session --json", "each session, for a program"}},
      {kNotFound}};
}

Command stats_command() {
  return {"stats",
          "when you worked, on what, and with which tools",
          Command::Group::find,
          run_stats,
          "[OPTION]...",
          "Draws when sessions were active, by hour of the week and day by day, then what happened week by "
          "week, and the projects, tools and models that were used most. Deleted sessions count; times are "
          "local.",
          {{"csb stats", "the last twelve weeks"},
           {"csb stats --since 2026-01-01", "this year"},
           {"csb stats --ascii --top 3 | mail -s 'my week' me", "without special characters"}},
          {}};
}

}  // namespace csb::cli
