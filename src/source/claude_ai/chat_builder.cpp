#include "chat_builder.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"
#include "hash.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kMaxText = std::size_t{16} << 20;     ///< one text, for a reader of messages
constexpr std::size_t kMaxMessage = std::size_t{32} << 20;  ///< all texts of one message
constexpr std::size_t kFactText = 1024;                     ///< one text, when only facts are wanted
constexpr std::size_t kMaxBlocks = 10'000;
constexpr std::size_t kMaxFiles = 10'000;
constexpr std::size_t kMaxTools = 1024, kMaxListedName = 255, kMaxAnswers = 65'536;
constexpr std::size_t kMaxTimes = std::size_t{1} << 20;
constexpr std::size_t kPromptCharacters = 200;
constexpr std::int64_t kSittingGap = 600 * kNsPerSecond;

/// The parent of a first message, as the API writes it.
constexpr std::string_view kNoParent = "00000000-0000-4000-8000-000000000000";

/// Chats are worked in nowhere: what is added up by folder stands under this name.
constexpr std::string_view kProject = "claude.ai";

/// What a tool call is about: the first of these that its input has, else its first text.
constexpr std::array<std::string_view, 10> kTelling{"title",         "command",     "file_path", "query",
                                                    "url",           "description", "path",      "name",
                                                    "notebook_path", "pattern"};

std::string first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) continue;
    if (count-- == 0) break;
  }
  return std::string(text.substr(0, end));
}

/// A name as catalogues list it.
std::string listed_name(const std::string& name) {
  std::string listed = name.substr(0, kMaxListedName);
  cut_partial_character(listed);
  return listed;
}

Block::Kind kind_of(std::string_view type) {
  if (type == "text") return Block::Kind::text;
  if (type == "thinking") return Block::Kind::thinking;
  if (type == "tool_use") return Block::Kind::tool_use;
  if (type == "tool_result") return Block::Kind::tool_result;
  return type == "image" ? Block::Kind::image : Block::Kind::other;
}

std::vector<ActivitySegment> sittings(std::vector<std::int64_t> times) {
  std::sort(times.begin(), times.end());
  std::vector<ActivitySegment> segments;
  for (const std::int64_t time : times) {
    if (segments.empty() || time - segments.back().end_ns > kSittingGap) segments.push_back({time, time, 0});
    segments.back().end_ns = time;
    ++segments.back().messages;
  }
  return segments;
}

}  // namespace

std::int64_t chat_time(std::string_view text) {
  if (text < "1970" || text >= "2262") return 0;  // what 64 bits of nanoseconds hold
  return std::max<std::int64_t>(0, parse_rfc3339(text).value_or(0));
}

void cut_partial_character(std::string& text) {
  std::size_t start = text.size();
  while (start > 0 && text.size() - start < 4 && (static_cast<unsigned char>(text[start - 1]) & 0xC0) == 0x80)
    --start;
  if (start == 0) return;
  --start;  // the last lead byte
  if (static_cast<unsigned char>(text[start]) >= 0x80 && !is_valid_utf8(std::string_view(text).substr(start)))
    text.resize(start);
}

std::size_t ChatBuilder::text_limit() const {
  return wants_text() ? std::min(kMaxText, kMaxMessage - std::min(kMaxMessage, message_bytes_)) : kFactText;
}

void ChatBuilder::begin_message() {
  message = Message();
  appendix_.clear();
  sender.clear();
  plain_text.clear();
  message_bytes_ = 0;
}

void ChatBuilder::begin_block() {
  block = Block();
  type.clear();
  telling_.clear();
  telling_rank_ = kTelling.size() + 1;
}

/// Texts of one block (the parts of a tool's result) are lines of one text.
void ChatBuilder::end_part() {
  if (block.text.size() < text_limit()) {
    if (!block.text.empty()) block.text += '\n';
    block.text += part;
    message_bytes_ += part.size();
  }
  part.clear();
  part.shrink_to_fit();
}

void ChatBuilder::add_input(std::string_view bytes) {
  const std::size_t limit = text_limit();
  bytes = bytes.substr(0, limit - std::min(limit, block.input.size()));
  block.input += bytes;
  message_bytes_ += bytes.size();
}

void ChatBuilder::end_input_text(std::string_view name) {
  const auto rank =
      static_cast<std::size_t>(std::find(kTelling.begin(), kTelling.end(), name) - kTelling.begin());
  if (rank >= telling_rank_) return;
  telling_rank_ = rank;
  telling_ = input_text;
}

