#include "csb/cli/json.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

Json to_value(const app::RosterEntry& entry, const std::string& token) {
  Json object;
  object["token"] = token;
  object["id"] = entry.id;
  object["presence"] = app::to_string(entry.presence);
  object["at"] = time_or_null(entry.at_ns);
  object["archived"] = entry.session.has_value();
  object["title"] = text_or_null(entry.session ? entry.session->title : "");
  put_path(object, "folder", entry.session ? entry.session->cwd : "");
  return object;
}

Json to_value(const app::SessionSet& set) {
  Json object;
  object["name"] = set.name;
  object["machine"] = text_or_null(set.machine);
  object["from"] = text_or_null(set.from);
  object["created"] = time_or_null(set.created_ns);
  Json members = Json::array();
  for (const app::SetMember& member : set.members)
    members.push_back({{"id", member.session.text()}, {"added", time_or_null(member.added_ns)}});
  object["members"] = std::move(members);
  return object;
}

}  // namespace

std::string to_json(const app::Roster& roster) {
  Json document;
  document["schema"] = "csb.roster/1";
  document["name"] = roster.name;
  document["is_set"] = roster.is_set;
  document["from"] = time_or_null(roster.from_ns);
  document["until"] = time_or_null(roster.until_ns);
  Json sessions = Json::array();
  std::size_t number = 0;
  for (const app::RosterEntry& entry : roster.entries)
    sessions.push_back(to_value(entry, roster.name + ":" + std::to_string(++number)));
  document["sessions"] = std::move(sessions);
  return dump(document);
}

std::string to_json(const std::vector<app::SessionSet>& sets) {
  Json document;
  document["schema"] = "csb.sets/1";
  Json array = Json::array();
  for (const app::SessionSet& set : sets) array.push_back(to_value(set));
  document["sets"] = std::move(array);
  return dump(document);
}

}  // namespace csb::cli
