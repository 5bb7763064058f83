#include "csb/cli/format_template.hpp"

#include <algorithm>

#include "csb/cli/render.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using app::InspectedSession;

struct Field {
  std::string_view name, meaning;
  std::string (*value)(const InspectedSession&, std::int64_t now);
};

std::string time_text(std::int64_t ns) { return ns == 0 ? std::string() : format_rfc3339(ns); }

const std::vector<Field>& fields() {
  static const std::vector<Field> table{
      {"id", "the whole id", [](const InspectedSession& s, std::int64_t) { return s.session.id.text(); }},
      {"short_id", "its first eight digits",
       [](const InspectedSession& s, std::int64_t) { return std::string(s.session.id.brief()); }},
      {"title", "title", [](const InspectedSession& s, std::int64_t) { return s.session.title; }},
      {"prompt", "first prompt",
       [](const InspectedSession& s, std::int64_t) { return s.session.first_prompt; }},
      {"state", "live, changed, shrunk, moved, deleted or unknown",
       [](const InspectedSession& s, std::int64_t) { return std::string(app::to_string(s.state)); }},
      {"folder", "working directory", [](const InspectedSession& s, std::int64_t) { return s.session.cwd; }},
      {"path", "of the transcript, beneath the root",
       [](const InspectedSession& s, std::int64_t) { return s.session.path; }},
      {"source", "claude-code, or claude.ai for a chat",
       [](const InspectedSession& s, std::int64_t) { return s.session.source; }},
      {"branch", "git branch", [](const InspectedSession& s, std::int64_t) { return s.session.git_branch; }},
      {"model", "model", [](const InspectedSession& s, std::int64_t) { return s.session.model; }},
      {"version", "of the client", [](const InspectedSession& s, std::int64_t) { return s.session.version; }},
      {"size", "bytes of the transcript",
       [](const InspectedSession& s, std::int64_t) { return std::to_string(s.session.size); }},
      {"messages", "messages",
       [](const InspectedSession& s, std::int64_t) { return std::to_string(s.session.messages); }},
      {"prompts", "of those, typed by a person",
       [](const InspectedSession& s, std::int64_t) { return std::to_string(s.session.prompts); }},
      {"versions", "stored versions",
       [](const InspectedSession& s, std::int64_t) { return std::to_string(s.session.versions); }},
      {"started", "first row, RFC 3339",
       [](const InspectedSession& s, std::int64_t) { return time_text(s.session.started_ns); }},
      {"active", "last row, RFC 3339",
       [](const InspectedSession& s, std::int64_t) { return time_text(s.session.active_ns); }},
      {"date", "last row, local time",
       [](const InspectedSession& s, std::int64_t) {
         return s.session.active_ns == 0 ? "" : format_local(s.session.active_ns);
       }},
      {"age", "last row, in words",
       [](const InspectedSession& s, std::int64_t now) { return format_relative(s.session.active_ns, now); }},
      {"deleted", "when it was found gone, RFC 3339",
       [](const InspectedSession& s, std::int64_t) { return time_text(s.session.deleted_ns); }},
      {"expires", "when the client may delete it, RFC 3339",
       [](const InspectedSession& s, std::int64_t) { return time_text(s.swept_ns.value_or(0)); }},
      {"days_left", "days until then",
       [](const InspectedSession& s, std::int64_t now) {
         return s.swept_ns ? std::to_string(app::days_until(*s.swept_ns, now)) : std::string();
       }},
  };
  return table;
}

const Field* find_field(std::string_view name) {
  for (const Field& field : fields())
    if (field.name == name) return &field;
  return nullptr;
}

[[noreturn]] void refuse(const std::string& what) {
  std::string hint = "fields:";
  for (const Field& field : fields()) hint += " {" + std::string(field.name) + "}";
  throw Error(ErrorCode::usage, "--format: " + what, hint);
}

char unescape(char c) {
  switch (c) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case '\\':
      return '\\';
    default:
      refuse(std::string("unknown escape '\\") + c + "' (there are \\t, \\n and \\\\)");
  }
}

}  // namespace

const std::vector<std::pair<std::string_view, std::string_view>>& format_fields() {
  static const auto all = [] {
    std::vector<std::pair<std::string_view, std::string_view>> pairs;
    for (const Field& field : fields()) pairs.emplace_back(field.name, field.meaning);
    return pairs;
  }();
  return all;
}

FormatTemplate::FormatTemplate(std::string_view text) {
  std::string literal;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      if (i + 1 == text.size()) refuse("it ends in a backslash");
      literal += unescape(text[++i]);
    } else if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      literal += text[++i];
    } else if (c == '{') {
      const auto end = text.find('}', i);
      if (end == std::string_view::npos) refuse("a brace is not closed");
      const std::string name(text.substr(i + 1, end - i - 1));
      if (find_field(name) == nullptr) refuse("there is no field {" + name + "}");
      parts_.push_back({false, std::exchange(literal, {})});
      parts_.push_back({true, name});
      i = end;
    } else if (c == '}') {
      refuse("a brace is not opened");
    } else {
      literal += c;
    }
  }
  parts_.push_back({false, literal});
}

std::string FormatTemplate::format(const app::InspectedSession& session, std::int64_t now) const {
  std::string out;
  for (const Part& part : parts_)
    out += part.is_field ? printable(find_field(part.text)->value(session, now)) : part.text;
  return out;
}

}  // namespace csb::cli
