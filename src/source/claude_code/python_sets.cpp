#include "csb/source/claude_code/python_sets.hpp"

#include <nlohmann/json.hpp>

#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"

namespace csb::claude_code {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t time_of(const json& object, const char* key) {
  return parse_rfc3339(text_of(object, key)).value_or(0);
}

PythonSet read_set(const std::string& name, const json& value, std::size_t& skipped) {
  PythonSet set{name, text_of(value, "promoted_from"), time_of(value, "created_at"), {}};
  const auto members = value.find("members");
  if (members == value.end() || !members->is_array()) return set;
  for (const json& member : *members) {
    auto id = SessionId::parse(member.is_object() ? text_of(member, "session_id") : std::string());
    if (id) {
      set.members.emplace_back(*std::move(id), time_of(member, "added_at"));
    } else {
      ++skipped;
    }
  }
  return set;
}

}  // namespace

std::vector<PythonSet> read_python_sets(std::string_view text, std::size_t& skipped) {
  const json file = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto sets = file.is_object() ? file.find("sets") : file.end();
  if (!file.is_object() || sets == file.end() || !sets->is_object())
    throw Error(ErrorCode::failed, "this is no file of sets: it has no object \"sets\"",
                "the Python csb keeps them in csb-sets.json, in the Claude directory");
  std::vector<PythonSet> found;
  for (const auto& [name, value] : sets->items())
    if (value.is_object()) found.push_back(read_set(name, value, skipped));
  return found;
}

}  // namespace csb::claude_code
