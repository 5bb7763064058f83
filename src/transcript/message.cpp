#include "csb/transcript/message.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "lines.hpp"
#include "message_fields.hpp"
#include "row_rules.hpp"

namespace csb::transcript {
namespace {

/// What the client attaches for the model by itself, over and over: 98 % of a small transcript.
constexpr std::array<std::string_view, 21> kOverhead{"prompt_snapshot",
                                                     "skill_listing",
                                                     "agent_listing_delta",
                                                     "deferred_tools_delta",
                                                     "environment",
                                                     "deferred_tools_record",
                                                     "date",
                                                     "model",
                                                     "session_context",
                                                     "instructions",
                                                     "auto_mode",
                                                     "plan_mode",
                                                     "nested_memory",
                                                     "remote_session_change",
                                                     "silent_turn_reminder",
                                                     "relevant_memories",
                                                     "todo_reminder",
                                                     "task_reminder",
                                                     "critical_system_reminder",
                                                     "output_style",
                                                     "mcp_instructions_delta"};

constexpr std::array<std::string_view, 4> kTitleTypes{"custom-title", "agent-name", "ai-title", "summary"};

/// What the client says in a person's place when that person stops it.
constexpr std::string_view kInterrupted = "[Request interrupted by user";

/// Room kept for copies of lines; what a rare huge one took is given back.
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20;

template <std::size_t size>
bool contains(const std::array<std::string_view, size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The row has one text only: a title, a notice.
bool fill_text(std::string_view text, Message::Role role, Message& message) {
  message.role = role;
  if (text.empty()) return false;
  message.blocks.emplace_back().text = text;
  return true;
}

bool is_human(const MessageFields& fields) {
  if (fields.is_meta || fields.is_compact_summary || fields.is_sidechain) return false;
  const auto is_said = [&](const Block& block) {
    if (block.kind == Block::Kind::image) return true;
    return block.kind == Block::Kind::text && is_typed_text(block.text, fields.origin) &&
           (fields.is_plain || !block.text.starts_with(kInterrupted));
  };
  const auto is_result = [](const Block& block) { return block.kind == Block::Kind::tool_result; };
  return std::none_of(fields.blocks.begin(), fields.blocks.end(), is_result) &&
         std::any_of(fields.blocks.begin(), fields.blocks.end(), is_said);
}

bool fill_conversation(MessageFields& fields, Message& message) {
  if (fields.type == "assistant")
    message.role = Message::Role::assistant;
  else
    message.role = is_human(fields) ? Message::Role::human : Message::Role::client;
  message.blocks = std::move(fields.blocks);
  return !message.blocks.empty();
}

bool fill_attachment(const MessageFields& fields, Message& message) {
  message.role = Message::Role::client;
  if (contains(kOverhead, fields.attachment) || fields.attached_texts.empty()) return false;
  Block block;
  for (const std::string_view text : fields.attached_texts) {
    if (!block.text.empty()) block.text += '\n';
    block.text += text;
  }
  // A prompt typed while the client was at work reaches the model as an attachment.
  if (fields.attachment == "queued_command") {
    const bool is_prompt = fields.command_mode.empty() || fields.command_mode == "prompt";
    if (is_prompt && !fields.is_sidechain && is_typed_text(block.text, fields.origin))
      message.role = Message::Role::human;
  } else {
    block.kind = Block::Kind::other;
    block.tool = fields.attachment;
  }
  message.blocks.push_back(std::move(block));
  return true;
}

bool fill_system(const MessageFields& fields, Message& message) {
  message.is_compact_boundary = fields.subtype == "compact_boundary";
  return fill_text(fields.content.empty() ? fields.error : fields.content, Message::Role::system, message) ||
         message.is_compact_boundary;
}

void fill_envelope(const MessageFields& fields, Message& message) {
  message.uuid = fields.uuid;
  message.parent_uuid = fields.parent_uuid;
  message.message_id = fields.message_id;
  message.model = fields.model;
  message.agent_id = fields.agent_id;
  message.cwd = fields.cwd;
  message.time_ns = time_of(fields.timestamp);
  message.is_sidechain = fields.is_sidechain;
  message.is_compact_summary = fields.is_compact_summary;
  message.is_compact_boundary = false;
  message.is_meta = fields.is_meta;
  message.blocks.clear();
}

bool fill(MessageFields& fields, Message& message) {
  fill_envelope(fields, message);
  if (fields.type == "user" || fields.type == "assistant") return fill_conversation(fields, message);
  if (fields.type == "attachment") return fill_attachment(fields, message);
  if (fields.type == "system") return fill_system(fields, message);
  if (contains(kTitleTypes, fields.type)) return fill_text(fields.title, Message::Role::title, message);
  return false;
}

}  // namespace

struct MessageReader::State {
  JsonLineReader reader;
  MessageFields fields;
  std::string padded;
};

MessageReader::MessageReader() : state_(std::make_unique<State>()) {}
MessageReader::~MessageReader() = default;

bool MessageReader::read(std::string_view line, Message& message) {
  if (line.size() > kMaxLine) return false;
  std::string& padded = state_->padded;
  padded.reserve(line.size() + kLinePadding);
  padded.assign(line).append(kLinePadding, '\0');
  const bool is_message = read_padded(std::string_view(padded).substr(0, line.size()), message);
  if (padded.capacity() > kKeptCapacity) padded = std::string();
  return is_message;
}

bool MessageReader::read(const Row& row, Message& message) { return read_padded(row.line, message); }

bool MessageReader::read_padded(std::string_view line, Message& message) {
  const bool is_message = state_->reader.read(line, [&](ondemand::object& row) {
    return read_message_fields(row, state_->fields);
  }) && fill(state_->fields, message);
  // Whoever takes the message may need as much again for it.
  if (line.size() > kKeptCapacity) state_->reader.release();
  return is_message;
}

}  // namespace csb::transcript
