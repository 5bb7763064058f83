#include "csb/cli/json.hpp"
#include "csb/util/text.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

using catalogue::TextKind;

const char* name_of(TextKind kind) {
  switch (kind) {
    case TextKind::prompt:
      return "prompt";
    case TextKind::client:
      return "client";
    case TextKind::answer:
      return "answer";
    case TextKind::thinking:
      return "thinking";
    case TextKind::notice:
      return "notice";
    case TextKind::title:
      return "title";
    case TextKind::tool_input:
      return "tool-input";
    case TextKind::tool_output:
      return "tool-output";
    case TextKind::attachment:
      return "attachment";
  }
  return "";
}

Json to_value(const app::SearchText& text) {
  Json value;
  value["kind"] = name_of(text.kind);
  value["tool"] = text_or_null(text.tool);
  value["time"] = time_or_null(text.time_ns);
  value["text"] = text.text;
  return value;
}

Json to_values(const std::vector<app::SearchText>& texts) {
  Json values = Json::array();
  for (const app::SearchText& text : texts) values.push_back(to_value(text));
  return values;
}

}  // namespace

std::string to_json(const app::SearchHit& hit) {
  Json document;
  document["schema"] = "csb.search/1";
  document["session"] = hit.session.id.text();
  document["title"] = text_or_null(hit.session.title);
  put_path(document, "folder", hit.session.start_cwd);
  document["deleted"] = hit.is_deleted;
  document["older_version"] = hit.is_older;
  put_path(document, "path", hit.path);
  document["offset"] = hit.offset;
  document["agent"] = text_or_null(hit.agent_id);
  document["also_in"] = hit.also_in;
  document.update(to_value(hit.text));
  document["cut_before"] = hit.cut_before;
  document["cut_after"] = hit.cut_after;
  Json marks = Json::array();
  if (is_valid_utf8(hit.text.text))  // else what is printed has other lengths
    for (const app::SearchHit::Mark& mark : hit.marks) marks.push_back(Json::array({mark.begin, mark.end}));
  document["marks"] = std::move(marks);
  document["before"] = to_values(hit.before);
  document["after"] = to_values(hit.after);
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace csb::cli
