#include "rewinds.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace csb::app {
namespace {

constexpr std::size_t kTextBytes = 400;  // of a prompt that was left: whoever shows it cuts it further
constexpr std::size_t kMostPrompts = 100'000;

/// The beginning of what was typed.
std::string text_of(const Message& message) {
  const auto block = std::find_if(message.blocks.begin(), message.blocks.end(),
                                  [](const Block& each) { return each.kind == Block::Kind::text; });
  if (block == message.blocks.end()) return {};
  std::size_t size = std::min(block->text.size(), kTextBytes);
  while (size > 0 && size < block->text.size() &&
         (static_cast<unsigned char>(block->text[size]) & 0xC0) == 0x80)
    --size;  // not within a character
  return block->text.substr(0, size);
}

}  // namespace

std::optional<Entry> Rewinds::before(const Message& message, const MessagePlace& place) {
  if (message.role != Message::Role::human || message.parent_uuid.empty()) return std::nullopt;
  const std::hash<std::string> hash;
  const std::size_t uuid = hash(message.uuid), parent = hash(message.parent_uuid);
  const auto left = prompts_.find(parent);
  std::optional<Entry> entry;
  if (left != prompts_.end() && left->second.uuid != uuid) {  // the same row again is a replay
    entry.emplace();
    entry->kind = Entry::Kind::rewind;
    entry->offset = left->second.offset;
    entry->text = std::move(left->second.text);
  }
  if (prompts_.size() < kMostPrompts || left != prompts_.end())
    prompts_[parent] = {uuid, place.offset, text_of(message)};
  return entry;
}

}  // namespace csb::app
