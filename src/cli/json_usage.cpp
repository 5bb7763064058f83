#include <algorithm>

#include "csb/cli/render_queries.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

using app::UsageKey;

const char* to_text(UsageKey key) {
  switch (key) {
    case UsageKey::day:
      return "day";
    case UsageKey::week:
      return "week";
    case UsageKey::month:
      return "month";
    case UsageKey::project:
      return "project";
    case UsageKey::model:
      return "model";
    case UsageKey::session:
      return "session";
  }
  return "day";
}

/// Keys that were not asked for are null, unknown ones empty.
Json to_value(const app::UsageLine& line, const std::vector<UsageKey>& by) {
  Json object;
  for (const UsageKey key : {UsageKey::day, UsageKey::week, UsageKey::month, UsageKey::project,
                             UsageKey::model, UsageKey::session}) {
    const auto at = std::find(by.begin(), by.end(), key);
    const auto index = static_cast<std::size_t>(at - by.begin());
    if (at == by.end() || index >= line.keys.size()) {
      object[to_text(key)] = nullptr;
    } else {
      put_path(object, to_text(key), line.keys[index]);
    }
  }
  object["title"] = text_or_null(line.title);
  object["answers"] = line.answers;
  object["input"] = line.tokens.input;
  object["output"] = line.tokens.output;
  object["cache_write_5m"] = line.tokens.cache_write_5m;
  object["cache_write_1h"] = line.tokens.cache_write_1h;
  object["cache_read"] = line.tokens.cache_read;
  const bool has_cost = line.unpriced_answers + line.uncounted_answers < line.answers || line.answers == 0;
  object["cost_usd"] = has_cost ? Json(line.cost) : Json(nullptr);
  object["unpriced_answers"] = line.unpriced_answers;
  object["uncounted_answers"] = line.uncounted_answers;
  return object;
}

}  // namespace

std::string to_json(const app::UsageResult& result) {
  Json document;
  document["schema"] = "csb.usage/1";
  document["by"] = Json::array();
  for (const UsageKey key : result.by) document["by"].push_back(to_text(key));
  document["unpriced_models"] = result.unpriced_models;
  document["rows"] = Json::array();
  for (const app::UsageLine& line : result.lines) document["rows"].push_back(to_value(line, result.by));
  document["total"] = to_value(result.total, {});
  return dump(document);
}

}  // namespace csb::cli
