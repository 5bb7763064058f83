#include <algorithm>
#include <array>

#include "csb/app/conversation.hpp"
#include "csb/transcript/message.hpp"
#include "csb/transcript/reader.hpp"

namespace csb::app {
namespace {

/// Ends the feeding of bytes when the visitor has enough.
struct Enough {};

/// The client's transcripts: a row is a message, or bookkeeping.
ReadSummary read_rows(const OffsetReader& content, std::uint64_t offset, const MessageVisitor& visit) {
  ReadSummary summary;
  transcript::MessageReader reader;
  transcript::RowSplitter splitter([&](const transcript::Row& row) {
    if (row.is_bad) ++summary.bad_rows;
    Message message;
    if (row.is_bad || !reader.read(row.line, message)) return;
    ++summary.messages;
    if (!visit(message, {offset + row.offset, row.line.size()})) throw Enough();
  });
  try {
    content(offset, [&](std::span<const std::byte> bytes) { splitter.feed(bytes); });
    splitter.finish();
  } catch (const Enough&) {
    return summary;
  }
  return summary;
}

// A source whose conversations are no transcripts of the client has a line here, and its function.
constexpr std::array kFormats{ConversationFormat{"claude-code", read_rows}};

}  // namespace

const ConversationFormat& conversation_format(std::string_view source) {
  const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                   [&](const ConversationFormat& format) { return format.source == source; });
  return found == kFormats.end() ? kFormats.front() : *found;
}

}  // namespace csb::app
