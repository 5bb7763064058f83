#include "text_source.hpp"

#include <bit>
#include <cstring>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/source/claude_ai/documents.hpp"
#include "csb/source/claude_ai/mirror_policy.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/transcript/message.hpp"

namespace csb::app {
namespace {

using catalogue::TextKind;

/// 64 bits of a text, which tell texts apart well enough: two of a million texts are taken for one in one of
/// 37 million archives.
class Hash {
 public:
  void add(std::string_view text) {
    add(text.size());
    for (; text.size() >= 8; text.remove_prefix(8)) add(word_of(text));
    if (!text.empty()) add(word_of(text));
  }
  void add(std::uint64_t word) {
    // Multiplying to 128 bits and folding mixes every bit of the word into every bit of the state.
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(state_ ^ word) * 0x9E3779B97F4A7C15U;
    state_ = std::rotl(static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64), 29) +
             0xD6E8FEB86659FD93U;
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

 private:
  static std::uint64_t word_of(std::string_view text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), text.size() < 8 ? text.size() : 8);
    return word;
  }
  std::uint64_t state_ = 0x2545F4914F6CDD1DU;
};

std::uint64_t key_of(const Message& message, std::string_view owner, TextKind kind, std::string_view text) {
  Hash hash;
  // A row without an id (a title) belongs to its session; forks and moves copy the others, id and all.
  hash.add(message.uuid.empty() ? owner : std::string_view(message.uuid));
  hash.add(message.uuid.empty() ? 1 : 2);
  hash.add(static_cast<std::uint64_t>(kind));
  hash.add(text);
  return hash.value();
}

TextKind kind_of_text(Message::Role role) {
  switch (role) {
    case Message::Role::human:
      return TextKind::prompt;
    case Message::Role::client:
      return TextKind::client;
    case Message::Role::assistant:
      return TextKind::answer;
    case Message::Role::system:
      return TextKind::notice;
    case Message::Role::title:
      return TextKind::title;
  }
  return TextKind::client;
}

std::optional<TextKind> kind_of(const Message& message, const Block& block) {
  switch (block.kind) {
    case Block::Kind::text:
      return kind_of_text(message.role);
    case Block::Kind::thinking:
      return TextKind::thinking;
    case Block::Kind::tool_use:
      return TextKind::tool_input;
    case Block::Kind::tool_result:
      return TextKind::tool_output;
    case Block::Kind::other:
      return TextKind::attachment;
    case Block::Kind::image:
      return std::nullopt;
  }
  return std::nullopt;
}

bool begins_generation(ChangeOp op) {
  return op == ChangeOp::add || op == ChangeOp::rewrite || op == ChangeOp::shrink;
}

}  // namespace

std::string_view text_format(std::string_view source, std::string_view path) {
  if (source == "claude-code" && path.ends_with(".txt") &&
      path.find("/tool-results/") != std::string_view::npos)
    return claude_code::session_of(path) ? kPlainText : std::string_view();
  if (source == "claude.ai") {
    if (claude_ai::document_owner(path)) return kDocuments;
    if (!claude_ai::footprint_of(path) || path.find("/files/") != std::string_view::npos) return {};
  }
  if (source == "claude-code" && !claude_code::is_conversation(path)) return {};
  return conversation_format(source).source == source ? conversation_format(source).source
                                                      : std::string_view();
}

std::vector<Generation> generations_of(const std::vector<catalogue::Version>& versions) {
  std::vector<Generation> generations;
  for (const catalogue::Version& version : versions) {
    if (version.op == ChangeOp::remove) continue;
    if (generations.empty() || begins_generation(version.op))
      generations.push_back({generations.size() + 1, version});
    else
      generations.back().last = version;
  }
  return generations;
}

std::string owner_of(const std::optional<SessionId>& session, std::string_view path,
                     std::string_view format) {
  if (format == kPlainText || !session) return std::string(path);
  return session->text();
}

void ToolCalls::note(const Block& call) {
  if (call.tool_id.empty() || call.tool.empty()) return;
  calls_.emplace_back(call.tool_id, call.tool);
  if (calls_.size() > kRemembered) calls_.pop_front();
}

std::string ToolCalls::tool_of(const Block& result) const {
  for (auto call = calls_.rbegin(); call != calls_.rend(); ++call)
    if (call->first == result.tool_id) return call->second;
  return {};
}

std::vector<MessageText> texts_of(Message& message, std::string_view owner, ToolCalls* calls) {
  std::vector<MessageText> texts;
  for (std::size_t i = 0; i < message.blocks.size(); ++i) {
    Block& block = message.blocks[i];
    const auto kind = kind_of(message, block);
    if (!kind) continue;
    MessageText text;
    text.block = i;
    text.kind = *kind;
    if (*kind == TextKind::tool_input) text.tool = block.tool;
    if (calls != nullptr && *kind == TextKind::tool_input) calls->note(block);
    if (calls != nullptr && *kind == TextKind::tool_output) text.tool = calls->tool_of(block);
    text.text = *kind == TextKind::tool_input && !block.input.empty() ? transcript::text_of_input(block.input)
                                                                      : std::move(block.text);
    if (text.text.empty()) continue;
    text.key = key_of(message, owner, *kind, text.text);
    texts.push_back(std::move(text));
  }
  return texts;
}

std::optional<Conversation> open_as_stored(const catalogue::Root& root, std::string_view format,
                                           const std::string& path,
                                           const std::optional<catalogue::FileState>& known) {
  if (root.path.empty() || !known || !known->present || known->racy) return std::nullopt;
  auto live = Conversation::open_live(format, root.path, path);
  if (!live || !live->stamp()) return std::nullopt;
  const FileStamp& now = *live->stamp();
  const bool as_stored = now.size == known->stamp.size && now.mtime_ns == known->stamp.mtime_ns &&
                         now.inode == known->stamp.inode;
  return as_stored ? std::move(live) : std::nullopt;
}

}  // namespace csb::app
