#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/source/claude_ai/chat.hpp"

namespace csb::claude_ai {

/// A time as the service writes it; 0 when it is none.
[[nodiscard]] std::int64_t chat_time(std::string_view text);

/// Removes the beginning of a character that was cut off at the end.
void cut_partial_character(std::string& text);

/// Puts messages together from their parts, and facts from messages.
class ChatBuilder {
 public:
  explicit ChatBuilder(std::function<void(const Message&)> visit) : visit_(std::move(visit)) {}

  /// Whether anybody wants the messages themselves.
  [[nodiscard]] bool wants_text() const { return static_cast<bool>(visit_); }
  /// Bytes of a running text that are kept.
  [[nodiscard]] std::size_t text_limit() const;

  void begin_message();
  void end_message();
  void begin_block();
  void end_block();
  /// `part` is complete: a text of the block that is read now.
  void end_part();
  void add_input(std::string_view bytes);
  /// `input_text` is complete: the member `name` of a tool's input.
  void end_input_text(std::string_view name);
  void begin_file();
  void end_attachment();
  void end_file();
  [[nodiscard]] ChatFacts finish();

  // Filled by whoever reads.
  ChatFacts facts;
  Message message;
  Block block;
  ChatFile file;
  std::string sender, plain_text, type, part, extracted, input_text;

 private:
  void add_block(Block ready);
  void note_ids();
  void note_prompt();
  void note_tool();
  void note_answer();

  std::function<void(const Message&)> visit_;
  std::vector<Block> appendix_;  ///< attachments and files: after the text, wherever they stand
  std::size_t message_bytes_ = 0;
  std::size_t telling_rank_ = 0;
  std::string telling_;
  std::vector<std::uint64_t> ids_, parents_;
  std::vector<std::int64_t> times_;
};

}  // namespace csb::claude_ai
