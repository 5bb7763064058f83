#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "csb/model/session_details.hpp"
#include "csb/transcript/facts.hpp"

namespace csb::transcript {

/// Reads a JSONL transcript in pieces of any size and gathers its facts and details. Memory is bounded
/// whatever the length of a line: one longer than 16 MiB is counted as bad and skipped to its end. Never
/// throws for content: a row that is no JSON object (torn, two glued together, binary, an array, a scalar) is
/// counted. Of fields that no fact needs it is only checked that strings end and brackets balance (at any
/// depth); text that is not Unicode (invalid UTF-8, half a surrogate pair) is replaced, and the row counts as
/// good.
class Reader {
 public:
  /// @param facts what earlier bytes said (default: nothing yet)
  /// @param offset where the first byte fed lies in the file: the end of the last whole line parsed
  explicit Reader(Facts facts = {}, std::uint64_t offset = 0);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  /// The next bytes of the file.
  void feed(std::span<const std::byte> bytes);

  [[nodiscard]] const Facts& facts() const noexcept;
  /// Of the rows fed to this reader, not of those before.
  [[nodiscard]] const SessionDetails& details() const noexcept;
  /// The same without a copy, once everything is fed.
  [[nodiscard]] SessionDetails take_details() noexcept;
  /// File offset just after the last newline fed. What follows (a torn tail) is read again next time.
  [[nodiscard]] std::uint64_t parsed_to() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One row, for diff and for readers of a conversation.
struct Row {
  std::uint64_t offset = 0;    ///< of its first byte
  std::string_view line;       ///< without the newline, padded, at most 16 MiB; valid during the call only
  std::string_view type;       ///< "user", "assistant"…; empty when the row is bad
  std::string_view uuid;       ///< may be empty
  std::string_view timestamp;  ///< as written; may be empty
  bool is_message = false;     ///< counts as a conversation row
  bool is_bad = false;         ///< no JSON object
};

/// Splits bytes fed in pieces into rows and hands each to `visit`; same bounds as Reader. Empty lines are
/// no rows.
class RowSplitter {
 public:
  explicit RowSplitter(std::function<void(const Row&)> visit);
  ~RowSplitter();
  void feed(std::span<const std::byte> bytes);
  /// Hands over a last line without a newline, if any. Call it once, at the end.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A short text that says what a row is about: the prompt, the answer, the tool call ("[Bash] ls"). Raw
/// characters, at most `limit` bytes, cut at a character; empty when there is nothing to say.
[[nodiscard]] std::string describe_row(std::string_view line, std::size_t limit);

}  // namespace csb::transcript
