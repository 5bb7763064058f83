#include "csb/source/claude_code/hook_settings.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "csb/source/claude_code/json_edit.hpp"

namespace csb::claude_code {
namespace {

using Json = nlohmann::ordered_json;

struct Hook {
  const char* event;
  const char* matcher;  ///< nullptr: at each
  int timeout;          ///< seconds; 0: the hook is asynchronous, the client does not wait
};

// SessionStart says what it finds, and PreCompact must be done before the rows are gone: the client waits for
// these two. SessionEnd of a waiting kind would get 1.5 s.
constexpr Hook kHooks[] = {{"SessionStart", "startup|resume|clear|fork", 10},
                           {"PreCompact", nullptr, 60},
                           {"Stop", nullptr, 0},
                           {"SubagentStop", nullptr, 0},
                           {"SessionEnd", nullptr, 0}};

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// Silent when csb is not there any more: the client shows the failure of a hook each time.
Json hook_value(const Hook& hook, const std::string& program) {
  Json inner;
  inner["type"] = "command";
  inner["command"] =
      "csb=" + shell_quoted(program) + "; [ ! -x \"$csb\" ] || exec \"$csb\" hook " + hook.event;
  if (hook.timeout > 0) inner["timeout"] = hook.timeout;
  if (hook.timeout == 0) inner["async"] = true;
  Json outer;
  if (hook.matcher != nullptr) outer["matcher"] = hook.matcher;
  outer["hooks"] = Json::array({std::move(inner)});
  return outer;
}

/// A command that calls `csb hook`, however it is written.
bool is_ours(const Json& inner, const std::string& event) {
  if (!inner.is_object()) return false;
  std::string words;
  if (const auto command = inner.find("command"); command != inner.end() && command->is_string())
    words = command->get<std::string>();
  if (const auto args = inner.find("args"); args != inner.end() && args->is_array())
    for (const Json& word : *args)
      if (word.is_string()) words += " " + word.get<std::string>();
  return words.find("csb") != std::string::npos && words.ends_with(" hook " + event);
}

/// Where csb is called at an event: the element in its array, and the place in that element's own array.
struct Place {
  std::size_t element = 0, inner = 0;
};

/// The last one, so that taking it out moves no other.
std::optional<Place> find_hook(std::string_view text, const std::string& event) {
  const auto array_text = json_at(text, {"hooks", event});
  const Json array = array_text ? Json::parse(*array_text, nullptr, false) : Json();
  if (!array.is_array()) return std::nullopt;
  for (std::size_t i = array.size(); i-- > 0;) {
    const auto hooks = array[i].is_object() ? array[i].find("hooks") : array[i].end();
    if (!array[i].is_object() || hooks == array[i].end() || !hooks->is_array()) continue;
    for (std::size_t j = hooks->size(); j-- > 0;)
      if (is_ours((*hooks)[j], event)) return Place{i, j};
  }
  return std::nullopt;
}

std::string remove_if_empty(const std::string& text, const JsonPath& path) {
  return json_size(text, path) == 0 ? json_remove(text, path) : text;
}

std::string without_hook(std::string_view text, const std::string& event) {
  std::string out(text);
  while (const auto place = find_hook(out, event)) {
    out = json_remove(out, {"hooks", event, place->element, "hooks", place->inner});
    if (json_size(out, {"hooks", event, place->element, "hooks"}) == 0)
      out = json_remove(out, {"hooks", event, place->element});
    out = remove_if_empty(std::move(out), {"hooks", event});
  }
  return out;
}

}  // namespace

const std::vector<std::string>& hooked_events() {
  static const std::vector<std::string> events = [] {
    std::vector<std::string> names;
    for (const Hook& hook : kHooks) names.emplace_back(hook.event);
    return names;
  }();
  return events;
}

std::vector<std::string> installed_hooks(std::string_view text) {
  std::vector<std::string> events;
  for (const std::string& event : hooked_events())
    if (find_hook(text, event)) events.push_back(event);
  return events;
}

std::string with_hooks(std::string_view text, const std::string& program) {
  std::string out(text);
  for (const Hook& hook : kHooks) {
    const std::string event = hook.event, wanted = hook_value(hook, program).dump();
    if (const auto place = find_hook(out, event)) {
      const auto now = json_at(out, {"hooks", event, place->element});
      if (now && same_json(*now, wanted)) continue;
      out = without_hook(out, event);
    }
    out = json_append(out, {"hooks", event}, wanted);
  }
  return out;
}

std::string without_hooks(std::string_view text) {
  std::string out(text);
  const bool any = !installed_hooks(text).empty();
  for (const std::string& event : hooked_events()) out = without_hook(out, event);
  return any ? remove_if_empty(std::move(out), {"hooks"}) : out;
}

bool is_plugin_enabled(std::string_view text) {
  const auto enabled = json_at(text, {"enabledPlugins"});
  const Json plugins = enabled ? Json::parse(*enabled, nullptr, false) : Json();
  if (!plugins.is_object()) return false;
  return std::any_of(plugins.items().begin(), plugins.items().end(), [](const auto& item) {
    return item.key().starts_with("csb@") && item.value().is_boolean() && item.value().template get<bool>();
  });
}

}  // namespace csb::claude_code
