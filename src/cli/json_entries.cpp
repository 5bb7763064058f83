#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "csb/cli/entry_writers.hpp"
#include "csb/cli/version.hpp"
#include "json_value.hpp"
#include "text_pieces.hpp"

namespace csb::cli {
namespace {

using app::Entry;
using Kind = Entry::Kind;

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::prompt:
      return "prompt";
    case Kind::answer:
      return "answer";
    case Kind::thinking:
      return "thinking";
    case Kind::tool:
      return "tool";
    case Kind::command:
      return "command";
    case Kind::client:
      return "client";
    case Kind::notice:
      return "notice";
    case Kind::compaction:
      return "compaction";
    case Kind::rewind:
      return "rewind";
    case Kind::summary:
      return "summary";
    case Kind::media:
      return "media";
  }
  return "notice";
}

/// Deeper than this, JSON inside of the document would be a danger to whoever reads it.
bool is_shallow(std::string_view json) {
  constexpr int kDeepest = 64;
  int depth = 0;
  for (const char c : json) {
    if (c == '{' || c == '[') ++depth;  // those in strings count too: too careful by a little
    if (c == '}' || c == ']') --depth;
    if (depth > kDeepest) return false;
  }
  return true;
}

void put_input(Json& object, const std::string& input) {
  object["input"] = nullptr;
  object["input_text"] = nullptr;
  if (input.empty()) return;
  Json parsed = is_shallow(input) ? Json::parse(input, nullptr, false) : Json(Json::value_t::discarded);
  if (parsed.is_discarded())
    object["input_text"] = input;
  else
    object["input"] = std::move(parsed);
}

bool is_long_output(const Entry& entry) {
  return entry.kind == Kind::tool && entry.output && entry.output->size() > kPieceBytes;
}

/// Without its text and output where they are long: those are written in pieces.
Json to_value(const Entry& entry) {
  Json object;
  object["kind"] = to_string(entry.kind);
  object["time"] = time_or_null(entry.time_ns);
  object["uuid"] = text_or_null(entry.uuid);
  object["model"] = text_or_null(entry.model);
  object["offset"] = entry.offset;
  if (entry.text.size() <= kPieceBytes) object["text"] = entry.text;
  if (entry.kind == Kind::client) object["what"] = text_or_null(entry.tool);
  if (entry.kind != Kind::tool) return object;
  object["tool"] = text_or_null(entry.tool);
  object["tool_id"] = text_or_null(entry.tool_id);
  put_input(object, entry.input);
  if (!is_long_output(entry)) object["output"] = value_or_null(entry.output);
  object["is_error"] = entry.is_error;
  object["images"] = entry.media;
  return object;
}

Json to_value(const app::ReadingHead& head) {
  const catalogue::Session& session = head.session;
  Json object;
  object["id"] = session.id.text();
  object["title"] = text_or_null(session.title);
  put_path(object, "folder", session.cwd);
  put_path(object, "start_folder", session.start_cwd);
  object["git_branch"] = text_or_null(session.git_branch);
  object["model"] = text_or_null(session.model);
  object["started"] = time_or_null(session.started_ns);
  object["active"] = time_or_null(session.active_ns);
  put_path(object, "path", head.path);
  object["on_disk"] = head.is_live;
  object["version"] = head.version == 0 ? Json(nullptr) : Json(head.version);
  object["stored"] = time_or_null(head.stored_ns);
  return object;
}

std::string compact(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The document is written as it comes; each entry on a line of its own.
class JsonWriter : public app::EntryWriter {
 public:
  JsonWriter(TextSink sink, std::int64_t exported_ns) : sink_(std::move(sink)), exported_ns_(exported_ns) {}

  void begin(const app::ReadingHead& head) override {
    sink_(
        fmt::format("{{\n  \"schema\": \"csb.export/1\",\n  \"exported\": {},\n  \"redacted\": {},\n"
                    "  \"session\": {},\n  \"conversations\": [",
                    compact(time_or_null(exported_ns_)), head.is_redacted, compact(to_value(head))));
  }
  void begin_conversation(const app::Subagent* agent) override {
    Json object;
    object["agent"] = agent == nullptr ? Json(nullptr) : Json(agent->agent_id);
    std::string begun = compact(object);
    begun.pop_back();
    sink_((std::exchange(any_conversation_, true) ? ",\n    " : "\n    ") + begun + ", \"entries\": [");
    any_entry_ = false;
  }
  void entry(const Entry& entry) override {
    sink_(std::exchange(any_entry_, true) ? ",\n      " : "\n      ");
    std::string begun = compact(to_value(entry));
    begun.pop_back();
    sink_(begun);
    if (entry.text.size() > kPieceBytes) put_long("text", entry.text);
    if (is_long_output(entry)) put_long("output", *entry.output);
    sink_("}");
  }
  void end_conversation() override { sink_("]}"); }
  void end(const app::ReadingSummary& summary) override {
    Json object;
    object["entries"] = summary.entries;
    object["prompts"] = summary.prompts;
    object["bad_rows"] = summary.bad_rows;
    object["subagents"] = summary.subagents;
    object["redacted"] = Json::array();
    for (const auto& [kind, count] : summary.redacted)
      object["redacted"].push_back({{"kind", kind}, {"count", count}});
    object["unreadable"] = summary.unreadable;
    sink_("\n  ],\n  \"summary\": " + compact(object) + "\n}\n");
  }

 private:
  void put_long(std::string_view name, std::string_view text) {
    sink_(fmt::format(",\"{}\":\"", name));
    while (!text.empty()) {
      const std::string piece = compact(Json(take_piece(text)));
      sink_(std::string_view(piece).substr(1, piece.size() - 2));
    }
    sink_("\"");
  }

  TextSink sink_;
  std::int64_t exported_ns_;
  bool any_conversation_ = false, any_entry_ = false;
};

}  // namespace

std::unique_ptr<app::EntryWriter> json_writer(TextSink sink, std::int64_t exported_ns) {
  return std::make_unique<JsonWriter>(std::move(sink), exported_ns);
}

}  // namespace csb::cli
