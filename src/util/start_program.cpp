#include "csb/util/start_program.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "csb/util/error.hpp"

namespace csb {
namespace {

unsigned file_mode_mask = 022;

bool is_executable(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

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

std::string locate_program(const std::string& name) {
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) return is_executable(name) ? name : std::string();
  const char* variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
  while (!path.empty()) {
    const auto end = std::min(path.find(':'), path.size());
    const std::string candidate = std::string(path.substr(0, end)) + "/" + name;
    if (candidate.front() == '/' && is_executable(candidate)) return candidate;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return {};
}

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
  // The second pipe closes when the program begins; before that it tells why it could not.
  int input[2] = {-1, -1}, failure[2] = {-1, -1};
  if ((feed && ::pipe2(input, O_CLOEXEC) != 0) || ::pipe2(failure, O_CLOEXEC) != 0)
    throw errno_error("cannot make a pipe", errno);
  const Fd read_input(input[0]), read_failure(failure[0]);
  Fd write_failure(failure[1]);
  input_ = Fd(input[1]);
  const std::vector<char*> argv = pointers(path, arguments);
  pid_ = ::fork();
  if (pid_ < 0) throw errno_error("cannot start '" + path + "'", errno);
  if (pid_ == 0) {
    undo_own_ways();
    if (!feed || ::dup2(read_input.get(), STDIN_FILENO) >= 0) ::execv(path.c_str(), argv.data());
    const int error = errno;
    static_cast<void>(::write(write_failure.get(), &error, sizeof error) == sizeof error);
    ::_exit(127);
  }
  on_interrupt_ = ::signal(SIGINT, SIG_IGN);
  on_quit_ = ::signal(SIGQUIT, SIG_IGN);
  write_failure.reset();
  int error = 0;
  while (::read(read_failure.get(), &error, sizeof error) < 0 && errno == EINTR) continue;
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
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
  pid_ = -1;
  ::signal(SIGINT, on_interrupt_);
  ::signal(SIGQUIT, on_quit_);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace csb
