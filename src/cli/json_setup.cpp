#include "csb/cli/upkeep.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

Json steps_value(const std::vector<app::SetupStep>& steps) {
  Json array = Json::array();
  for (const app::SetupStep& step : steps)
    array.push_back({{"what", step.what}, {"state", app::to_string(step.state)}, {"text", step.text}});
  return array;
}

Json directories_value(const app::SetupFound& found) {
  Json array = Json::array();
  for (const app::FoundDirectory& directory : found.directories) {
    Json object;
    put_path(object, "path", directory.path);
    object["exists"] = directory.exists;
    object["transcripts"] = directory.transcripts;
    object["hooks"] = directory.hooks;
    object["plugin"] = directory.plugin;
    object["keep_days"] = value_or_null(directory.keep_days);
    object["trouble"] = text_or_null(directory.trouble);
    array.push_back(std::move(object));
  }
  return array;
}

Json histories_value(const app::SetupFound& found) {
  Json array = Json::array();
  for (const app::FoundHistory& history : found.histories) {
    Json object;
    put_path(object, "path", history.path);
    object["branches"] = history.branches;
    object["imported"] = history.imported;
    object["is_store"] = history.is_store;
    object["secrets"] = history.secrets;
    object["trouble"] = text_or_null(history.trouble);
    array.push_back(std::move(object));
  }
  return array;
}

Json document_of(const char* action, bool dry_run) {
  Json document;
  document["schema"] = "csb.setup/1";
  document["action"] = action;
  document["dry_run"] = dry_run;
  return document;
}

}  // namespace

std::string to_json(const app::SetupFound& found, const app::SetupResult& result, bool dry_run) {
  Json document = document_of("setup", dry_run);
  Json& before = document["found"];
  before["directories"] = directories_value(found);
  put_path(before, "store", found.store);
  before["store_exists"] = found.store_exists;
  before["histories"] = histories_value(found);
  before["chat_stores"] = found.chat_stores;
  before["scheduler"] = found.scheduler ? Json(app::to_string(*found.scheduler)) : Json(nullptr);
  before["client"] = text_or_null(found.client.program);
  before["client_trouble"] = text_or_null(found.client.trouble);
  before["plugin_source"] = text_or_null(found.marketplace);
  document["steps"] = steps_value(result.steps);
  document["checklist"] = Json::array();
  for (const app::Protection& each : result.checklist)
    document["checklist"].push_back({{"protected", each.is_protected}, {"text", each.text}});
  return dump(document);
}

std::string to_json(const std::vector<app::SetupStep>& undone, bool dry_run) {
  Json document = document_of("undo", dry_run);
  document["steps"] = steps_value(undone);
  return dump(document);
}

}  // namespace csb::cli
