#include "key_command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "csb/source/claude_ai/secret.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"

extern char** environ;  // NOLINT: POSIX declares it nowhere

namespace csb::claude_ai {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kPatience = std::chrono::seconds(60);
constexpr std::size_t kMaxOutput = 4096;

/// A child that is ended and waited for, whatever happens.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    (void)wait();
  }
  /// @return its exit status; 128 and more for a signal
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_;
};

pid_t spawn(const std::vector<std::string>& words, int output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw Error(ErrorCode::unauthorized,
                errno_error("cannot run '" + words[0] + "' for the key", error).what());
  return pid;
}

}  // namespace

std::string run_key_command(const std::vector<std::string>& words) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw errno_error("cannot make a pipe", errno);
  const Fd reading(ends[0]);
  Fd writing(ends[1]);
  Child child(spawn(words, writing.get()));
  writing.reset();
  std::string output;
  output.reserve(2 * kMaxOutput);
  const auto deadline = Clock::now() + kPatience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd waited{reading.get(), POLLIN, 0};
    const int ready = left <= 0 ? 0 : ::poll(&waited, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR)
      throw Error(ErrorCode::interrupted, "interrupted while '" + words[0] + "' ran for the key");
    if (ready <= 0)
      throw Error(ErrorCode::unauthorized, "'" + words[0] + "' did not give the key within a minute");
    std::array<char, 1024> buffer{};
    const ssize_t got = ::read(reading.get(), buffer.data(), buffer.size());
    if (got <= 0) break;
    if (output.size() < kMaxOutput) output.append(buffer.data(), static_cast<std::size_t>(got));
    std::memset(buffer.data(), 0, buffer.size());
  }
  if (const int status = child.wait(); status != 0) {
    wipe(output);
    throw Error(ErrorCode::unauthorized,
                "'" + words[0] + "' ended with status " + std::to_string(status) + " and gave no key");
  }
  std::string line = output.substr(0, output.find('\n'));
  wipe(output);
  return line;
}

}  // namespace csb::claude_ai
