#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace csb::transcript {

/// Bytes that are readable behind every line handed out: what a vectorised parser may touch, not use.
inline constexpr std::size_t kLinePadding = 64;
/// Longest line that is parsed. Real ones reach 12 MB (images, large tool results).
inline constexpr std::size_t kMaxLine = std::size_t{16} << 20;

struct Line {
  std::uint64_t offset = 0;  ///< in the file
  std::string_view text;     ///< without the newline; the first kMaxLine bytes of a longer line
  bool too_long = false;
};

/// Splits bytes fed in pieces of any size into lines, with bounded memory. A line that lies within one
/// piece is handed out in place; one that crosses pieces, or ends too near the end of its piece to be
/// padded by what follows it, is copied.
class LineSplitter {
 public:
  explicit LineSplitter(std::uint64_t offset = 0) : line_start_(offset) {}

  /// Calls visit(const Line&) for every line that is complete now. The text is valid during the call.
  template <class Visit>
  void feed(std::string_view bytes, const Visit& visit) {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
      visit(complete(bytes, end));
      begin_next();
      bytes.remove_prefix(end + 1);
    }
    keep(bytes);
  }

  /// What follows the last newline, as a line; nothing when nothing does. Ends the splitting.
  [[nodiscard]] std::optional<Line> rest();

  /// File offset just after the last newline.
  [[nodiscard]] std::uint64_t line_start() const noexcept { return line_start_; }

 private:
  Line complete(std::string_view bytes, std::size_t length);
  void keep(std::string_view bytes);
  void begin_next();
  Line padded_carry();

  std::uint64_t line_start_;
  std::uint64_t length_ = 0;  ///< of the line being read, as far as seen
  std::string carry_;         ///< its beginning, when that came in an earlier piece
};

}  // namespace csb::transcript
