#include "csb/source/claude_ai/key.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "browser_key.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "key_command.hpp"

namespace csb::claude_ai {
namespace {

constexpr const char* kVariable = "CLAUDE_SESSION_KEY";
constexpr std::size_t kMaxSource = 4096;  ///< bytes of a file, of standard input
constexpr std::size_t kMinKey = 20, kMaxKey = 1024;

/// No core dump, and no other program of the person's may look into this one.
void protect_process() {
  const rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
#ifdef __linux__
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

/// The variable's value; afterwards neither this process's environment (which others can read in /proc) nor
/// that of any child has it.
std::string take_variable() {
  char* value = std::getenv(kVariable);  // NOLINT(concurrency-mt-unsafe): no other thread reads it
  if (value == nullptr) return {};
  std::string text = value;
  for (volatile char* byte = value; *byte != '\0'; ++byte) *byte = '\0';
  ::unsetenv(kVariable);
  return text;
}

std::string read_at_most(int fd, const std::string& what) {
  std::string text;
  text.reserve(kMaxSource + 2);
  for (;;) {
    std::array<char, 512> buffer{};
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw errno_error("cannot read the key from " + what, errno);
    if (got == 0) return text;
    if (text.size() + static_cast<std::size_t>(got) > kMaxSource) {
      wipe(text);
      throw Error(ErrorCode::unauthorized, what + " holds more than a key");
    }
    text.append(buffer.data(), static_cast<std::size_t>(got));
    std::memset(buffer.data(), 0, buffer.size());
  }
}

std::string read_key_file(const std::string& path) {
  const std::string what = "the key file '" + path + "'";
  const Fd file = open_at(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!file && errno == ELOOP)
    throw Error(ErrorCode::unauthorized, what + " is a symbolic link", "name the file itself");
  if (!file) throw Error(ErrorCode::unauthorized, errno_error("cannot open " + what, errno).what());
  struct stat st {};
  if (::fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode))
    throw Error(ErrorCode::unauthorized, what + " is no regular file");
  if (st.st_uid != ::geteuid()) throw Error(ErrorCode::unauthorized, what + " belongs to somebody else");
  if ((st.st_mode & 077) != 0)
    throw Error(ErrorCode::unauthorized, what + " can be read by others", "run: chmod 600 '" + path + "'");
  return read_at_most(file.get(), what);
}

bool is_key_character(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '-';
}

}  // namespace

Secret checked_key(std::string text, const std::string& origin) {
  constexpr std::string_view kSpace = " \t\r\n";
  constexpr std::string_view kName = "sessionKey=";
  std::string_view rest = text;
  rest.remove_prefix(std::min(rest.find_first_not_of(kSpace), rest.size()));
  rest = rest.substr(0, rest.find_last_not_of(kSpace) + 1);
  if (rest.starts_with(kName)) rest.remove_prefix(kName.size());
  bool good = rest.size() >= kMinKey && rest.size() <= kMaxKey;
  for (const char c : rest) good = good && is_key_character(c);
  Secret key{std::string(rest)};
  wipe(text);
  if (!good)
    throw Error(ErrorCode::unauthorized, "what " + origin + " gives is no session key",
                "it is the value of claude.ai's cookie 'sessionKey', which begins with sk-ant-sid");
  return key;
}

Secret read_key(KeySources sources) {
  protect_process();
  std::string variable = take_variable();
  if (sources.from_stdin) {
    wipe(variable);
    return checked_key(read_at_most(STDIN_FILENO, "standard input"), "standard input");
  }
  if (!sources.browser.empty()) {
    wipe(variable);
    return checked_key(read_browser_key(sources.browser), "the browser");
  }
  if (sources.from_environment && !variable.empty()) return checked_key(std::move(variable), kVariable);
  if (!sources.file.empty())
    return checked_key(read_key_file(sources.file), "the key file '" + sources.file + "'");
  if (!sources.command.empty())
    return checked_key(run_key_command(sources.command), "the command '" + sources.command.front() + "'");
  throw Error(ErrorCode::unauthorized, "there is no session key to fetch chats with",
              "give it by --key-stdin, CLAUDE_SESSION_KEY, --key-file, the settings chats.keyFile or "
              "chats.keyCommand, "
              "or --from-browser; or import the official export: 'csb chats import'");
}

std::vector<std::string> split_command(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      word += text[++i];
      in_word = true;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
      in_word = true;
    } else if (quote != 0 && c == quote) {
      quote = 0;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) throw Error(ErrorCode::usage, "the setting chats.keyCommand has a quote that does not end");
  if (in_word) words.push_back(word);
  return words;
}

}  // namespace csb::claude_ai
