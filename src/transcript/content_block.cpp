#include "content_block.hpp"

#include <array>

namespace csb::transcript {
namespace {

using simdjson::error_code;

/// What a tool call is about: the first of these that its input has, else its first text.
constexpr std::array<std::string_view, 9> kInputNames{
    "command", "file_path", "notebook_path", "pattern", "query", "url", "description", "skill", "path"};

std::string_view without_trailing_space(std::string_view json) {
  const std::size_t last = json.find_last_not_of(" \t\r\n");
  return json.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

error_code read_input(ondemand::value& value, ContentBlock& block) {
  ondemand::object object;
  if (const auto error = value.get_object().get(object)) return error;
  if (const auto error = object.raw_json().get(block.input)) return error;
  block.input = without_trailing_space(block.input);
  bool is_empty = false;
  if (const auto error = object.reset().get(is_empty)) return error;
  std::size_t best = kInputNames.size() + 1;
  return for_each_field(object, [&](std::string_view name, ondemand::value& member) {
    std::size_t rank = 0;
    while (rank < kInputNames.size() && kInputNames[rank] != name) ++rank;
    if (rank >= best) return simdjson::SUCCESS;
    const auto error = read_text(member, block.telling);
    if (!error) best = rank;
    return error;
  });
}

error_code read_media(ondemand::value& source, std::vector<std::string_view>& media) {
  return for_each_field(source, [&](std::string_view name, ondemand::value& member) {
    if (name != "media_type") return simdjson::SUCCESS;
    std::string_view type;
    const auto error = read_text(member, type);
    if (!error) media.push_back(type);
    return error;
  });
}

/// A tool's result is a text, or blocks with texts and images.
error_code read_result(ondemand::value& value, ContentBlock& block) {
  std::string_view text;
  const auto error = read_text(value, text);
  if (!error) block.results.push_back(text);
  if (error != simdjson::INCORRECT_TYPE) return error;
  return for_each_element(value, [&](ondemand::value& part) {
    return for_each_field(part, [&](std::string_view name, ondemand::value& member) {
      if (name == "source") return read_media(member, block.media);
      if (name != "text") return simdjson::SUCCESS;
      std::string_view one;
      const auto part_error = read_text(member, one);
      if (!part_error) block.results.push_back(one);
      return part_error;
    });
  });
}

void clear(ContentBlock& block) {
  block.results.clear();
  block.media.clear();
  block.type = block.text = block.thinking = block.name = block.id = block.input = block.telling = {};
  block.is_error = false;
}

}  // namespace

error_code read_content_block(ondemand::value& value, ContentBlock& block) {
  clear(block);
  return for_each_field(value, [&](std::string_view name, ondemand::value& member) {
    if (name == "type") return read_text(member, block.type);
    if (name == "text") return read_text(member, block.text);
    if (name == "thinking") return read_text(member, block.thinking);
    if (name == "name") return read_text(member, block.name);
    if (name == "id" || name == "tool_use_id") return read_text(member, block.id);
    if (name == "is_error") return block.is_error = is_true(member), simdjson::SUCCESS;
    if (name == "input") return read_input(member, block);
    if (name == "content") return read_result(member, block);
    if (name == "source") return read_media(member, block.media);
    return simdjson::SUCCESS;
  });
}

}  // namespace csb::transcript
