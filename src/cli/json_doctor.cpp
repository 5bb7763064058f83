#include "csb/cli/upkeep.hpp"
#include "json_value.hpp"

namespace csb::cli {

std::string to_json(const app::DoctorResult& result) {
  Json document;
  document["schema"] = "csb.doctor/1";
  document["failing"] = result.failing();
  document["checks"] = Json::array();
  for (const app::Check& check : result.checks) {
    Json object;
    object["id"] = check.id;
    object["state"] = to_string(check.state);
    object["text"] = check.text;
    object["mend"] = text_or_null(check.mend);
    object["command"] = check.command.empty() ? Json(nullptr) : Json(check.command);
    document["checks"].push_back(std::move(object));
  }
  return dump(document);
}

std::string to_json(const std::vector<app::Drill>& drills) {
  Json document;
  document["schema"] = "csb.fire-drill/1";
  document["drills"] = Json::array();
  for (const app::Drill& drill : drills) {
    Json object;
    object["what"] = drill.what;
    object["runs"] = drill.runs;
    object["failed"] = drill.failed;
    object["p50_ms"] = static_cast<double>(drill.p50_ns) / 1e6;
    object["p99_ms"] = static_cast<double>(drill.p99_ns) / 1e6;
    object["complaint"] = text_or_null(drill.complaint);
    document["drills"].push_back(std::move(object));
  }
  return dump(document);
}

}  // namespace csb::cli
