#include "conversation_parser.hpp"

#include <utility>

#include "csb/source/claude_ai/source.hpp"

namespace csb::app {
namespace {

bool is_chat_source(const source::Source& source) { return &source == &claude_ai::source(); }

/// A chat that holds no message yet is known by when it was made.
transcript::Facts facts_of(claude_ai::ChatFacts chat) {
  transcript::Facts facts;
  facts.custom_title = std::move(chat.name);
  facts.first_prompt = std::move(chat.first_prompt);
  facts.model = std::move(chat.model);
  facts.first_ns = chat.first_ns != 0 ? chat.first_ns : chat.created_ns;
  facts.last_ns = chat.last_ns != 0 ? chat.last_ns : chat.updated_ns;
  facts.messages = chat.messages;
  facts.prompts = chat.prompts;
  facts.tool_calls = chat.tool_calls;
  facts.bad_rows = chat.is_complete ? 0 : 1;
  return facts;
}

}  // namespace

ConversationParser::ConversationParser(const source::Source& source) {
  if (is_chat_source(source)) {
    chat_.emplace();
  } else {
    rows_.emplace();
  }
}

ConversationParser::ConversationParser(transcript::Facts facts, std::uint64_t offset)
    : goes_on_(facts.messages > 0), wanted_(offset) {
  rows_.emplace(std::move(facts), offset);
}

std::optional<ConversationParser> ConversationParser::resume(const source::Source& source,
                                                             const catalogue::FileState& known) {
  if (is_chat_source(source) || known.parsed_to > known.stamp.size) return std::nullopt;
  auto facts = transcript::deserialize(known.facts);
  if (!facts) return std::nullopt;
  return ConversationParser(std::move(*facts), known.parsed_to);
}

std::size_t ConversationParser::feed(std::uint64_t offset, std::span<const std::byte> bytes) {
  const std::uint64_t end = offset + bytes.size();
  if (end <= wanted_) return 0;
  if (offset < wanted_) bytes = bytes.subspan(static_cast<std::size_t>(wanted_ - offset));
  rows_ ? rows_->feed(bytes) : chat_->feed(bytes);
  wanted_ = end;
  return bytes.size();
}

void ConversationParser::finish() {
  if (!chat_) return;
  claude_ai::ChatFacts chat = chat_->finish();
  chat_details_ = std::move(chat.details);
  chat_facts_ = facts_of(std::move(chat));
}

const transcript::Facts& ConversationParser::facts() const noexcept {
  return rows_ ? rows_->facts() : chat_facts_;
}

const SessionDetails& ConversationParser::details() const noexcept {
  return rows_ ? rows_->details() : chat_details_;
}

SessionDetails ConversationParser::take_details() noexcept {
  return rows_ ? rows_->take_details() : std::move(chat_details_);
}

std::uint64_t ConversationParser::parsed_to() const noexcept { return rows_ ? rows_->parsed_to() : wanted_; }

}  // namespace csb::app
