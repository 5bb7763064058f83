#include "entries.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace csb::app {
namespace {

using Role = Message::Role;
using Kind = Entry::Kind;

constexpr std::size_t kMostHeld = 256;
constexpr std::size_t kMostHeldBytes = std::size_t{8} << 20;

std::size_t bytes_of(const Entry& entry) {
  return entry.text.size() + entry.input.size() + (entry.output ? entry.output->size() : 0);
}

bool is_waiting(const Entry& entry) { return entry.kind == Kind::tool && !entry.output; }

/// The inside of <tag>…</tag>, wherever it stands; empty when there is none.
std::string_view inside(std::string_view text, const std::string& tag) {
  const std::string open = "<" + tag + ">", close = "</" + tag + ">";
  const auto begin = text.find(open);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + open.size());
  return text.substr(0, text.find(close));
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// What the client writes around the words it puts in, and what they are. Tried in turn.
struct Wrapping {
  const char* tag;
  const char* label;
};
constexpr std::array kWrappings{
    Wrapping{"local-command-stdout", "output of the command"},
    Wrapping{"local-command-stderr", "errors of the command"},
    Wrapping{"bash-stdout", "output of the command"},
    Wrapping{"bash-stderr", "errors of the command"},
    Wrapping{"task-notification", "a task's notice"},
};

/// "/compact focus on tests" or "! ls"; empty when it is no command.
std::string command_of(std::string_view text) {
  if (const auto shell = trimmed(inside(text, "bash-input")); !shell.empty())
    return "! " + std::string(shell);
  const auto name = trimmed(inside(text, "command-name"));
  if (name.empty()) return {};
  const auto arguments = trimmed(inside(text, "command-args"));
  return std::string(name) + (arguments.empty() ? "" : " ") + std::string(arguments);
}

}  // namespace

void EntryAssembler::add(Message& message, const MessagePlace& place) {
  if (message.time_ns != 0) time_ns_ = message.time_ns;
  const bool goes_on = message.role == Role::assistant && message.message_id == answer_;
  if (message.role == Role::human || (message.role == Role::assistant && !goes_on)) hand_over(true);
  if (message.role == Role::assistant) answer_ = message.message_id;
  Entry entry;
  entry.time_ns = time_ns_;
  entry.offset = place.offset;
  entry.uuid = message.uuid;
  entry.model = message.model;
  if (message.is_compact_boundary) {
    entry.kind = Kind::compaction;
    return push(std::move(entry));
  }
  for (Block& block : message.blocks) add_block(block, message, entry);
}

void EntryAssembler::finish() { hand_over(true); }

void EntryAssembler::add_block(Block& block, const Message& message, Entry entry) {
  switch (block.kind) {
    case Block::Kind::tool_result:
      return add_result(block, std::move(entry));
    case Block::Kind::tool_use:
      entry.kind = Kind::tool;
      entry.tool = block.tool.empty() ? "tool" : std::move(block.tool);
      entry.input = std::move(block.input);
      entry.tool_id = std::move(block.tool_id);
      break;
    case Block::Kind::image:
      if (add_media(block)) return;
      entry.kind = Kind::media;
      break;
    case Block::Kind::thinking:
      entry.kind = Kind::thinking;
      break;
    case Block::Kind::other:
      entry.kind = Kind::client;
      entry.tool = block.tool;
      break;
    case Block::Kind::text:
      if (message.role == Role::title) return;
      if (message.role != Role::assistant) return add_user_text(block.text, message, std::move(entry));
      entry.kind = Kind::answer;
      break;
  }
  entry.text = std::move(block.text);
  push(std::move(entry));
}

void EntryAssembler::add_user_text(std::string& text, const Message& message, Entry entry) {
  entry.kind = Kind::client;
  if (message.role == Role::human) {
    entry.kind = Kind::prompt;
  } else if (message.is_compact_summary) {
    entry.kind = Kind::summary;
  } else if (std::string command = command_of(text); !command.empty()) {
    entry.kind = Kind::command;
    entry.text = std::move(command);
    return push(std::move(entry));
  } else if (text.starts_with("<local-command-caveat>") ||
             (message.is_meta && message.role == Role::client)) {
    return;  // said to the model, not to anybody else
  } else {
    for (const Wrapping& wrapping : kWrappings) {
      const auto words = inside(text, wrapping.tag);
      if (words.data() == nullptr) continue;
      entry.tool = wrapping.label;
      entry.text = trimmed(words);
      return entry.text.empty() ? void() : push(std::move(entry));
    }
    if (message.role == Role::system)
      entry.kind = Kind::notice;
    else if (message.is_sidechain)
      entry.kind = Kind::prompt;
  }
  entry.text = std::move(text);
  push(std::move(entry));
}

void EntryAssembler::add_result(Block& block, Entry entry) {
  const auto call = std::find_if(held_.begin(), held_.end(), [&](const Entry& held) {
    return is_waiting(held) && !block.tool_id.empty() && held.tool_id == block.tool_id;
  });
  if (call == held_.end()) {  // its call is far away, or was taken back
    entry.kind = Kind::tool;
    entry.tool_id = std::move(block.tool_id);
    entry.output = std::move(block.text);
    entry.is_error = block.is_error;
    return push(std::move(entry));
  }
  held_bytes_ += block.text.size();
  call->output = std::move(block.text);
  call->is_error = block.is_error;
  hand_over(false);
}

/// Counts an image to the tool that gave it. @return false when that is not at hand
bool EntryAssembler::add_media(const Block& block) {
  if (block.tool_id.empty()) return false;
  const auto call = std::find_if(held_.begin(), held_.end(),
                                 [&](const Entry& held) { return held.tool_id == block.tool_id; });
  if (call == held_.end()) return false;
  ++call->media;
  return true;
}

void EntryAssembler::push(Entry entry) {
  held_bytes_ += bytes_of(entry);
  held_.push_back(std::move(entry));
  hand_over(held_.size() > kMostHeld || held_bytes_ > kMostHeldBytes);
}

void EntryAssembler::hand_over(bool all) {
  while (!held_.empty() && (all || !is_waiting(held_.front()))) {
    held_bytes_ -= std::min(held_bytes_, bytes_of(held_.front()));
    emit_(held_.front());
    held_.pop_front();
  }
}

}  // namespace csb::app
