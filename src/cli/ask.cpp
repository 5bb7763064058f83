#include "csb/cli/ask.hpp"

#include <unistd.h>

#include <cerrno>

#include "csb/cli/output.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

/// One line of standard input, without its end. @throws Error{interrupted} when there is none
std::string read_answer() {
  std::string line;
  for (;;) {
    char c = 0;
    const ssize_t n = ::read(STDIN_FILENO, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw Error(ErrorCode::interrupted, "no answer: the input has ended");
    if (c == '\n') return line;
    if (line.size() < 1000) line += c;
  }
}

}  // namespace

bool can_ask() { return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1; }

bool confirm(const std::string& question, bool fallback) {
  for (;;) {
    const std::string shown = printable(question) + (fallback ? " [Y/n] " : " [y/N] ");
    write_all(STDERR_FILENO, as_bytes(shown), "the terminal");
    const std::string answer = ascii_lower(read_answer());
    if (answer.empty()) return fallback;
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
}

}  // namespace csb::cli
