#include "csb/util/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "child.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"

namespace csb {
namespace {

using Clock = std::chrono::steady_clock;

/// Enough to let a person's programs go first, and not to starve beside them.
constexpr int kNiceness = 5;
constexpr std::size_t kAnswerLimit = std::size_t{64} << 10;

void close_from(int first) {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0) return;
#endif
  const long open_max = ::sysconf(_SC_OPEN_MAX);
  for (long fd = first; fd < std::clamp(open_max, 256L, 65'536L); ++fd) ::close(static_cast<int>(fd));
}

/// Nothing of the process that started this one is held on to: no file, no pipe, no mounted directory.
void let_go_of_everything() {
  const int null = ::open("/dev/null", O_RDWR);
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, fd);
  close_from(STDERR_FILENO + 1);
  if (::chdir("/") != 0) ::_exit(1);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGTERM, SIG_DFL);
}

/// What a child is for. What is thrown is said by the exit status, and to nobody else.
[[noreturn]] void do_and_end(const std::function<void()>& work) {
  int status = 1;
  try {
    work();
    status = 0;
  } catch (...) {  // NOLINT(bugprone-empty-catch): see above
  }
  ::_exit(status);
}

/// What arrives until the other end is closed. @return false when the deadline came first
bool read_to_end(int fd, Clock::time_point deadline, std::string& text) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wanted{fd, POLLIN, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready == 0) return false;
    if (ready < 0 && errno == EINTR) continue;
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    text.append(buffer.data(), std::min(static_cast<std::size_t>(n), kAnswerLimit - text.size()));
  }
}

}  // namespace

std::string run_in_child(std::chrono::milliseconds deadline, const std::function<std::string()>& work) {
  const auto until = Clock::now() + deadline;
  Pipe answer = make_pipe();
  const pid_t child = fork_or_throw();
  if (child == 0)
    do_and_end([&] {
      answer.read.reset();
      ::setsid();
      write_all(answer.write.get(), as_bytes(work()), "the answer of a child");
    });
  answer.write.reset();
  std::string text;
  if (!read_to_end(answer.read.get(), until, text)) return {};
  wait_for(child);
  return text;
}

void leave_to_child(const std::function<void()>& work) {
  const pid_t child = fork_or_throw();
  if (child == 0)
    do_and_end([&] {
      ::setsid();  // refused when this process was faster: the child leads a group then, which is as good
      work();
    });
  ::setpgid(child, child);
}

void start_detached(const std::function<void()>& work) {
  // The child in between ends at once, so that the one that works has no parent to be a zombie of.
  Pipe started = make_pipe();
  const pid_t between = fork_or_throw();
  if (between == 0) {
    ::setsid();
    const pid_t worker = ::fork();
    if (worker != 0) ::_exit(worker < 0 ? 1 : 0);
    (void)!::write(started.write.get(), "", 1);
    let_go_of_everything();
    ::setpriority(PRIO_PROCESS, 0, std::max(::getpriority(PRIO_PROCESS, 0), kNiceness));
    do_and_end(work);
  }
  started.write.reset();
  char byte = 0;
  ssize_t n = 0;
  while ((n = ::read(started.read.get(), &byte, 1)) < 0 && errno == EINTR) {
  }
  wait_for(between);
  if (n != 1) throw Error(ErrorCode::failed, "cannot start a process to hand the work over to");
}

}  // namespace csb
