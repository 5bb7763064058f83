#include "message_fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "content_block.hpp"

namespace csb::transcript {
namespace {

using simdjson::error_code;

struct TextField {
  std::string_view name;
  std::string_view MessageFields::*text;
};
constexpr std::array<TextField, 12> kTextFields{{
    {"type", &MessageFields::type},
    {"subtype", &MessageFields::subtype},
    {"uuid", &MessageFields::uuid},
    {"parentUuid", &MessageFields::parent_uuid},
    {"timestamp", &MessageFields::timestamp},
    {"cwd", &MessageFields::cwd},
    {"agentId", &MessageFields::agent_id},
    {"agentName", &MessageFields::title},
    {"customTitle", &MessageFields::title},
    {"aiTitle", &MessageFields::title},
    {"summary", &MessageFields::title},
    {"content", &MessageFields::content},
}};

struct FlagField {
  std::string_view name;
  bool MessageFields::*flag;
};
constexpr std::array<FlagField, 3> kFlagFields{{
    {"isMeta", &MessageFields::is_meta},
    {"isCompactSummary", &MessageFields::is_compact_summary},
    {"isSidechain", &MessageFields::is_sidechain},
}};

/// Where attachments keep what can be read: files under "content", "file", queued prompts under "prompt".
constexpr std::array<std::string_view, 7> kAttachedTexts{"filename", "prompt", "snippet", "text",
                                                         "content",  "file",   "stdout"};
constexpr int kMaxAttachedDepth = 6;

void add_media(const ContentBlock& from, const std::string& id, std::vector<Block>& blocks) {
  for (const std::string_view type : from.media) {
    Block& block = blocks.emplace_back();
    block.kind = Block::Kind::image;
    block.text = type;
    block.tool_id = id;
  }
}

std::string joined(const std::vector<std::string_view>& texts) {
  std::string out;
  for (const std::string_view text : texts) {
    if (!out.empty()) out += '\n';
    out += text;
  }
  return out;
}

/// Servers' tools have types of their own: server_tool_use, mcp_tool_use, web_search_tool_result…
void add_block(const ContentBlock& from, std::vector<Block>& blocks) {
  Block block;
  block.tool_id = from.id;
  block.is_error = from.is_error;
  if (from.type == "text") {
    if (from.text.empty()) return;
    block.text = from.text;
  } else if (from.type == "thinking") {
    if (from.thinking.empty()) return;
    block.kind = Block::Kind::thinking;
    block.text = from.thinking;
  } else if (from.type.ends_with("tool_use")) {
    block.kind = Block::Kind::tool_use;
    block.tool = from.name;
    block.text = from.telling;
    block.input = from.input;
  } else if (from.type.ends_with("tool_result")) {
    block.kind = Block::Kind::tool_result;
    block.text = joined(from.results);
  } else if (!from.media.empty()) {
    return add_media(from, block.tool_id, blocks);
  } else if (from.type.empty()) {
    return;
  } else {
    block.kind = from.type == "image" ? Block::Kind::image : Block::Kind::other;
    block.tool = from.type == "image" ? std::string_view() : from.type;
    block.text = from.text;
  }
  const std::string id = block.tool_id;
  blocks.push_back(std::move(block));
  add_media(from, id, blocks);
}

error_code read_content(ondemand::value& content, MessageFields& fields) {
  std::string_view text;
  const auto error = read_text(content, text);
  if (!error && !text.empty()) {
    fields.blocks.emplace_back().text = text;
    fields.is_plain = true;
  }
  if (error != simdjson::INCORRECT_TYPE) return error;
  ContentBlock block;
  return for_each_element(content, [&](ondemand::value& value) {
    const auto block_error = read_content_block(value, block);
    if (!block_error) add_block(block, fields.blocks);
    return block_error;
  });
}

error_code read_message(ondemand::value& message, MessageFields& fields) {
  return for_each_field(message, [&](std::string_view name, ondemand::value& value) {
    if (name == "id") return read_text(value, fields.message_id);
    if (name == "model") return read_text(value, fields.model);
    if (name == "content") return read_content(value, fields);
    return simdjson::SUCCESS;
  });
}

error_code read_attached(ondemand::value& value, int depth, std::vector<std::string_view>& texts) {
  std::string_view text;
  const auto error = read_text(value, text);
  if (!error && !text.empty()) texts.push_back(text);
  if (error != simdjson::INCORRECT_TYPE || depth == kMaxAttachedDepth) return error;
  const auto no_array = for_each_element(
      value, [&](ondemand::value& element) { return read_attached(element, depth + 1, texts); });
  if (no_array != simdjson::INCORRECT_TYPE) return no_array;
  return for_each_field(value, [&](std::string_view name, ondemand::value& member) {
    const bool is_text =
        std::find(kAttachedTexts.begin(), kAttachedTexts.end(), name) != kAttachedTexts.end();
    return is_text ? read_attached(member, depth + 1, texts) : simdjson::SUCCESS;
  });
}

error_code read_attachment(ondemand::value& attachment, MessageFields& fields) {
  return for_each_field(attachment, [&](std::string_view name, ondemand::value& value) {
    if (name == "type") return read_text(value, fields.attachment);
    if (name == "commandMode") return read_text(value, fields.command_mode);
    const bool is_text =
        std::find(kAttachedTexts.begin(), kAttachedTexts.end(), name) != kAttachedTexts.end();
    return is_text ? read_attached(value, 1, fields.attached_texts) : simdjson::SUCCESS;
  });
}

/// An error says best what the client showed, `formatted`.
error_code read_error(ondemand::value& error, MessageFields& fields) {
  return for_each_field(error, [&](std::string_view name, ondemand::value& value) {
    if (name == "formatted" || (name == "message" && fields.error.empty()))
      return read_text(value, fields.error);
    return simdjson::SUCCESS;
  });
}

error_code read_origin(ondemand::value& origin, MessageFields& fields) {
  return for_each_field(origin, [&](std::string_view name, ondemand::value& value) {
    return name == "kind" ? read_text(value, fields.origin) : simdjson::SUCCESS;
  });
}

error_code read_field(std::string_view name, ondemand::value& value, MessageFields& fields) {
  for (const TextField& field : kTextFields)
    if (name == field.name) return read_text(value, fields.*field.text);
  for (const FlagField& field : kFlagFields)
    if (name == field.name) return fields.*field.flag = is_true(value), simdjson::SUCCESS;
  if (name == "message") return read_message(value, fields);
  if (name == "origin") return read_origin(value, fields);
  if (name == "attachment") return read_attachment(value, fields);
  if (name == "error") return read_error(value, fields);
  return simdjson::SUCCESS;
}

}  // namespace

error_code read_message_fields(ondemand::object& row, MessageFields& fields) {
  fields = MessageFields();
  return for_each_field(
      row, [&](std::string_view name, ondemand::value& value) { return read_field(name, value, fields); });
}

}  // namespace csb::transcript
