#include "csb/util/process.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLong{60'000};

/// Waits until the file is there. @return its content
std::string wait_for(const std::string& path) {
  for (int i = 0; i < 2'000 && !fs::exists(path); ++i) std::this_thread::sleep_for(milliseconds(10));
  return read_file(path);
}

std::string here() { return fs::real_path("."); }

}  // namespace

TEST_CASE("what a child answers comes back") {
  CHECK(run_in_child(kLong, [] { return std::string("done"); }) == "done");
  CHECK(run_in_child(kLong, [] { return std::string(100'000, 'x'); }).size() == 65'536);
  CHECK(run_in_child(kLong, [] { return getpid() == getsid(0) ? std::string("own session") : ""; }) ==
        "own session");
}

TEST_CASE("a child that fails or crashes is no concern of this process") {
  CHECK(run_in_child(kLong, []() -> std::string { throw std::runtime_error("no"); }).empty());
  CHECK(run_in_child(kLong, []() -> std::string { throw 7; }).empty());
  CHECK(run_in_child(kLong, []() -> std::string {
          ::raise(SIGKILL);
          return "never";
        }).empty());
}

TEST_CASE("a child that hangs is left behind, and goes on") {
  const std::string mark = here() + "/went-on";
  const auto answer = run_in_child(milliseconds(50), [&] {
    std::this_thread::sleep_for(milliseconds(500));
    fs::replace_file(mark, "yes");
    return std::string("late");
  });
  CHECK(answer.empty());
  CHECK_FALSE(fs::exists(mark));
  CHECK(wait_for(mark) == "yes");
}

TEST_CASE("a detached process has a session, a directory and descriptors of its own, and yields") {
  const std::string mark = here() + "/detached";
  const Fd held = open_at(AT_FDCWD, ".", O_RDONLY);
  const pid_t parent = getpid();
  const pid_t session = getsid(0);
  start_detached([&] {
    std::string said = getsid(0) != session && getppid() != parent ? "apart" : "together";
    said += fs::real_path(".") == "/" ? ", at the root" : ", elsewhere";
    said += ::fcntl(held.get(), F_GETFD) < 0 ? ", lets go" : ", holds on";
    struct stat null {
    }, out{};
    ::stat("/dev/null", &null);
    ::fstat(STDOUT_FILENO, &out);
    said += null.st_rdev == out.st_rdev ? ", silent" : ", loud";
    said += ::getpriority(PRIO_PROCESS, 0) >= 5 ? ", yields" : ", pushes";
    fs::replace_file(mark, said);
  });
  CHECK(wait_for(mark) == "apart, at the root, lets go, silent, yields");
}

TEST_CASE("a detached process ends at SIGTERM, whatever the one before it made of that") {
  const std::string mark = here() + "/signal";
  const auto before = std::signal(SIGTERM, SIG_IGN);
  start_detached(
      [&] { fs::replace_file(mark, std::signal(SIGTERM, SIG_IGN) == SIG_DFL ? "ends" : "stays"); });
  std::signal(SIGTERM, before);
  CHECK(wait_for(mark) == "ends");
}

TEST_CASE("a detached process that throws ends quietly") {
  const std::string mark = here() + "/thrown";
  start_detached([&] {
    fs::replace_file(mark, "x");
    throw std::runtime_error("nobody hears this");
  });
  CHECK(wait_for(mark) == "x");
}
