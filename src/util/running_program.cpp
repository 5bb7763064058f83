#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "child.hpp"
#include "csb/util/error.hpp"
#include "csb/util/program.hpp"

namespace csb {
namespace {

// Set once, before any thread. NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
unsigned file_mode_mask = 022;

/// From here on as csb was started; only what may be called between fork and exec.
void undo_own_ways() {
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGXFSZ, SIG_DFL);
  ::umask(static_cast<mode_t>(file_mode_mask));
}

std::vector<char*> pointers(const std::string& path, const std::vector<std::string>& arguments) {
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  return argv;
}

}  // namespace

void remember_file_mode_mask(unsigned mask) { file_mode_mask = mask; }

unsigned usual_file_mode_mask() { return file_mode_mask; }

void become_program(const std::string& path, const std::vector<std::string>& arguments,
                    const std::string& directory, const EnvironmentChanges& environment) {
  if (!directory.empty() && ::chdir(directory.c_str()) != 0)
    throw errno_error("cannot go to '" + directory + "'", errno);
  if (!directory.empty()) ::setenv("PWD", directory.c_str(), 1);
  for (const auto& [name, value] : environment) {
    if (value.empty())
      ::unsetenv(name.c_str());
    else
      ::setenv(name.c_str(), value.c_str(), 1);
  }
  const std::vector<char*> argv = pointers(path, arguments);
  undo_own_ways();
  ::execv(path.c_str(), argv.data());
  const int error = errno;
  ::signal(SIGPIPE, SIG_IGN);
  throw errno_error("cannot start '" + path + "'", error);
}

RunningProgram::RunningProgram(const std::string& path, const std::vector<std::string>& arguments,
                               bool feed) {
  Pipe input = feed ? make_pipe() : Pipe{};
  Pipe failure = make_pipe();  // closes when the program begins; before that it tells why it could not
  const std::vector<char*> argv = pointers(path, arguments);
  pid_ = fork_or_throw();  // NOLINT(cppcoreguidelines-prefer-member-initializer): after the pipes
  if (pid_ == 0) {
    undo_own_ways();
    if (!feed || ::dup2(input.read.get(), STDIN_FILENO) >= 0) ::execv(path.c_str(), argv.data());
    const int error = errno;
    static_cast<void>(::write(failure.write.get(), &error, sizeof error) == sizeof error);
    ::_exit(127);
  }
  input_ = std::move(input.write);
  on_interrupt_ = ::signal(SIGINT, SIG_IGN);
  on_quit_ = ::signal(SIGQUIT, SIG_IGN);
  failure.write.reset();
  int error = 0;
  while (::read(failure.read.get(), &error, sizeof error) < 0 && errno == EINTR) continue;
  if (error == 0) return;
  wait();
  throw errno_error("cannot start '" + path + "'", error);
}

RunningProgram::~RunningProgram() { wait(); }

bool RunningProgram::write(std::string_view text) {
  while (!text.empty() && input_) {
    const ssize_t n = ::write(input_.get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      input_.reset();
    else
      text.remove_prefix(static_cast<std::size_t>(n));
  }
  return static_cast<bool>(input_);
}

int RunningProgram::wait() {
  input_.reset();
  if (pid_ < 0) return 0;
  const int status = wait_for(pid_);
  pid_ = -1;
  ::signal(SIGINT, on_interrupt_);
  ::signal(SIGQUIT, on_quit_);
  return status;
}

}  // namespace csb
