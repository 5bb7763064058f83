#include <algorithm>
#include <array>

#include "csb/app/conversation.hpp"
#include "csb/source/claude_ai/chat.hpp"
#include "csb/source/claude_ai/documents.hpp"
#include "csb/transcript/message.hpp"
#include "csb/transcript/reader.hpp"
#include "csb/util/fd.hpp"

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
    if (row.is_bad || !reader.read(row, message)) return;
    ++summary.messages;
    if (!visit(message, {offset + row.offset, row.line.size()})) throw Enough();
  });
  summary.parsed_to = offset;
  std::uint64_t end = offset;
  try {
    content(offset, [&](std::span<const std::byte> bytes) {
      const std::size_t newline = as_text(bytes).rfind('\n');
      splitter.feed(bytes);
      if (newline != std::string_view::npos) summary.parsed_to = end + newline + 1;
      end += bytes.size();
    });
    splitter.finish();
  } catch (const Enough&) {
    return summary;
  }
  return summary;
}

/// A text file, a message for each piece of it. Pieces are the same from whichever of them reading starts.
ReadSummary read_text(const OffsetReader& content, std::uint64_t offset, const MessageVisitor& visit) {
  constexpr std::size_t kPiece = std::size_t{32} << 10;
  ReadSummary summary;
  std::string text;
  const auto hand_over = [&](std::size_t size) {
    Message message;
    message.role = Message::Role::client;
    Block& block = message.blocks.emplace_back();
    block.kind = Block::Kind::tool_result;
    block.text = text.substr(0, size);
    ++summary.messages;
    if (!visit(message, {offset, size})) throw Enough();
    offset += size;
    text.erase(0, size);
  };
  try {
    content(offset, [&](std::span<const std::byte> bytes) {
      text += as_text(bytes);
      while (text.size() >= kPiece) {
        const std::size_t newline = text.rfind('\n', kPiece - 1);
        hand_over(newline == std::string::npos ? kPiece : newline + 1);
      }
    });
    summary.parsed_to = offset;  // a last piece may yet grow
    if (!text.empty()) hand_over(text.size());
  } catch (const Enough&) {
    return summary;
  }
  return summary;
}

/// Chats of claude.ai: one document, whose messages are numbered.
ReadSummary read_chat(const OffsetReader& content, std::uint64_t offset, const MessageVisitor& visit) {
  ReadSummary summary;
  std::uint64_t number = 0;
  claude_ai::ChatReader reader([&](const Message& each) {
    const std::uint64_t place = number++;
    if (place < offset) return;
    ++summary.messages;
    Message message = each;
    if (!visit(message, {place, 0})) throw Enough();
  });
  try {
    content(0, [&](std::span<const std::byte> bytes) { reader.feed(bytes); });
    if (!reader.finish().is_complete) ++summary.bad_rows;
  } catch (const Enough&) {
    return summary;
  }
  return summary;
}

Message message_of(const claude_ai::Document& document) {
  using Kind = claude_ai::Document::Kind;
  Message message;
  message.role = Message::Role::system;
  message.uuid = document.id;
  message.time_ns = document.time_ns;
  Block& block = message.blocks.emplace_back();
  block.kind = Block::Kind::other;
  block.tool = document.kind == Kind::document       ? "document"
               : document.kind == Kind::memory       ? "memory"
               : document.kind == Kind::instructions ? "instructions"
                                                     : "description";
  const std::string name = document.name.empty() ? "" : " " + document.name;
  block.text = "[" + block.tool + name + "]\n" + document.text;
  return message;
}

/// What lies beside the chats: texts, numbered in the order of the file, which is small.
ReadSummary read_documents(const OffsetReader& content, std::uint64_t offset, const MessageVisitor& visit) {
  ReadSummary summary;
  std::string json;
  content(0, [&](std::span<const std::byte> bytes) {
    if (json.size() <= claude_ai::kMaxDocumentFile) json += as_text(bytes);
  });
  std::uint64_t number = 0;
  const bool is_json = claude_ai::read_documents(json, [&](const claude_ai::Document& document) {
    const std::uint64_t place = number++;
    if (place < offset) return true;
    ++summary.messages;
    Message message = message_of(document);
    return visit(message, {place, 0});
  });
  if (!is_json) ++summary.bad_rows;
  return summary;
}

// A source whose conversations are no transcripts of the client has a line here, and its function.
constexpr std::array kFormats{
    ConversationFormat{"claude-code", true, read_rows}, ConversationFormat{"claude.ai", false, read_chat},
    ConversationFormat{kDocuments, false, read_documents}, ConversationFormat{kPlainText, false, read_text}};

}  // namespace

const ConversationFormat& conversation_format(std::string_view source) {
  const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                   [&](const ConversationFormat& format) { return format.source == source; });
  return found == kFormats.end() ? kFormats.front() : *found;
}

}  // namespace csb::app
