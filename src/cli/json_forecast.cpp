#include "csb/cli/render_queries.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

Json to_value(const app::DoomedItem& item, const std::vector<app::SweptRoot>& roots) {
  Json object;
  put_path(object, "root", roots[item.root].directory);
  object["kind"] = to_string(item.kind);
  put_path(object, "path", item.path);
  object["id"] = item.session ? Json(item.session->text()) : Json(nullptr);
  object["title"] = text_or_null(item.title);
  put_path(object, "folder", item.folder);
  object["modified"] = time_or_null(item.mtime_ns);
  object["due"] = time_or_null(item.due_ns);
  object["goes"] = time_or_null(item.goes_ns);
  object["files"] = item.files;
  object["bytes"] = item.bytes;
  object["archived"] = to_string(item.safety);
  return object;
}

Json to_value(const app::ScopeRetention& scope) {
  Json object;
  put_path(object, "folder", scope.folder);
  object["retention_days"] = value_or_null(scope.retention.days);
  put_path(object, "origin", scope.retention.origin);
  return object;
}

Json to_value(const app::SweptRoot& root) {
  Json object;
  put_path(object, "directory", root.directory);
  object["retention_days"] = value_or_null(root.retention.days);
  put_path(object, "retention_origin", root.retention.origin);
  object["scopes"] = Json::array();
  for (const app::ScopeRetention& scope : root.scopes) object["scopes"].push_back(to_value(scope));
  object["last_sweep"] = time_or_null(root.last_sweep_ns.value_or(0));
  object["next_sweep"] = time_or_null(root.next_sweep_ns);
  object["sessions_here"] = root.sessions_here;
  return object;
}

}  // namespace

std::string to_json(const app::ForecastResult& result, std::int64_t now) {
  Json document;
  document["schema"] = "csb.forecast/1";
  document["now"] = time_or_null(now);
  document["until"] = time_or_null(result.until_ns);
  document["roots"] = Json::array();
  for (const app::SweptRoot& root : result.roots) document["roots"].push_back(to_value(root));
  document["at_risk"] = result.at_risk();
  document["items"] = Json::array();
  for (const app::DoomedItem& item : result.items) document["items"].push_back(to_value(item, result.roots));
  document["problems"] = array_of(result.problems);
  return dump(document);
}

}  // namespace csb::cli
