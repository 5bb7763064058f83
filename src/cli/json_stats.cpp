#include "csb/cli/render_queries.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

Json tallies(const std::vector<app::Tally>& items) {
  Json array = Json::array();
  for (const app::Tally& item : items) {
    Json object;
    put_path(object, "name", item.name);
    object["count"] = item.count;
    object["sessions"] = item.sessions;
    array.push_back(std::move(object));
  }
  return array;
}

}  // namespace

std::string to_json(const app::StatsResult& result) {
  Json document;
  document["schema"] = "csb.stats/1";
  document["since"] = time_or_null(result.since_ns);
  document["until"] = time_or_null(result.until_ns);
  document["sessions"] = result.sessions;
  document["messages"] = result.messages;
  document["sittings"] = result.sittings;
  document["active_seconds"] = result.active_ns / 1'000'000'000;
  document["days_active"] = result.days_active;
  document["hours"] = result.hours;
  document["days"] = Json::array();
  for (const app::StatsDay& day : result.days)
    document["days"].push_back({{"date", day.date}, {"messages", day.messages}});
  document["weeks"] = Json::array();
  for (const app::StatsWeek& week : result.weeks)
    document["weeks"].push_back({{"monday", week.monday},
                                 {"sessions", week.sessions},
                                 {"messages", week.messages},
                                 {"tokens", week.tokens}});
  document["projects"] = tallies(result.projects);
  document["tools"] = tallies(result.tools);
  document["models"] = tallies(result.models);
  return dump(document);
}

}  // namespace csb::cli
