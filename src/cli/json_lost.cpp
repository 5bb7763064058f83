#include "csb/cli/render_queries.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

Json to_value(const app::LostSession& session) {
  Json object;
  object["id"] = session.id.text();
  object["in_history"] = session.in_history;
  object["in_registry"] = session.in_registry;
  object["kinds"] = session.tops;
  object["forks"] = Json::array();
  for (const SessionId& fork : session.forks) object["forks"].push_back(fork.text());
  put_path(object, "folder", session.folder);
  object["first_prompt"] = text_or_null(session.first_prompt);
  object["first_seen"] = time_or_null(session.first_ns);
  object["last_seen"] = time_or_null(session.last_ns);
  object["prompts"] = session.prompts;
  object["files"] = session.files;
  return object;
}

Json to_value(const claude_code::HistoryEntry& prompt) {
  Json object;
  object["time"] = time_or_null(prompt.time_ns);
  put_path(object, "folder", prompt.project);
  object["text"] = prompt.prompt;
  object["pastes"] = Json::array();
  for (const claude_code::Paste& paste : prompt.pastes)
    object["pastes"].push_back({{"number", paste.number}, {"text", text_or_null(paste.content)}});
  return object;
}

Json to_value(const app::LostFile& file) {
  Json object;
  put_path(object, "root", file.root);
  put_path(object, "path", file.path);
  put_path(object, "original", file.original);
  object["size"] = file.size;
  object["modified"] = time_or_null(file.mtime_ns);
  object["on_disk"] = file.on_disk;
  object["commit"] = file.stored ? Json(file.stored->commit.hex()) : Json(nullptr);
  return object;
}

template <typename T>
Json values_of(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(to_value(item));
  return array;
}

}  // namespace

std::string to_json(const app::LostResult& result) {
  Json document;
  document["schema"] = "csb.lost/1";
  document["waiting"] = result.waiting;
  document["bad_lines"] = result.bad_lines;
  document["sessions"] = values_of(result.sessions);
  return dump(document);
}

std::string to_json(const app::LostDetails& details) {
  Json document;
  document["schema"] = "csb.lost-session/1";
  document["session"] = to_value(details.session);
  document["prompts"] = values_of(details.prompts);
  document["files"] = values_of(details.files);
  return dump(document);
}

std::string to_json(const app::LostExport& done) {
  Json document;
  document["schema"] = "csb.lost-export/1";
  put_path(document, "directory", done.directory);
  document["written"] = Json::array();
  for (const std::string& path : done.written) {
    Json file;
    put_path(file, "path", path);
    document["written"].push_back(std::move(file));
  }
  document["problems"] = array_of(done.problems);
  return dump(document);
}

}  // namespace csb::cli
