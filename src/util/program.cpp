#include "csb/util/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "child.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"

// <unistd.h> has it on some systems only.
// NOLINTNEXTLINE(readability-redundant-declaration, cppcoreguidelines-avoid-non-const-global-variables)
extern char** environ;

namespace csb {
namespace {

using Clock = std::chrono::steady_clock;

/// What posix_spawn wants of an environment.
std::vector<std::string> environment_of(const ProgramOptions& options) {
  std::vector<std::string> lines;
  if (options.environment) {
    for (const auto& [name, value] : *options.environment) lines.push_back(name + "=" + value);
  } else {
    for (char** at = environ; at != nullptr && *at != nullptr; ++at) lines.emplace_back(*at);
  }
  for (const auto& [name, value] : options.variables) {
    const std::string begin = name + "=";
    std::erase_if(lines, [&](const std::string& line) { return line.starts_with(begin); });
    lines.push_back(begin + value);
  }
  return lines;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

struct SpawnSetup {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
  SpawnSetup() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
};

/// @return the child, or 0 with errno set
pid_t spawn(std::vector<std::string> command, const ProgramOptions& options,
            const std::array<int, 3>& streams) {
  SpawnSetup setup;
  short flags = POSIX_SPAWN_SETSIGDEF;
  if (!options.on_terminal) {
    for (int i = 0; i < 3; ++i)
      ::posix_spawn_file_actions_adddup2(&setup.actions, streams[static_cast<std::size_t>(i)], i);
    flags = static_cast<short>(flags | POSIX_SPAWN_SETPGROUP);  // so that all it starts can be killed
    ::posix_spawnattr_setpgroup(&setup.attributes, 0);
  }
  sigset_t defaults;  // csb ignores these; other programs expect them to be as usual
  ::sigemptyset(&defaults);
  ::sigaddset(&defaults, SIGPIPE);
  ::sigaddset(&defaults, SIGXFSZ);
  ::posix_spawnattr_setsigdefault(&setup.attributes, &defaults);
  ::posix_spawnattr_setflags(&setup.attributes, flags);
  std::vector<std::string> lines = environment_of(options);
  pid_t child = 0;
  const mode_t own_mask = options.file_modes_as_usual ? ::umask(usual_file_mode_mask()) : 0;
  const int error = ::posix_spawnp(&child, command.front().c_str(), &setup.actions, &setup.attributes,
                                   pointers_to(command).data(), pointers_to(lines).data());
  if (options.file_modes_as_usual) ::umask(own_mask);
  errno = error;
  return error == 0 ? child : 0;
}

/// Feeds and drains the child until it has closed both its outputs, or the deadline. @return false for that
class Streams {
 public:
  Streams(Fd in, Fd out, Fd err, const ProgramOptions& options)
      : in_(std::move(in)), out_(std::move(out)), err_(std::move(err)), options_(options) {
    ::fcntl(in_.get(), F_SETFL, O_NONBLOCK);
    if (options.input.empty()) in_.reset();
  }

  bool pump(Clock::time_point deadline, ProgramResult& result) {
    while (out_ || err_) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
      if (left <= 0) return false;
      std::array<pollfd, 3> wanted{
          {{in_.get(), POLLOUT, 0}, {out_.get(), POLLIN, 0}, {err_.get(), POLLIN, 0}}};
      if (::poll(wanted.data(), wanted.size(), static_cast<int>(std::min<std::int64_t>(left, 1'000))) < 0 &&
          errno != EINTR)
        return false;
      if (wanted[0].revents != 0) feed();
      if (wanted[1].revents != 0) drain(out_, result.out);
      if (wanted[2].revents != 0) drain(err_, result.err);
    }
    return true;
  }

 private:
  void feed() {
    const ssize_t n = ::write(in_.get(), options_.input.data() + fed_, options_.input.size() - fed_);
    if (n > 0) fed_ += static_cast<std::size_t>(n);
    const bool go_on = n >= 0 || errno == EAGAIN || errno == EINTR;
    if (!go_on || fed_ == options_.input.size()) in_.reset();
  }

  void drain(Fd& fd, std::string& into) const {
    std::array<char, 16384> buffer{};
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) return;
    if (n <= 0) return fd.reset();
    into.append(buffer.data(), std::min(static_cast<std::size_t>(n),
                                        options_.limit - std::min(options_.limit, into.size())));
  }

  Fd in_, out_, err_;
  const ProgramOptions& options_;
  std::size_t fed_ = 0;
};

/// Waits for a child that has closed its outputs, but no longer than the deadline.
void finish(pid_t child, Clock::time_point deadline, ProgramResult& result) {
  int status = 0;
  while (!result.timed_out) {
    const pid_t ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) {
      result.status = exit_status_of(status);
      return;
    }
    if (ended < 0 && errno != EINTR) return;
    if (Clock::now() >= deadline) result.timed_out = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ::kill(-child, SIGKILL);
  ::kill(child, SIGKILL);
  result.status = wait_for(child);
}

}  // namespace

std::string ProgramResult::complaint() const {
  for (const std::string* text : {&err, &out}) {
    std::string line = *text;
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.pop_back();
    std::replace(line.begin(), line.end(), '\n', ' ');
    if (!line.empty()) return line.substr(0, 500);
  }
  if (timed_out) return "it did not end in time";
  return "it ended with status " + std::to_string(status);
}

ProgramResult run_program(const std::vector<std::string>& command, const ProgramOptions& options) {
  ProgramResult result;
  const auto deadline = Clock::now() + options.timeout;
  Pipe in = make_pipe(), out = make_pipe(), err = make_pipe();
  const pid_t child = spawn(command, options, {in.read.get(), out.write.get(), err.write.get()});
  if (child == 0) {
    if (errno == EAGAIN || errno == ENOMEM)
      throw errno_error("cannot start '" + command.front() + "'", errno);
    result.status = 127;
    result.err = errno_error("cannot start '" + command.front() + "'", errno).what();
    return result;
  }
  if (options.on_terminal) {
    result.status = wait_for(child);
    return result;
  }
  in.read.reset();
  out.write.reset();
  err.write.reset();
  Streams streams(std::move(in.write), std::move(out.read), std::move(err.read), options);
  result.timed_out = !streams.pump(deadline, result);
  finish(child, deadline, result);
  return result;
}

}  // namespace csb
