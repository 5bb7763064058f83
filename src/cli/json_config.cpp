#include "csb/cli/json.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

const char* to_text(app::ConfigEntry::Origin origin) {
  using Origin = app::ConfigEntry::Origin;
  switch (origin) {
    case Origin::fallback:
      return "default";
    case Origin::file:
      return "file";
    case Origin::environment:
      return "environment";
    case Origin::flag:
      return "flag";
    case Origin::client:
      return "client";
  }
  return "default";
}

Json entry_value(const app::ConfigEntry& entry) {
  Json object;
  object["key"] = entry.key;
  object["values"] = entry.values;
  object["origin"] = to_text(entry.origin);
  object["where"] = text_or_null(entry.where);
  object["known"] = entry.known;
  object["multiple"] = entry.multiple;
  object["meaning"] = text_or_null(entry.meaning);
  object["remark"] = text_or_null(entry.remark);
  object["directory"] = text_or_null(entry.directory);
  return object;
}

Json document_of(Json entries) {
  Json document;
  document["schema"] = "csb.config/1";
  document["entries"] = std::move(entries);
  return document;
}

}  // namespace

std::string to_json(const app::ConfigResult& result) {
  Json entries = Json::array();
  for (const app::ConfigEntry& entry : result.entries) entries.push_back(entry_value(entry));
  Json document = document_of(std::move(entries));
  put_path(document, "file", result.file);
  return dump(document);
}

std::string to_json(const std::vector<app::ConfigEntry>& found) {
  Json entries = Json::array();
  for (const app::ConfigEntry& entry : found) entries.push_back(entry_value(entry));
  return dump(document_of(std::move(entries)));
}

}  // namespace csb::cli