void ChatBuilder::end_block() {
  block.kind = kind_of(type);
  if (block.kind == Block::Kind::tool_use) {
    block.text = telling_;
    note_tool();
  }
  if (block.kind == Block::Kind::other) block.tool = type.empty() ? "unknown" : type;
  add_block(std::move(block));
}

void ChatBuilder::add_block(Block ready) {
  if (message.blocks.size() < kMaxBlocks) message.blocks.push_back(std::move(ready));
}

void ChatBuilder::note_tool() {
  ++facts.tool_calls;
  std::string name = listed_name(block.tool);
  auto& tools = facts.details.tools;
  if (!name.empty() && (tools.size() < kMaxTools || tools.contains(name))) ++tools[std::move(name)];
}

void ChatBuilder::begin_file() {
  file = ChatFile();
  extracted.clear();
}

void ChatBuilder::end_attachment() {
  Block ready;
  ready.text = "[attachment " + file.name + "]" + (extracted.empty() ? "" : "\n") + extracted;
  message_bytes_ += extracted.size();
  if (appendix_.size() < kMaxBlocks) appendix_.push_back(std::move(ready));
}

void ChatBuilder::end_file() {
  Block ready;
  ready.kind = Block::Kind::image;
  ready.text = (file.kind.empty() ? "file" : file.kind) + " " + file.name;
  if (appendix_.size() < kMaxBlocks) appendix_.push_back(std::move(ready));
  if (!file.uuid.empty() && facts.files.size() < kMaxFiles) facts.files.push_back(file);
}

void ChatBuilder::end_message() {
  message.role = sender == "human"       ? Message::Role::human
                 : sender == "assistant" ? Message::Role::assistant
                                         : Message::Role::system;
  message.message_id = message.uuid;
  if (message.role == Message::Role::assistant) message.model = facts.model;
  if (message.parent_uuid == kNoParent) message.parent_uuid.clear();
  if (message.blocks.empty() && !plain_text.empty()) {  // exports of old: no blocks
    Block ready;
    ready.text = std::move(plain_text);
    add_block(std::move(ready));
  }
  for (Block& ready : appendix_) add_block(std::move(ready));
  note_ids();
  note_prompt();
  note_answer();
  ++facts.messages;
  if (visit_) visit_(message);
  message = Message();
}

void ChatBuilder::note_ids() {
  if (!message.uuid.empty()) ids_.push_back(hash_of(message.uuid));
  if (!message.parent_uuid.empty()) parents_.push_back(hash_of(message.parent_uuid));
  if (message.time_ns == 0) return;
  facts.first_ns = facts.first_ns == 0 ? message.time_ns : std::min(facts.first_ns, message.time_ns);
  facts.last_ns = std::max(facts.last_ns, message.time_ns);
  if (times_.size() < kMaxTimes) times_.push_back(message.time_ns);
}

void ChatBuilder::note_prompt() {
  if (message.role != Message::Role::human) return;
  ++facts.prompts;
  if (!facts.first_prompt.empty()) return;
  for (const Block& said : message.blocks)
    if (said.kind == Block::Kind::text && facts.first_prompt.empty())
      facts.first_prompt = first_characters(said.text, kPromptCharacters);
}

/// The service counts no tokens for those who read; that there was an answer is known all the same.
void ChatBuilder::note_answer() {
  if (message.role != Message::Role::assistant || message.uuid.empty()) return;
  const std::uint64_t id = hash_of(message.uuid);
  auto& answers = facts.details.answers;
  if (answers.size() >= kMaxAnswers && !answers.contains(id)) return;
  Answer& answer = answers[id];
  answer.message = id;
  answer.time_ns = message.time_ns;
}

ChatFacts ChatBuilder::finish() {
  for (auto& [id, answer] : facts.details.answers) {
    answer.model = listed_name(facts.model);
    answer.cwd = kProject;
  }
  std::sort(ids_.begin(), ids_.end());
  const auto total = ids_.size();
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  facts.duplicate_messages = total - ids_.size();
  std::sort(parents_.begin(), parents_.end());
  for (const std::uint64_t parent : parents_)
    if (!std::binary_search(ids_.begin(), ids_.end(), parent)) ++facts.missing_parents;
  facts.branches = static_cast<std::uint64_t>(std::count_if(ids_.begin(), ids_.end(), [&](std::uint64_t id) {
    return !std::binary_search(parents_.begin(), parents_.end(), id);
  }));
  facts.message_ids = std::move(ids_);
  facts.details.activity = sittings(std::move(times_));
  return std::move(facts);
}

}  // namespace csb::claude_ai
