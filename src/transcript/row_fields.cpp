#include "row_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace csb::transcript {
namespace {

using simdjson::error_code;

/// The text field `wanted` of an object; INCORRECT_TYPE when `value` is none.
error_code read_member(ondemand::value& value, std::string_view wanted, std::string_view& out) {
  return for_each_field(value, [&](std::string_view name, ondemand::value& member) {
    return name == wanted ? read_text(member, out) : simdjson::SUCCESS;
  });
}

/// A number of tokens; 0 for anything else, and no more than can be added up.
std::uint64_t read_count(ondemand::value& value) {
  constexpr std::uint64_t kMost = 1'000'000'000'000;
  const std::string_view token = value.raw_json_token();
  std::uint64_t count = 0;
  const auto result = std::from_chars(token.data(), token.data() + token.size(), count);
  return result.ec == std::errc() ? std::min(count, kMost) : 0;
}

error_code read_input(ondemand::value& input, ToolCall& call) {
  return for_each_field(input, [&](std::string_view name, ondemand::value& value) {
    if (name == "command") return read_text(value, call.command);
    if (name == "file_path" || name == "notebook_path") return read_text(value, call.file_path);
    if (name == "path") return read_text(value, call.path);
    return simdjson::SUCCESS;
  });
}

/// Of a block that is no tool call, only as far as its type, which comes first or second: the rest, often
/// large, is skipped.
error_code read_block(ondemand::value& block, RowFields& row) {
  ondemand::object object;
  if (const auto error = block.get_object().get(object)) return error;
  bool is_call = false;
  ToolCall call;
  for (auto entry : object) {
    ondemand::field field;
    if (const auto error = std::move(entry).get(field)) return error;
    const std::string_view name = name_of(field);
    error_code error = simdjson::SUCCESS;
    if (name == "type") {
      std::string_view type;
      error = read_text(field.value(), type);
      is_call = type == "tool_use";
      if (!is_call && !optional(error)) return simdjson::SUCCESS;
    } else if (name == "name") {
      error = read_text(field.value(), call.name);
    } else if (name == "input") {
      error = read_input(field.value(), call);
    }
    if (optional(error)) return error;
  }
  if (!is_call) return simdjson::SUCCESS;
  constexpr std::size_t kMaxCalls = 4096;
  ++row.tool_uses;
  if (row.tool_calls.size() < kMaxCalls) row.tool_calls.push_back(call);
  return simdjson::SUCCESS;
}

error_code read_content(ondemand::value& content, RowFields& row) {
  const auto error = read_text(content, row.message_text);
  if (error != simdjson::INCORRECT_TYPE) return error;
  return for_each_element(content, [&](ondemand::value& block) { return read_block(block, row); });
}

/// Tokens written to the cache that are not said to live for an hour live for five minutes.
error_code read_usage(ondemand::value& usage, RowFields& row) {
  std::uint64_t written = 0, written_5m = 0;
  Tokens& tokens = row.tokens;
  tokens = Tokens();
  const auto error = for_each_field(usage, [&](std::string_view name, ondemand::value& value) {
    if (name == "input_tokens") tokens.input = read_count(value);
    if (name == "output_tokens") tokens.output = read_count(value);
    if (name == "cache_read_input_tokens") tokens.cache_read = read_count(value);
    if (name == "cache_creation_input_tokens") written = read_count(value);
    if (name != "cache_creation") return simdjson::SUCCESS;
    return for_each_field(value, [&](std::string_view lifetime, ondemand::value& count) {
      if (lifetime == "ephemeral_5m_input_tokens") written_5m = read_count(count);
      if (lifetime == "ephemeral_1h_input_tokens") tokens.cache_write_1h = read_count(count);
      return simdjson::SUCCESS;
    });
  });
  tokens.cache_write_5m = std::max(written_5m, written - std::min(written, tokens.cache_write_1h));
  row.has_usage = error == simdjson::SUCCESS;
  return error;
}

error_code read_message(ondemand::value& message, RowFields& row) {
  return for_each_field(message, [&](std::string_view name, ondemand::value& value) {
    if (name == "model") return read_text(value, row.model);
    if (name == "id") return read_text(value, row.message_id);
    if (name == "usage") return read_usage(value, row);
    if (name == "content") return read_content(value, row);
    return simdjson::SUCCESS;
  });
}

using Read = error_code (*)(ondemand::value& value, RowFields& row);

template <std::string_view RowFields::*Text>
error_code text(ondemand::value& value, RowFields& row) {
  return read_text(value, row.*Text);
}

template <bool RowFields::*Flag>
error_code flag(ondemand::value& value, RowFields& row) {
  row.*Flag = is_true(value);
  return simdjson::SUCCESS;
}

error_code read_forked_from(ondemand::value& value, RowFields& row) {
  return read_member(value, "sessionId", row.forked_from);
}

error_code read_origin(ondemand::value& value, RowFields& row) {
  return read_member(value, "kind", row.origin);
}

struct RowField {
  std::string_view name;
  Read read;
};
/// By length of their names.
constexpr auto kRowFields = std::to_array<RowField>({
    {"cwd", &text<&RowFields::cwd>},
    {"type", &text<&RowFields::type>},
    {"uuid", &text<&RowFields::uuid>},
    {"slug", &text<&RowFields::slug>},
    {"isMeta", &flag<&RowFields::is_meta>},
    {"origin", &read_origin},
    {"message", &read_message},
    {"aiTitle", &text<&RowFields::ai_title>},
    {"subtype", &text<&RowFields::subtype>},
    {"summary", &text<&RowFields::summary>},
    {"version", &text<&RowFields::version>},
    {"explicit", &flag<&RowFields::is_explicit>},
    {"leafUuid", &text<&RowFields::leaf_uuid>},
    {"agentName", &text<&RowFields::agent_name>},
    {"gitBranch", &text<&RowFields::git_branch>},
    {"requestId", &text<&RowFields::request_id>},
    {"sessionId", &text<&RowFields::session_id>},
    {"timestamp", &text<&RowFields::timestamp>},
    {"forkedFrom", &read_forked_from},
    {"lastPrompt", &text<&RowFields::last_prompt>},
    {"customTitle", &text<&RowFields::custom_title>},
    {"isSidechain", &flag<&RowFields::is_sidechain>},
    {"relocatedCwd", &text<&RowFields::relocated_cwd>},
    {"isCompactSummary", &flag<&RowFields::is_compact_summary>},
    {"requestSessionId", &text<&RowFields::request_session_id>},
});

constexpr std::size_t kLongestName = kRowFields.back().name.size();

/// For each length, where the fields of that length begin.
constexpr auto first_of_length() {
  std::array<std::uint8_t, kLongestName + 2> first{};
  std::uint8_t at = 0;
  for (std::size_t length = 0; length < first.size(); ++length) {
    while (at < kRowFields.size() && kRowFields[at].name.size() < length) ++at;
    first[length] = at;
  }
  return first;
}
constexpr auto kFirstOfLength = first_of_length();
static_assert(std::is_sorted(kRowFields.begin(), kRowFields.end(), [](const RowField& a, const RowField& b) {
  return a.name.size() < b.name.size();
}));

error_code read_field(std::string_view name, ondemand::value& value, RowFields& row) {
  if (name.size() > kLongestName) return simdjson::SUCCESS;
  for (std::size_t at = kFirstOfLength[name.size()]; at < kFirstOfLength[name.size() + 1]; ++at)
    if (name == kRowFields[at].name) return kRowFields[at].read(value, row);
  return simdjson::SUCCESS;
}

error_code read_row(ondemand::object& object, RowFields& row) {
  row.clear();
  return for_each_field(
      object, [&](std::string_view name, ondemand::value& value) { return read_field(name, value, row); });
}

}  // namespace

void RowFields::clear() {
  std::vector<ToolCall> calls = std::move(tool_calls);
  calls.clear();
  *this = RowFields();
  tool_calls = std::move(calls);
}

RowKind RowParser::parse(const Line& line, RowFields& row) {
  if (line.too_long) return RowKind::bad;
  if (line.text.find_first_not_of(" \t\r") == std::string_view::npos) return RowKind::blank;
  const bool good = reader_.read(line.text, [&](ondemand::object& object) { return read_row(object, row); });
  return good ? RowKind::object : RowKind::bad;
}

}  // namespace csb::transcript
