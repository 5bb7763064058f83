#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace csb {

/// The identity of a session: a UUID in lower case, as the client names transcripts. A session is its
/// id, not its path: the client moves transcripts between folders.
class SessionId {
 public:
  /// Accepts the canonical 8-4-4-4-12 form, either case. @return nothing for anything else.
  [[nodiscard]] static std::optional<SessionId> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The first eight digits: what a person reads and types.
  [[nodiscard]] std::string_view brief() const noexcept { return std::string_view(text_).substr(0, 8); }

  friend auto operator<=>(const SessionId&, const SessionId&) = default;

 private:
  explicit SessionId(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace csb
