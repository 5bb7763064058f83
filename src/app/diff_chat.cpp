// Two versions of a chat: its messages, and what is said of it as a whole.
#include <string>

#include "csb/source/claude_ai/chat.hpp"
#include "csb/util/clock.hpp"
#include "diff_items.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kDescriptionBytes = 200;
constexpr std::string_view kWhole = "chat";  ///< type and identity of what is no message: its name, its star

/// Texts behind their lengths, so that none runs into the next.
class Content {
 public:
  void add(std::string_view text) { bytes_.append(std::to_string(text.size())).append(":").append(text); }
  void add(std::uint64_t number) { add(std::string_view(std::to_string(number))); }
  [[nodiscard]] std::uint64_t hash() const { return content_hash(bytes_); }

 private:
  std::string bytes_;
};

std::uint64_t hash_of(const Message& message) {
  Content content;
  content.add(static_cast<std::uint64_t>(message.role));
  content.add(message.parent_uuid);
  for (const Block& block : message.blocks) {
    content.add(static_cast<std::uint64_t>(block.kind));
    content.add(block.is_error ? 1 : 0);
    for (const std::string* text : {&block.text, &block.tool, &block.tool_id, &block.input})
      content.add(*text);
  }
  return content.hash();
}

std::uint64_t hash_of(const claude_ai::ChatFacts& facts) {
  Content content;
  for (const std::string* text :
       {&facts.name, &facts.summary, &facts.model, &facts.project_uuid, &facts.project_name})
    content.add(*text);
  content.add(facts.is_starred ? 1 : 0);
  content.add(facts.is_archived ? 1 : 0);
  content.add(facts.is_complete ? 1 : 0);
  return content.hash();
}

std::string_view first_bytes(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

const char* type_of(Message::Role role) {
  return role == Message::Role::human ? "human" : role == Message::Role::assistant ? "assistant" : "other";
}

std::string text_of(const Block& block) {
  std::string text(first_bytes(block.text, kDescriptionBytes));
  switch (block.kind) {
    case Block::Kind::text:
      return text;
    case Block::Kind::thinking:
      return "[thinking] " + text;
    case Block::Kind::tool_use:
      return "[" + block.tool + "] " + text;
    case Block::Kind::tool_result:
      return "[result] " + text;
    case Block::Kind::image:
      return "[" + text + "]";
    case Block::Kind::other:
      return "[" + block.tool + "]";
  }
  return text;
}

DiffRow describe(const Message& message, std::uint64_t number) {
  DiffRow row;
  row.offset = number;
  row.type = type_of(message.role);
  row.uuid = message.uuid;
  if (message.time_ns != 0) row.timestamp = format_rfc3339(message.time_ns);
  for (const Block& block : message.blocks) {
    row.bytes += block.text.size() + block.input.size();
    if (row.text.size() < kDescriptionBytes) row.text += (row.text.empty() ? "" : " ") + text_of(block);
  }
  row.text = first_bytes(row.text, kDescriptionBytes);
  return row;
}

DiffRow describe(const claude_ai::ChatFacts& facts) {
  DiffRow row;
  row.offset = facts.messages;
  row.type = kWhole;
  if (facts.updated_ns != 0) row.timestamp = format_rfc3339(facts.updated_ns);
  row.text = first_bytes(facts.title(), kDescriptionBytes);
  if (facts.is_starred) row.text += " [starred]";
  if (facts.is_archived) row.text += " [archived]";
  if (!facts.project_name.empty()) row.text.append(" [project ").append(facts.project_name).append("]");
  if (!facts.is_complete) row.text += " [broken off]";
  return row;
}

DiffItems items_of(const ContentReader& read) {
  return [&read](const std::function<void(const DiffItem&)>& visit) {
    std::uint64_t number = 0;
    claude_ai::ChatReader reader([&](const Message& message) {
      const std::uint64_t place = number++;
      // Without a UUID a message is known by what it says.
      const std::uint64_t content = hash_of(message);
      const std::string identity = message.uuid.empty() ? std::to_string(content) : message.uuid;
      visit({identity, content, true, [&message, place] { return describe(message, place); }});
    });
    read([&](std::span<const std::byte> bytes) { reader.feed(bytes); });
    const claude_ai::ChatFacts facts = reader.finish();
    visit({kWhole, hash_of(facts), false, [&facts] { return describe(facts); }});
  };
}

}  // namespace

DiffSummary diff_chats(const ContentReader& from, const ContentReader& to,
                       const std::function<void(const DiffRow&)>& visit) {
  return diff_items(items_of(from), items_of(to), visit);
}

}  // namespace csb::app
