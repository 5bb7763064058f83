#include "json_details.hpp"

namespace csb::cli {
namespace {

Json to_value(const app::ShownFolder& folder) {
  Json object;
  put_path(object, "path", folder.row.path);
  object["origin"] = app::to_string(folder.row.use.origin);
  object["work"] = folder.row.use.work;
  object["rows"] = folder.row.use.rows;
  object["is_start"] = folder.row.is_start;
  object["exists"] = folder.exists;
  return object;
}

Json to_value(const catalogue::ToolRow& tool) { return {{"name", tool.name}, {"calls", tool.calls}}; }

Json to_value(const catalogue::TouchedRow& row) {
  Json object;
  put_path(object, "path", row.path);
  object["writes"] = row.touched.writes;
  object["reads"] = row.touched.reads;
  object["searches"] = row.touched.searches;
  object["last"] = time_or_null(row.touched.last_ns);
  return object;
}

Json to_value(const ActivitySegment& sitting) {
  return {{"start", time_or_null(sitting.start_ns)},
          {"end", time_or_null(sitting.end_ns)},
          {"messages", sitting.messages}};
}

Json to_value(const app::Relative& relative) {
  Json object;
  object["id"] = relative.id;
  object["title"] = relative.session ? text_or_null(relative.session->title) : Json(nullptr);
  object["archived"] = relative.session.has_value();
  object["deleted"] = relative.session ? Json(!relative.session->present) : Json(nullptr);
  return object;
}

template <typename T>
Json values_of(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(to_value(item));
  return array;
}

}  // namespace

void put_summary(Json& document, const app::SessionSummary& summary) {
  document["folders"] = values_of(summary.folders);
  document["folders_left_out"] = summary.folders_left_out;
  document["tools"] = values_of(summary.tools);
  document["touched"] = values_of(summary.touched);
  document["activity"] = values_of(summary.activity);
  document["tokens"] = Json::array();
  for (const auto& [model, tokens] : summary.tokens)
    document["tokens"].push_back({{"model", text_or_null(model)},
                                  {"input", tokens.input},
                                  {"output", tokens.output},
                                  {"cache_write_5m", tokens.cache_write_5m},
                                  {"cache_write_1h", tokens.cache_write_1h},
                                  {"cache_read", tokens.cache_read}});
  document["answers"] = summary.answers;
  document["parent"] = summary.parent ? to_value(*summary.parent) : Json(nullptr);
  document["forks"] = values_of(summary.forks);
  document["subagents"] = Json::array();
  for (const std::string& path : summary.subagents) document["subagents"].push_back(path);
}

}  // namespace csb::cli
