#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "csb/catalogue/catalogue.hpp"
#include "csb/source/claude_ai/chat.hpp"
#include "csb/source/source.hpp"
#include "csb/transcript/reader.hpp"

namespace csb::app {

/// The reader of a source's conversations, fed whatever a backup happens to read; it takes what is new to it.
/// What it finds is in the words of transcripts, whatever the source.
class ConversationParser {
 public:
  /// From the first byte of the file.
  explicit ConversationParser(const source::Source& source);
  /// Goes on where `known` stopped. @return nothing when it cannot: no facts, damaged ones, or facts about
  /// more than is stored (an index-only run), of which a comparison with what is stored proves nothing; or
  /// a source whose files are rewritten as a whole.
  [[nodiscard]] static std::optional<ConversationParser> resume(const source::Source& source,
                                                                const catalogue::FileState& known);

  /// Offset of the first byte it has yet to see.
  [[nodiscard]] std::uint64_t wanted() const noexcept { return wanted_; }
  /// Bytes that lie at `offset` in the file; those before wanted() are passed over.
  /// @return how many were parsed
  std::size_t feed(std::uint64_t offset, std::span<const std::byte> bytes);
  /// There are no more. Call it once, before what was found is asked for.
  void finish();

  [[nodiscard]] const transcript::Facts& facts() const noexcept;
  /// Of the rows fed; of a chat, once it is finished, all of it.
  [[nodiscard]] const SessionDetails& details() const noexcept;
  /// The same without a copy, once it is finished.
  [[nodiscard]] SessionDetails take_details() noexcept;
  /// The rows fed follow others of a conversation. (A stub amounted to nothing.)
  [[nodiscard]] bool goes_on() const noexcept { return goes_on_; }
  [[nodiscard]] std::uint64_t parsed_to() const noexcept;

 private:
  ConversationParser(transcript::Facts facts, std::uint64_t offset);

  bool goes_on_ = false;
  // One of the two.
  std::optional<transcript::Reader> rows_;
  std::optional<claude_ai::ChatReader> chat_;
  transcript::Facts chat_facts_;
  SessionDetails chat_details_;
  std::uint64_t wanted_ = 0;
};

}  // namespace csb::app
