#include "row_fields.hpp"

#include <array>

namespace csb::transcript {
namespace {

using simdjson::error_code;

struct TextField {
  std::string_view name;
  std::string_view RowFields::*text;
};
constexpr std::array<TextField, 16> kTextFields{{
    {"type", &RowFields::type},
    {"subtype", &RowFields::subtype},
    {"uuid", &RowFields::uuid},
    {"timestamp", &RowFields::timestamp},
    {"sessionId", &RowFields::session_id},
    {"cwd", &RowFields::cwd},
    {"gitBranch", &RowFields::git_branch},
    {"version", &RowFields::version},
    {"slug", &RowFields::slug},
    {"requestSessionId", &RowFields::request_session_id},
    {"agentName", &RowFields::agent_name},
    {"customTitle", &RowFields::custom_title},
    {"aiTitle", &RowFields::ai_title},
    {"summary", &RowFields::summary},
    {"lastPrompt", &RowFields::last_prompt},
    {"relocatedCwd", &RowFields::relocated_cwd},
}};

struct FlagField {
  std::string_view name;
  bool RowFields::*flag;
};
constexpr std::array<FlagField, 3> kFlagFields{{
    {"isMeta", &RowFields::is_meta},
    {"isCompactSummary", &RowFields::is_compact_summary},
    {"isSidechain", &RowFields::is_sidechain},
}};

/// The text field `wanted` of an object; INCORRECT_TYPE when `value` is none.
error_code read_member(ondemand::value& value, std::string_view wanted, std::string_view& out) {
  return for_each_field(value, [&](std::string_view name, ondemand::value& member) {
    return name == wanted ? read_text(member, out) : simdjson::SUCCESS;
  });
}

/// Stops at the block's type, which comes first or second: the rest, often large, is skipped.
error_code count_tool_use(ondemand::value& block, std::uint64_t& count) {
  ondemand::object object;
  if (const auto error = block.get_object().get(object)) return error;
  for (auto entry : object) {
    ondemand::field field;
    if (const auto error = std::move(entry).get(field)) return error;
    if (name_of(field) != "type") continue;
    std::string_view type;
    if (const auto error = optional(read_text(field.value(), type))) return error;
    count += type == "tool_use" ? 1 : 0;
    break;
  }
  return simdjson::SUCCESS;
}

error_code read_content(ondemand::value& content, RowFields& row) {
  const auto error = read_text(content, row.message_text);
  if (error != simdjson::INCORRECT_TYPE) return error;
  return for_each_element(content,
                          [&](ondemand::value& block) { return count_tool_use(block, row.tool_uses); });
}

error_code read_message(ondemand::value& message, RowFields& row) {
  return for_each_field(message, [&](std::string_view name, ondemand::value& value) {
    if (name == "model") return read_text(value, row.model);
    if (name == "content") return read_content(value, row);
    return simdjson::SUCCESS;
  });
}

error_code read_field(std::string_view name, ondemand::value& value, RowFields& row) {
  for (const TextField& field : kTextFields)
    if (name == field.name) return read_text(value, row.*field.text);
  for (const FlagField& field : kFlagFields)
    if (name == field.name) return row.*field.flag = is_true(value), simdjson::SUCCESS;
  if (name == "message") return read_message(value, row);
  if (name == "forkedFrom") return read_member(value, "sessionId", row.forked_from);
  if (name == "origin") return read_member(value, "kind", row.origin);
  return simdjson::SUCCESS;
}

error_code read_row(ondemand::object& object, RowFields& row) {
  row = RowFields();
  return for_each_field(
      object, [&](std::string_view name, ondemand::value& value) { return read_field(name, value, row); });
}

}  // namespace

RowKind RowParser::parse(const Line& line, RowFields& row) {
  if (line.too_long) return RowKind::bad;
  if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) return RowKind::blank;
  const bool good = reader_.read(line.text, [&](ondemand::object& object) { return read_row(object, row); });
  return good ? RowKind::object : RowKind::bad;
}

}  // namespace csb::transcript
