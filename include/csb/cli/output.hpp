#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/file.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {

enum class ColorWhen { automatic, always, never };

/// How a text stands out, where there is colour.
enum class Tone { plain, bold, dim, good, warning, bad, accent };

/// Colours text, or leaves it as it is.
class Paint {
 public:
  explicit Paint(bool on = false) : on_(on) {}
  [[nodiscard]] std::string operator()(Tone tone, std::string_view text) const;

 private:
  bool on_;
};

/// Colour on this descriptor: `when`, else only on a terminal, and not with NO_COLOR or TERM=dumb.
[[nodiscard]] Paint paint_for(int fd, ColorWhen when);

/// Columns of the terminal on `fd` (its size, else $COLUMNS, else 80); nothing when it is none.
[[nodiscard]] std::optional<std::size_t> terminal_columns(int fd);

/// The reader of standard output went away: no error to speak of, and nothing more to do.
struct ReaderGone {};

/// Standard output, buffered. A failed write is an error: output that was lost is not a success.
class Output {
 public:
  explicit Output(int fd) : fd_(fd) {}
  ~Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  /// @throws Error{failed}, ReaderGone
  void write(std::string_view text);
  void line(std::string_view text);
  void flush();
  /// Takes back what was written so far. @return false when some of it has left already
  [[nodiscard]] bool discard();

 private:
  int fd_;
  std::string buffer_;
  bool has_left_ = false;
};

/// Standard error: what is said to the person. Texts are made printable here; writing never fails, since
/// there would be nobody to tell.
class Messages {
 public:
  explicit Messages(int fd) : fd_(fd), paint_(paint_for(fd, ColorWhen::automatic)) {}

  void set_color(ColorWhen when) { paint_ = paint_for(fd_, when); }
  void set_quiet(bool quiet) { quiet_ = quiet; }

  /// "csb: error: …", and its hint on lines of their own below.
  void error(std::string_view what, std::string_view hint = {});
  /// "csb: problem: …" or "csb: note: …"; notes are left out when quiet.
  void problem(const Problem& problem);
  /// All of them: every problem, and the first few notes.
  void problems(const std::vector<Problem>& problems);
  /// "csb: …", left out when quiet.
  void note(std::string_view text);

 private:
  void write(std::string_view text) const;
  void write_hint(std::string_view hint) const;

  int fd_;
  Paint paint_;
  bool quiet_ = false;
};

}  // namespace csb::cli
