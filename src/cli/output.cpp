#include "csb/cli/output.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{64} << 10;

const char* escape_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::bold:
      return "\x1b[1m";
    case Tone::dim:
      return "\x1b[2m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::accent:
      return "\x1b[36m";
  }
  return "";
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

/// write(2) of everything. @return 0 or errno
int write_whole(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

}  // namespace

std::string Paint::operator()(Tone tone, std::string_view text) const {
  if (!on_ || tone == Tone::plain || text.empty()) return std::string(text);
  return escape_of(tone) + std::string(text) + "\x1b[0m";
}

Paint paint_for(int fd, ColorWhen when) {
  if (when != ColorWhen::automatic) return Paint(when == ColorWhen::always);
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::strcmp(term, "dumb") == 0;
  return Paint(::isatty(fd) == 1 && !is_set("NO_COLOR") && !dumb);
}

std::optional<std::size_t> terminal_columns(int fd) {
  if (::isatty(fd) != 1) return std::nullopt;
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  std::size_t columns = 0;
  if (const char* given = std::getenv("COLUMNS")) std::from_chars(given, given + std::strlen(given), columns);
  return columns > 0 ? columns : 80;
}

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::line(std::string_view text) {
  buffer_ += text;
  write("\n");
}

bool Output::discard() {
  buffer_.clear();
  return !has_left_;
}

void Output::flush() {
  has_left_ = has_left_ || !buffer_.empty();
  const int error = write_whole(fd_, buffer_);
  buffer_.clear();
  if (error == EPIPE) throw ReaderGone();
  if (error != 0) throw errno_error("cannot write to standard output", error);
}

void Messages::write(std::string_view text) const { static_cast<void>(write_whole(fd_, text)); }

void Messages::write_hint(std::string_view hint) const {
  std::string lead = "  " + paint_(Tone::accent, "hint:") + " ";
  while (!hint.empty()) {
    const auto end = std::min(hint.find('\n'), hint.size());
    write(lead + printable(hint.substr(0, end)) + "\n");
    lead = "        ";
    hint.remove_prefix(std::min(end + 1, hint.size()));
  }
}

void Messages::error(std::string_view what, std::string_view hint) {
  write("csb: " + paint_(Tone::bad, "error:") + " " + printable(what) + "\n");
  write_hint(hint);
}

void Messages::problem(const Problem& problem) {
  const bool serious = problem.severity == Problem::Severity::not_saved;
  if (quiet_ && !serious) return;
  std::string text =
      "csb: " + (serious ? paint_(Tone::bad, "problem:") : paint_(Tone::accent, "note:")) + " ";
  if (!problem.path.empty()) text += printable(problem.path) + ": ";
  write(text + printable(problem.what) + "\n");
  write_hint(problem.hint);
}

void Messages::problems(const std::vector<Problem>& problems) {
  constexpr std::size_t kNotes = 5;  // what is only worth knowing must not drown what is wrong
  std::size_t notes = 0;
  for (const Problem& each : problems)
    if (each.severity == Problem::Severity::not_saved || ++notes <= kNotes) problem(each);
  if (notes > kNotes) note("and " + std::to_string(notes - kNotes) + " more notes; --json has them all");
}

void Messages::note(std::string_view text) {
  if (!quiet_) write("csb: " + printable(text) + "\n");
}

}  // namespace csb::cli
