#include "csb/transcript/facts.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace csb::transcript {
namespace {

using nlohmann::json;

/// Calls field(name, member) for every member of Facts: the one list that reading and writing share.
template <class FactsType, class Field>
void for_each_member(FactsType& f, const Field& field) {
  field("agent_name", f.agent_name);
  field("custom_title", f.custom_title);
  field("ai_title", f.ai_title);
  field("summary", f.summary);
  field("last_prompt", f.last_prompt);
  field("first_prompt", f.first_prompt);
  field("start_cwd", f.start_cwd);
  field("cwd", f.cwd);
  field("git_branch", f.git_branch);
  field("version", f.version);
  field("model", f.model);
  field("first_ns", f.first_ns);
  field("last_ns", f.last_ns);
  field("messages", f.messages);
  field("prompts", f.prompts);
  field("tool_calls", f.tool_calls);
  field("rows", f.rows);
  field("bad_rows", f.bad_rows);
  field("compactions", f.compactions);
  field("rewinds", f.rewinds);
  field("rewound_to", f.rewound_to);
  field("first_uuid", f.first_uuid);
  field("forked_from", f.forked_from);
  field("fork_stated", f.fork_stated);
  field("plan_slugs", f.plan_slugs);
  field("session_ids", f.session_ids);
}

bool read(const json& value, std::string& out) {
  if (!value.is_string()) return false;
  out = value.get_ref<const std::string&>();
  return true;
}

bool read(const json& value, bool& out) {
  if (!value.is_boolean()) return false;
  out = value.get<bool>();
  return true;
}

bool read(const json& value, std::uint64_t& out) {
  if (!value.is_number_unsigned()) return false;
  out = value.get<std::uint64_t>();
  return true;
}

bool read(const json& value, std::int64_t& out) {
  if (!value.is_number_integer()) return false;
  out = value.get<std::int64_t>();
  return true;
}

bool read(const json& value, std::set<std::string, std::less<>>& out) {
  if (!value.is_array()) return false;
  for (const json& element : value) {
    std::string name;
    if (!read(element, name)) return false;
    out.insert(std::move(name));
  }
  return true;
}

}  // namespace

std::string Facts::title() const {
  for (const std::string* text :
       std::array{&agent_name, &custom_title, &ai_title, &summary, &last_prompt, &first_prompt})
    if (!text->empty()) return *text;
  return {};
}

std::string serialize(const Facts& facts) {
  const Facts defaults;
  json object = json::object();
  for_each_member(facts, [&](const char* name, const auto& member) { object[name] = member; });
  for_each_member(defaults, [&](const char* name, const auto& member) {
    if (object[name] == json(member)) object.erase(name);  // says what a missing one says
  });
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::optional<Facts> deserialize(std::string_view text) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return std::nullopt;
  Facts facts;
  bool good = true;
  for_each_member(facts, [&](const char* name, auto& member) {
    const auto found = object.find(name);
    if (found != object.end()) good = good && read(*found, member);
  });
  if (!good) return std::nullopt;
  return facts;
}

}  // namespace csb::transcript
