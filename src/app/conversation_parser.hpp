#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "csb/catalogue/catalogue.hpp"
#include "csb/transcript/reader.hpp"

namespace csb::app {

/// A transcript reader that is fed whatever a backup happens to read, and takes what is new to it.
class ConversationParser {
 public:
  /// From the first byte of the file.
  ConversationParser() = default;
  /// Goes on where `known` stopped. @return nothing when it cannot: no facts, damaged ones, or facts about
  /// more than is stored (an index-only run), of which a comparison with what is stored proves nothing.
  [[nodiscard]] static std::optional<ConversationParser> resume(const catalogue::FileState& known);

  /// Offset of the first byte it has yet to see.
  [[nodiscard]] std::uint64_t wanted() const noexcept { return wanted_; }
  /// Bytes that lie at `offset` in the file; those before wanted() are passed over.
  /// @return how many were parsed
  std::size_t feed(std::uint64_t offset, std::span<const std::byte> bytes);

  [[nodiscard]] const transcript::Facts& facts() const noexcept { return reader_.facts(); }
  [[nodiscard]] std::uint64_t parsed_to() const noexcept { return reader_.parsed_to(); }

 private:
  ConversationParser(transcript::Facts facts, std::uint64_t offset)
      : reader_(std::move(facts), offset), wanted_(offset) {}

  transcript::Reader reader_;
  std::uint64_t wanted_ = 0;
};

}  // namespace csb::app
