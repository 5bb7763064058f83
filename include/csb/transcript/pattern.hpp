#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace csb::transcript {

/// A part of a text, in bytes.
struct Span {
  std::size_t begin = 0, end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// What a text is searched for: a literal text or a regular expression. Matching takes time linear in the
/// text, whatever the expression. For one thread or many.
class Pattern {
 public:
  /// Of a literal text.
  enum class Where {
    anywhere,
    word_start,  ///< a match that begins with a letter or digit begins a word
    word,        ///< the same, and one that ends with one ends a word
  };
  struct Options {
    bool is_regex = false;
    bool case_sensitive = false;
    Where where = Where::anywhere;
  };
  /// White space in a literal text stands for any white space.
  /// @throws Error{usage} for an expression that is malformed, or too large; for a literal text that is too
  /// large, its first use does
  [[nodiscard]] static Pattern compile(std::string_view text, Options options);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  [[nodiscard]] bool matches(std::string_view text) const;
  /// Where it matches, from left to right, at most `limit` times; empty matches are left out.
  [[nodiscard]] std::vector<Span> find(std::string_view text, std::size_t limit) const;
  /// Whether JSON that holds a matching text could look like this: false only when it cannot.
  [[nodiscard]] bool may_match_json(std::string_view json) const;

 private:
  struct State;
  explicit Pattern(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Whether a text has a letter or digit that word indexes know.
[[nodiscard]] bool has_word(std::string_view text);
/// Whether a text has letters of a script without spaces between words: its words cannot be told.
[[nodiscard]] bool has_unspaced_script(std::string_view text);

/// Splits the bytes of a transcript into rows and hands over those that may match, unread. Far faster than
/// reading all rows. Rows longer than 16 MiB are passed over.
class RowFilter {
 public:
  using Wanted = std::function<bool(std::string_view json)>;
  /// @param wanted whether one row, or any of several rows, may matter
  /// @param visit row without its newline, valid during the call, and its offset
  RowFilter(Wanted wanted, std::function<void(std::string_view row, std::uint64_t offset)> visit);

  void feed(std::span<const std::byte> bytes);
  /// Hands over a last row without a newline.
  void finish();

 private:
  void visit_rows(std::string_view rows, std::uint64_t offset);
  void keep(std::string_view bytes);
  void end_carried();

  Wanted wanted_;
  std::function<void(std::string_view, std::uint64_t)> visit_;
  std::uint64_t offset_ = 0;  ///< of the row that is begun
  std::uint64_t length_ = 0;  ///< of what was seen of it
  std::string carry_;         ///< its beginning
};

}  // namespace csb::transcript
