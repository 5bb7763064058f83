#include "mcp_arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"

namespace csb::cli::mcp {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 53;  // numbers of JSON are exact up to here
constexpr std::size_t kShownText = 200;

[[noreturn]] void refuse(std::string_view name, std::string_view what) {
  throw Error(ErrorCode::usage, fmt::format("the argument \"{}\" {}", name, what));
}

std::string listed(std::initializer_list<std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", name);
  return text;
}

Json time_value(std::int64_t ns) { return ns == 0 ? Json(nullptr) : Json(format_rfc3339(ns)); }

void put_unless_empty(Json& object, const char* key, const std::string& text) {
  if (!text.empty()) object[key] = text;
}

}  // namespace

const Json* Arguments::find(std::string_view name) const {
  const auto found = object_.find(std::string(name));
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void Arguments::only(std::initializer_list<std::string_view> names) const {
  for (const auto& [name, value] : object_.items())
    if (std::find(names.begin(), names.end(), name) == names.end())
      refuse(name, "is not known here; known are " + listed(names));
}

std::string Arguments::text(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return {};
  if (!value->is_string()) refuse(name, "must be a string");
  return value->get<std::string>();
}

std::string Arguments::required_text(std::string_view name) const {
  std::string value = text(name);
  if (value.find_first_not_of(" \t\r\n") == std::string::npos) refuse(name, "is required");
  return value;
}

std::optional<std::uint64_t> Arguments::number(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > kMost)
    refuse(name, "must be a whole number, not negative");
  return value->get<std::uint64_t>();
}

std::size_t Arguments::count(std::string_view name, std::size_t by_default, std::size_t most) const {
  const std::uint64_t value = number(name).value_or(by_default);
  if (value == 0 || value > most) refuse(name, fmt::format("must be from 1 to {}", most));
  return static_cast<std::size_t>(value);
}

bool Arguments::flag(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) refuse(name, "must be true or false");
  return value->get<bool>();
}

std::string Arguments::choice(std::string_view name, std::initializer_list<std::string_view> values) const {
  std::string value = text(name);
  if (value.empty()) return std::string(*values.begin());
  if (std::find(values.begin(), values.end(), value) == values.end())
    refuse(name, "must be one of " + listed(values));
  return value;
}

std::optional<std::int64_t> Arguments::time(std::string_view name) const {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  const auto time = parse_time(value, now_ns());
  if (!time) refuse(name, "is no time; for example 2026-11-20, 2026-11-20T12:00:00Z, yesterday, \"3d\"");
  return time;
}

std::vector<std::string> Arguments::words(std::string_view name) const {
  std::vector<std::string> words;
  const std::string value = text(name);
  for (std::size_t at = 0; at < value.size();) {
    const std::size_t begin = value.find_first_not_of(" \t\r\n", at);
    if (begin == std::string::npos) break;
    at = std::min(value.find_first_of(" \t\r\n", begin), value.size());
    words.push_back(value.substr(begin, at - begin));
  }
  return words;
}

std::vector<std::uint64_t> Arguments::cursor() const {
  const std::string value = text("cursor");
  std::vector<std::uint64_t> numbers;
  const char* at = value.data();
  const char* const end = at + value.size();
  while (at != end) {
    std::uint64_t number = 0;
    const auto [behind, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number > kMost || (behind != end && *behind != ':') || numbers.size() > 3)
      refuse("cursor", "is none that this server gave");
    numbers.push_back(number);
    at = behind == end ? end : behind + 1;
  }
  return numbers;
}

Json property(std::string_view type, std::string_view description) {
  return {{"type", type}, {"description", description}};
}

Json choice_property(std::initializer_list<std::string_view> values, std::string_view description) {
  Json object = property("string", description);
  object["enum"] = Json::array();
  for (const std::string_view value : values) object["enum"].push_back(value);
  return object;
}

Json object_schema(Json properties, std::initializer_list<std::string_view> required) {
  Json schema{{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (required.size() == 0) return schema;
  schema["required"] = Json::array();
  for (const std::string_view name : required) schema["required"].push_back(name);
  return schema;
}

std::string beginning_of(std::string_view text, std::size_t bytes, std::size_t& cut) {
  std::size_t end = std::min(bytes, text.size());
  // Continuation bytes of UTF-8 are 10xxxxxx.
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  cut = text.size() - end;
  return std::string(text.substr(0, end));
}

Json session_value(const catalogue::Session& session) {
  Json object;
  object["session"] = session.id.text();
  std::size_t cut = 0;
  put_unless_empty(object, "title", beginning_of(session.title, kShownText, cut));
  put_unless_empty(object, "first_prompt", beginning_of(session.first_prompt, kShownText, cut));
  put_unless_empty(object, "folder", session.cwd.empty() ? session.start_cwd : session.cwd);
  object["started"] = time_value(session.started_ns);
  object["last_active"] = time_value(session.active_ns);
  object["messages"] = session.messages;
  if (session.deleted_ns != 0) object["deleted"] = time_value(session.deleted_ns);
  put_unless_empty(object, "forked_from", session.forked_from);
  return object;
}

}  // namespace csb::cli::mcp
