#include <fmt/format.h>

#include "csb/cli/json.hpp"
#include "csb/util/text.hpp"
#include "json_details.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

void put_text_and_numbers(Json& object, const catalogue::Session& session) {
  object["first_prompt"] = text_or_null(session.first_prompt);
  object["git_branch"] = text_or_null(session.git_branch);
  object["version"] = text_or_null(session.version);
  object["model"] = text_or_null(session.model);
  object["forked_from"] = text_or_null(session.forked_from);
  object["size"] = session.size;
  object["messages"] = session.messages;
  object["prompts"] = session.prompts;
  object["tool_calls"] = session.tool_calls;
  object["compactions"] = session.compactions;
  object["bad_rows"] = session.bad_rows;
  object["versions"] = session.versions;
  object["last_change"] = session.last_op ? Json(to_string(*session.last_op)) : Json(nullptr);
  object["footprint_files"] = session.footprint_files;
  object["footprint_bytes"] = session.footprint_bytes;
}

}  // namespace

Json to_value(const catalogue::FolderRow& folder) {
  static constexpr const char* kOrigins[] = {"cwd", "tool", "command", "relative"};
  Json object;
  put_path(object, "path", folder.path);
  object["work"] = folder.use.work;
  object["rows"] = folder.use.rows;
  object["origin"] = kOrigins[static_cast<std::size_t>(folder.use.origin)];
  object["is_start"] = folder.is_start;
  return object;
}

Json to_value(const app::InspectedSession& inspected, std::int64_t now) {
  const catalogue::Session& session = inspected.session;
  Json object;
  object["id"] = session.id.text();
  object["title"] = text_or_null(session.title);
  object["state"] = to_string(inspected.state);
  put_path(object, "folder", session.cwd);
  put_path(object, "start_folder", session.start_cwd);
  object["source"] = session.source;
  put_path(object, "root", session.root_path);
  put_path(object, "path", session.path);
  put_path(object, "moved_from", session.moved_from);
  object["started"] = time_or_null(session.started_ns);
  object["active"] = time_or_null(session.active_ns);
  object["modified"] = time_or_null(inspected.now ? inspected.now->mtime_ns : session.mtime_ns);
  object["deleted"] = time_or_null(session.deleted_ns);
  object["expires"] = time_or_null(inspected.swept_ns.value_or(0));
  object["days_left"] = inspected.swept_ns ? Json(app::days_until(*inspected.swept_ns, now)) : Json(nullptr);
  put_text_and_numbers(object, session);
  return object;
}

void put_list(Json& document, const app::ListResult& result, std::int64_t now) {
  document["retention_days"] = value_or_null(result.retention.days);
  document["matched"] = result.matched;
  document["hidden_deleted"] = result.hidden_deleted;
  document["sessions"] = Json::array();
  for (std::size_t i = 0; i < result.sessions.size(); ++i) {
    Json session = to_value(result.sessions[i], now);
    session["folders"] = i < result.folders.size() ? array_of(result.folders[i]) : Json::array();
    document["sessions"].push_back(std::move(session));
  }
}

namespace {

Json to_value(const app::TranscriptVersion& version) {
  Json object;
  object["number"] = version.number == 0 ? Json(nullptr) : Json(version.number);
  object["what"] = app::to_string(version.what);
  object["is_conversation"] = version.is_conversation;
  object["size"] = version.version.size;
  object["messages"] = value_or_null(version.version.messages);
  object["stored"] = time_or_null(version.version.commit_ns);
  object["modified"] = time_or_null(version.version.mtime_ns);
  put_path(object, "path", version.version.path);
  object["commit"] = version.version.commit.hex();
  object["branch"] = version.version.branch;
  return object;
}

Json to_value(const app::FootprintFile& file) {
  Json object;
  put_path(object, "path", file.path);
  object["on_disk"] = file.on_disk;
  object["size"] = file.size;
  object["modified"] = time_or_null(file.mtime_ns);
  object["versions"] = file.versions;
  return object;
}

template <typename T>
Json values_of(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(to_value(item));
  return array;
}

}  // namespace

std::string to_json(const app::ListResult& result, std::int64_t now) {
  Json document;
  document["schema"] = "csb.list/1";
  put_list(document, result, now);
  return dump(document);
}

std::string to_json(const app::ShowResult& result, std::int64_t now) {
  Json document;
  document["schema"] = "csb.show/1";
  document["session"] = to_value(result.inspected, now);
  document["open_now"] = result.open_now;
  put_path(document, "resume_folder", result.resume_directory);
  document["best_version"] = value_or_null(result.best_version);
  document["files"] = values_of(result.files);
  document["versions"] = values_of(result.versions);
  document["rewinds"] = result.inspected.session.rewinds;
  put_summary(document, result.summary);
  return dump(document);
}

std::string to_json(const app::LogResult& result) {
  Json document;
  document["schema"] = "csb.log/1";
  document["id"] = result.session.id.text();
  document["title"] = text_or_null(result.session.title);
  document["best_version"] = result.best != nullptr ? Json(result.best->number) : Json(nullptr);
  document["versions"] = values_of(result.versions);
  return dump(document);
}

std::string diff_json_begin(std::string_view session, std::uint64_t from, std::uint64_t to) {
  return fmt::format(
      "{{\n  \"schema\": \"csb.diff/1\",\n  \"id\": {},\n  \"from\": {},\n  \"to\": {},\n  \"rows\": [",
      Json(session).dump(), from, to);
}

std::string diff_json_row(const app::DiffRow& row, bool first) {
  Json object;
  object["kind"] = row.kind == app::DiffRow::Kind::lost     ? "lost"
                   : row.kind == app::DiffRow::Kind::gained ? "gained"
                                                            : "changed";
  object["type"] = text_or_null(row.type);
  object["uuid"] = text_or_null(row.uuid);
  object["timestamp"] = text_or_null(row.timestamp);
  object["offset"] = row.offset;
  object["bytes"] = row.bytes;
  object["text"] = text_or_null(row.text);
  return (first ? "\n    " : ",\n    ") + object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string diff_json_end(const app::DiffSummary& summary) {
  Json object;
  object["common"] = summary.common;
  object["lost"] = summary.lost;
  object["gained"] = summary.gained;
  object["changed"] = summary.changed;
  object["messages_lost"] = summary.messages_lost;
  object["messages_gained"] = summary.messages_gained;
  const bool any = summary.lost + summary.gained + summary.changed > 0;
  return fmt::format("{}],\n  \"summary\": {}\n}}\n", any ? "\n  " : "", object.dump());
}

std::string cat_json_begin(const app::CatTarget& target) {
  Json object;
  object["schema"] = "csb.cat/1";
  object["id"] = target.session.id.text();
  put_path(object, "path", target.version.path);
  object["version"] = target.number;
  object["versions"] = target.of;
  object["size"] = target.version.size;
  object["modified"] = time_or_null(target.version.mtime_ns);
  object["mode"] = mode_text(target.version.mode);
  object["commit"] = target.version.commit.hex();
  std::string text = object.dump(2, ' ', false, Json::error_handler_t::replace);
  text.resize(text.size() - 2);  // "\n}"
  return text + ",\n  \"content_b64\": \"";
}

std::string cat_json_end() { return "\"\n}\n"; }

}  // namespace csb::cli
