#include <algorithm>

#include "csb/app/conversation.hpp"
#include "csb/app/list.hpp"
#include "csb/app/open_catalogue.hpp"
#include "csb/app/show.hpp"
#include "csb/cli/render.hpp"
#include "csb/util/clock.hpp"
#include "mcp_arguments.hpp"
#include "mcp_tools.hpp"

namespace csb::cli::mcp {
namespace {

constexpr std::size_t kListed = 20, kMostListed = 100;
constexpr std::uint64_t kMostSkipped = 1'000'000;
constexpr std::size_t kVersionsShown = 20, kFilesShown = 30;

catalogue::SessionQuery query_of(const Arguments& arguments) {
  catalogue::SessionQuery query;
  query.words = arguments.words("words");
  const std::string deleted = arguments.choice("deleted", {"with", "without", "only"});
  query.deleted = deleted == "with"   ? catalogue::DeletedFilter::all
                  : deleted == "only" ? catalogue::DeletedFilter::only
                                      : catalogue::DeletedFilter::hide;
  if (const std::string folder = arguments.text("folder"); !folder.empty()) {
    query.folder.emplace();
    query.folder->path = folder;
    while (query.folder->path.size() > 1 && query.folder->path.back() == '/') query.folder->path.pop_back();
  }
  query.since_ns = arguments.time("since");
  query.until_ns = arguments.time("until");
  return query;
}

Json versions_value(const app::ShowResult& result) {
  Json versions = Json::array();
  const std::size_t first =
      result.versions.size() - std::min(result.versions.size(), kVersionsShown);  // the newest
  for (std::size_t i = first; i < result.versions.size(); ++i) {
    const app::TranscriptVersion& version = result.versions[i];
    Json object;
    object["version"] = version.number == 0 ? Json(nullptr) : Json(version.number);
    object["what"] = app::to_string(version.what);
    object["stored"] = format_rfc3339(version.version.commit_ns);
    object["bytes"] = version.version.size;
    if (version.version.messages) object["messages"] = *version.version.messages;
    versions.push_back(std::move(object));
  }
  return versions;
}

Json files_value(const app::ShowResult& result) {
  Json files = Json::array();
  for (const app::FootprintFile& file : result.files) {
    if (files.size() == kFilesShown) break;
    files.push_back({{"path", file.path}, {"bytes", file.size}, {"on_disk", file.on_disk}});
  }
  return files;
}

Json subagents_value(const catalogue::Catalogue& catalogue, const catalogue::Session& session) {
  Json ids = Json::array();
  for (const app::Subagent& subagent : app::subagents_of(catalogue, session)) {
    if (ids.size() == kFilesShown) break;
    ids.push_back(subagent.agent_id);
  }
  return ids;
}

}  // namespace

Json list_schema() {
  return object_schema(
      {{"words", property("string", "each must occur in id, title, first prompt, folder or path")},
       {"folder", property("string", "absolute path: sessions that worked in it or beneath it")},
       {"since", property("string", "active since then: 2026-11-20, yesterday, 3d")},
       {"until", property("string", "active before then")},
       {"deleted", choice_property({"with", "without", "only"}, "sessions gone from disk; default with")},
       {"limit", property("integer", "how many, 1 to 100; default 20")},
       {"cursor", property("string", "next_cursor of the answer before, with the same other arguments")}},
      {});
}

Json list_sessions(const app::Settings& settings, const Json& given, const StopFlag& stop) {
  const Arguments arguments(given);
  arguments.only({"words", "folder", "since", "until", "deleted", "limit", "cursor"});
  catalogue::SessionQuery query = query_of(arguments);
  const std::size_t limit = arguments.count("limit", kListed, kMostListed);
  const auto cursor = arguments.cursor();
  const std::size_t skip = cursor.empty() ? 0 : std::min(cursor.front(), kMostSkipped);
  query.limit = skip + limit;

  const auto catalogue = app::open_catalogue_for_reading(settings, {});
  stop.check();
  const catalogue::SessionPage page = catalogue.sessions(query);
  Json answer{{"matched", page.matched}, {"sessions", Json::array()}};
  std::size_t at = std::min(skip, page.sessions.size());
  for (std::size_t bytes = 0; at < page.sessions.size() && bytes < kAnswerBytes; ++at) {
    answer["sessions"].push_back(session_value(page.sessions[at]));
    bytes += answer["sessions"].back().dump(-1, ' ', false, Json::error_handler_t::replace).size();
  }
  if (at < page.matched) answer["next_cursor"] = std::to_string(at);
  return answer;
}

Json show_schema() {
  return object_schema(
      {{"session",
        property("string", "its id, the beginning or end of one (4 or more characters), or its title")}},
      {"session"});
}

Json show_session(const app::Settings& settings, const Json& given, const StopFlag& stop) {
  const Arguments arguments(given);
  arguments.only({"session"});
  const std::string name = arguments.required_text("session");
  const auto catalogue = app::open_catalogue_for_reading(settings, {});
  stop.check();
  const app::ShowResult result = app::show(settings, catalogue, name);
  const catalogue::Session& session = result.inspected.session;
  Json answer = session_value(session);
  answer["state"] = app::to_string(result.inspected.state);
  answer["open_now"] = result.open_now;
  answer["transcript"] = session.path;
  answer["bytes"] = session.size;
  answer["model"] = session.model;
  answer["compactions"] = session.compactions;
  if (result.inspected.swept_ns) answer["client_deletes_it"] = format_rfc3339(*result.inspected.swept_ns);
  answer["versions"] = versions_value(result);
  answer["versions_in_all"] = result.versions.size();
  answer["files"] = files_value(result);
  answer["files_in_all"] = result.files.size();
  answer["subagents"] = subagents_value(catalogue, session);
  if (result.inspected.state == app::SessionState::deleted)
    answer["restore"] = "csb restore " + session.id.text();
  if (!result.resume_directory.empty())
    answer["resume"] = resume_command(result.resume_directory, session.id);
  return answer;
}

}  // namespace csb::cli::mcp
