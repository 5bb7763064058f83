#include "json_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace csb::claude_code {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

/// @param at the opening quote. @return the place after the closing one
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return std::min(at + 1, text.size());
}

}  // namespace

const JsonItem* JsonContainer::find(std::string_view key) const {
  if (!is_object) return nullptr;
  const auto found =
      std::find_if(items.rbegin(), items.rend(), [&](const JsonItem& item) { return item.key == key; });
  return found == items.rend() ? nullptr : &*found;
}

std::size_t skip_json_space(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kSpaces, at), text.size());
}

std::size_t json_begin(std::string_view text) {
  return skip_json_space(text, text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0);
}

std::size_t end_of_json_value(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      if (depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return at;  // of the container around a number or a word
      if (--depth == 0) return at + 1;
    }
    if (depth == 0 && (c == ',' || kSpaces.find(c) != std::string_view::npos)) return at;
    ++at;
  }
  return at;
}

std::optional<JsonContainer> read_json_container(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '{' && text[at] != '[')) return std::nullopt;
  JsonContainer container;
  container.whole.begin = at;
  container.is_object = text[at] == '{';
  for (at = skip_json_space(text, at + 1); at < text.size() && text[at] != '}' && text[at] != ']';
       at = skip_json_space(text, at)) {
    if (text[at] == ',') {
      ++at;
      continue;
    }
    JsonItem item;
    item.name = {at, at};
    if (container.is_object) {
      item.name.end = end_of_string(text, at);
      item.key = nlohmann::json::parse(item.name.of(text)).get<std::string>();
      at = skip_json_space(text, skip_json_space(text, item.name.end) + 1);  // over the colon
    }
    item.value = {at, end_of_json_value(text, at)};
    at = item.value.end;
    container.items.push_back(std::move(item));
  }
  container.whole.end = std::min(at + 1, text.size());
  return container;
}

}  // namespace csb::claude_code
