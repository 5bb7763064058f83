#include "csb/source/claude_code/json_edit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "csb/util/error.hpp"
#include "json_text.hpp"

namespace csb::claude_code {
namespace {

using Json = nlohmann::ordered_json;

/// Deeper nesting is no settings file, and would be read recursively.
constexpr std::size_t kMaxDepth = 200;

bool is_shallow(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') ++at;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if ((c == '{' || c == '[') && ++depth > kMaxDepth) return false;
    if ((c == '}' || c == ']') && depth > 0) --depth;
  }
  return true;
}

/// How a document is written.
struct Style {
  bool lines = true;  ///< one member a line
  std::string newline = "\n", unit = "  ", colon = ": ";
};

std::string after_last_line_break(std::string_view text) {
  const auto at = text.rfind('\n');
  return std::string(at == std::string_view::npos ? text : text.substr(at + 1));
}

Style style_of(std::string_view text, const JsonContainer& root) {
  Style style;
  const auto first_break = text.find('\n');
  if (first_break != std::string_view::npos && first_break > 0 && text[first_break - 1] == '\r')
    style.newline = "\r\n";
  if (root.items.empty()) return style;
  const JsonItem& first = root.items.front();
  const auto lead = JsonSpan{root.whole.begin + 1, first.name.begin}.of(text);
  style.lines = lead.find('\n') != std::string_view::npos;
  if (style.lines) style.unit = after_last_line_break(lead);
  const std::string colon(JsonSpan{first.name.end, first.value.begin}.of(text));
  if (colon.find('\n') == std::string::npos) style.colon = colon;
  return style;
}

/// A value in the style of the document. @param indent of the line it begins in
std::string lay_out(const Json& value, const Style& style, const std::string& indent, bool lines) {
  if (!lines) return value.dump();
  const std::string dumped = value.dump(1, '\t');  // a tab a level; line breaks in strings are escaped
  std::string out;
  for (std::size_t at = 0; at < dumped.size(); ++at) {
    out += dumped[at] == '\n' ? style.newline + indent : std::string(1, dumped[at]);
    if (dumped[at] != '\n') continue;
    for (; at + 1 < dumped.size() && dumped[at + 1] == '\t'; ++at) out += style.unit;
  }
  return out;
}

/// The spaces that begin the line in which `at` lies.
std::string indent_at(std::string_view text, std::size_t at) {
  const auto line_break = text.rfind('\n', at);
  const std::size_t begin = line_break == std::string_view::npos ? json_begin(text) : line_break + 1;
  const std::size_t end = std::min(text.find_first_not_of(" \t", begin), at);
  return std::string(text.substr(begin, end - begin));
}

/// What stands before an item: from the bracket or comma before it.
std::string_view lead_of(std::string_view text, const JsonContainer& container, std::size_t i) {
  const std::size_t from = i == 0 ? container.whole.begin + 1 : container.items[i - 1].value.end;
  std::string_view lead = JsonSpan{from, container.items[i].name.begin}.of(text);
  if (const auto comma = lead.find(','); comma != std::string_view::npos) lead.remove_prefix(comma + 1);
  return lead;
}

/// The text with one more item at the end of a container. @param key nothing for an array
std::string insert(std::string_view text, const JsonContainer& container, const Style& style,
                   const std::optional<std::string>& key, const Json& value) {
  const auto entry = [&](const std::string& indent, bool lines) {
    return (key ? Json(*key).dump() + style.colon : std::string()) + lay_out(value, style, indent, lines);
  };
  std::string out(text);
  if (container.items.empty()) {
    std::string inner = entry({}, false);
    if (style.lines) {
      const std::string base = indent_at(text, container.whole.begin);
      inner = style.newline + base + style.unit + entry(base + style.unit, true) + style.newline + base;
    }
    return out.replace(container.whole.begin + 1, container.whole.end - container.whole.begin - 2, inner);
  }
  const std::string lead(lead_of(text, container, container.items.size() - 1));
  const std::size_t end = container.items.back().value.end;
  if (lead.find('\n') != std::string::npos) {
    const std::string indent = after_last_line_break(lead);
    return out.insert(end, "," + style.newline + indent + entry(indent, true));
  }
  const bool airy = container.items.size() > 1 ? !lead.empty() : style.colon.ends_with(' ');
  return out.insert(end, (airy ? ", " : ",") + entry({}, false));
}

Error not_a(const std::string& key, const char* kind) {
  return {ErrorCode::failed, "'" + key + "' is there, but it is no " + kind,
          "csb changes nothing it does not understand: look at the file"};
}

/// As far as a path leads.
struct Reached {
  JsonContainer container;          ///< the last container on the way
  std::size_t steps = 0;            ///< taken into it
  std::optional<JsonSpan> value;    ///< at the path's end
  std::optional<JsonItem> blocked;  ///< what on the way is no container
};

const JsonItem* step_into(const JsonContainer& container, const JsonStep& step) {
  if (!step.index) return container.find(step.key);
  return !container.is_object && *step.index < container.items.size() ? &container.items[*step.index]
                                                                      : nullptr;
}

Reached reach(std::string_view text, const JsonPath& path) {
  Reached reached;
  reached.container = read_json_container(text, json_begin(text)).value_or(JsonContainer{});
  if (path.empty()) reached.value = reached.container.whole;
  for (; reached.steps < path.size(); ++reached.steps) {
    const JsonItem* item = step_into(reached.container, path[reached.steps]);
    if (item == nullptr) return reached;
    if (reached.steps + 1 == path.size()) {
      reached.value = item->value;
      return reached;
    }
    auto next = read_json_container(text, item->value.begin);
    if (!next) {
      reached.blocked = *item;
      return reached;
    }
    reached.container = std::move(*next);
  }
  return reached;
}

std::size_t position_of(const JsonSpan& value, const JsonContainer& container) {
  const auto found = std::find_if(container.items.begin(), container.items.end(),
                                  [&](const JsonItem& item) { return item.value.begin == value.begin; });
  return static_cast<std::size_t>(found - container.items.begin());
}

/// The text without item `i` of a container.
std::string erase(std::string_view text, const JsonContainer& container, std::size_t i) {
  const auto& items = container.items;
  JsonSpan gone{container.whole.begin + 1, container.whole.end - 1};
  if (items.size() > 1) {
    gone = i + 1 == items.size() ? JsonSpan{items[i - 1].value.end, items[i].value.end}
                                 : JsonSpan{items[i].name.begin, items[i + 1].name.begin};
  }
  return std::string(text).erase(gone.begin, gone.end - gone.begin);
}

}  // namespace

bool is_json_object(std::string_view text) {
  const std::size_t begin = json_begin(text);
  return begin < text.size() && text[begin] == '{' && is_shallow(text) && nlohmann::json::accept(text);
}

std::optional<std::string> json_at(std::string_view text, const JsonPath& path) {
  const Reached reached = reach(text, path);
  if (!reached.value) return std::nullopt;
  return std::string(reached.value->of(text));
}

std::optional<std::size_t> json_size(std::string_view text, const JsonPath& path) {
  const Reached reached = reach(text, path);
  if (!reached.value) return std::nullopt;
  const auto container = read_json_container(text, reached.value->begin);
  return container ? std::optional(container->items.size()) : std::nullopt;
}

std::string json_set(std::string_view text, const JsonPath& path, std::string_view value) {
  const Reached reached = reach(text, path);
  if (reached.blocked) throw not_a(reached.blocked->key, "object");
  const Style style = style_of(text, *read_json_container(text, json_begin(text)));
  Json json = Json::parse(value);
  if (reached.value) {
    const std::string lead(lead_of(text, reached.container, position_of(*reached.value, reached.container)));
    return std::string(text).replace(
        reached.value->begin, reached.value->end - reached.value->begin,
        lay_out(json, style, after_last_line_break(lead), lead.find('\n') != std::string::npos));
  }
  if (!reached.container.is_object) throw not_a(path[reached.steps - 1].key, "object");
  for (std::size_t step = path.size() - 1; step > reached.steps; --step) {
    Json outer = Json::object();
    outer[path[step].key] = std::move(json);
    json = std::move(outer);
  }
  return insert(text, reached.container, style, path[reached.steps].key, json);
}

std::string json_append(std::string_view text, const JsonPath& path, std::string_view value) {
  const Reached reached = reach(text, path);
  if (!reached.value) return json_set(text, path, "[" + std::string(value) + "]");
  const auto array = read_json_container(text, reached.value->begin);
  if (!array || array->is_object) throw not_a(path.back().key, "array");
  const Style style = style_of(text, *read_json_container(text, json_begin(text)));
  return insert(text, *array, style, std::nullopt, Json::parse(value));
}

std::string json_remove(std::string_view text, const JsonPath& path) {
  std::string out(text);
  for (;;) {
    const Reached reached = reach(out, path);
    if (!reached.value || path.empty()) return out;
    out = erase(out, reached.container, position_of(*reached.value, reached.container));
    if (path.back().index) return out;  // the next one has its place now
  }
}

bool same_json(std::string_view a, std::string_view b) {
  const auto left = nlohmann::json::parse(a, nullptr, false),
             right = nlohmann::json::parse(b, nullptr, false);
  return !left.is_discarded() && left == right;
}

}  // namespace csb::claude_code
