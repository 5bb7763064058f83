#include "conversation_parser.hpp"

#include <utility>

namespace csb::app {

std::optional<ConversationParser> ConversationParser::resume(const catalogue::FileState& known) {
  if (known.parsed_to > known.stamp.size) return std::nullopt;
  auto facts = transcript::deserialize(known.facts);
  if (!facts) return std::nullopt;
  return ConversationParser(std::move(*facts), known.parsed_to);
}

std::size_t ConversationParser::feed(std::uint64_t offset, std::span<const std::byte> bytes) {
  const std::uint64_t end = offset + bytes.size();
  if (end <= wanted_) return 0;
  if (offset < wanted_) bytes = bytes.subspan(static_cast<std::size_t>(wanted_ - offset));
  reader_.feed(bytes);
  wanted_ = end;
  return bytes.size();
}

}  // namespace csb::app
