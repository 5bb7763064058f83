#include <algorithm>
#include <utility>

#include "csb/app/open_catalogue.hpp"
#include "csb/app/search.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "mcp_arguments.hpp"
#include "mcp_tools.hpp"

namespace csb::cli::mcp {
namespace {

constexpr std::size_t kHits = 10, kMostHits = 50;
constexpr std::uint64_t kMostSkipped = 1'000;
constexpr std::size_t kHitText = 1'000;

/// Words, and phrases in double quotes.
std::vector<std::string> terms_of(const std::string& query) {
  std::vector<std::string> terms;
  for (std::size_t at = 0; at < query.size();) {
    const std::size_t begin = query.find_first_not_of(" \t\r\n", at);
    if (begin == std::string::npos) break;
    const bool is_phrase = query[begin] == '"';
    const std::size_t from = begin + (is_phrase ? 1 : 0);
    const std::size_t end = std::min(query.find_first_of(is_phrase ? "\"" : " \t\r\n", from), query.size());
    if (end > from) terms.push_back(query.substr(from, end - from));
    at = end + (is_phrase ? 1 : 0);
  }
  return terms;
}

app::SearchRequest request_of(const Arguments& arguments) {
  using How = app::SearchRequest::How;
  app::SearchRequest request;
  const std::string how = arguments.choice("how", {"words", "substring", "regex"});
  const std::string query = arguments.required_text("query");
  request.how = how == "regex" ? How::regex : how == "substring" ? How::substring : How::words;
  request.fixed = true;
  request.terms = request.how == How::regex ? std::vector<std::string>{query} : terms_of(query);
  if (request.terms.empty()) throw Error(ErrorCode::usage, "the argument \"query\" holds no word");
  request.match_any = arguments.flag("any");
  request.within_message = arguments.flag("within_message");
  request.tool = arguments.text("tool");
  request.session = arguments.text("session");
  if (const std::string folder = arguments.text("folder"); !folder.empty()) {
    request.folder.emplace();
    request.folder->path = folder;
  }
  request.since_ns = arguments.time("since");
  request.until_ns = arguments.time("until");
  return request;
}

std::string_view kind_name(catalogue::TextKind kind) {
  using Kind = catalogue::TextKind;
  switch (kind) {
    case Kind::prompt:
      return "user";
    case Kind::client:
      return "client";
    case Kind::answer:
      return "assistant";
    case Kind::thinking:
      return "thinking";
    case Kind::notice:
      return "notice";
    case Kind::title:
      return "title";
    case Kind::tool_input:
      return "call";
    case Kind::tool_output:
      return "result";
    case Kind::attachment:
      return "attachment";
  }
  return "other";
}

Json hit_value(const app::SearchHit& hit) {
  std::size_t cut = 0;
  Json object = session_value(hit.session);
  object.erase("first_prompt");
  object["at"] = hit.offset;
  if (!hit.agent_id.empty()) object["subagent"] = hit.agent_id;
  object["kind"] = kind_name(hit.text.kind);
  if (!hit.text.tool.empty()) object["tool"] = hit.text.tool;
  if (hit.text.time_ns != 0) object["time"] = format_rfc3339(hit.text.time_ns);
  object["text"] = beginning_of(hit.text.text, kHitText, cut);
  if (cut > 0 || hit.cut_before || hit.cut_after) object["is_excerpt"] = true;
  if (hit.is_older) object["in_older_versions_only"] = true;
  if (hit.also_in > 0) object["also_in_sessions"] = hit.also_in;
  return object;
}

}  // namespace

Json search_schema() {
  return object_schema(
      {{"query", property("string", "words that must all occur in one session; phrases in double quotes")},
       {"any", property("boolean", "any of the words is enough")},
       {"within_message", property("boolean", "all words in the same message")},
       {"how",
        choice_property({"words", "substring", "regex"},
                        "beginnings of words (default, fast), text anywhere, or a regular expression")},
       {"session", property("string", "in this session only")},
       {"folder", property("string", "absolute path: in sessions that worked there or beneath it")},
       {"tool", property("string", "in what this tool was given and gave")},
       {"since", property("string", "said since then: 2026-11-20, yesterday, 3d")},
       {"until", property("string", "said before then")},
       {"limit", property("integer", "how many hits, 1 to 50; default 10")},
       {"cursor", property("string", "next_cursor of the answer before, with the same other arguments")}},
      {"query"});
}

Json search_archive(const app::Settings& settings, const Json& given, const StopFlag& stop) {
  const Arguments arguments(given);
  arguments.only({"query", "any", "within_message", "how", "session", "folder", "tool", "since", "until",
                  "limit", "cursor"});
  app::SearchRequest request = request_of(arguments);
  const std::size_t limit = arguments.count("limit", kHits, kMostHits);
  const auto cursor = arguments.cursor();
  const std::size_t skip = cursor.empty() ? 0 : std::min(cursor.front(), kMostSkipped);
  request.limit = skip + limit;

  const auto catalogue = app::open_catalogue_for_reading(settings, {});
  Json hits = Json::array();
  std::size_t seen = 0, taken = skip, bytes = 0;
  const app::SearchSummary summary = app::search(settings, catalogue, request, [&](app::SearchHit&& hit) {
    stop.check();
    if (seen++ < skip || bytes >= kAnswerBytes) return;
    ++taken;
    hits.push_back(hit_value(hit));
    bytes += hits.back().dump(-1, ' ', false, Json::error_handler_t::replace).size();
  });
  Json answer{{"hits", std::move(hits)}};
  if (taken < seen || (summary.has_more && taken < kMostSkipped))
    answer["next_cursor"] = std::to_string(taken);
  if (!summary.notes.empty()) answer["notes"] = summary.notes;
  return answer;
}

}  // namespace csb::cli::mcp
