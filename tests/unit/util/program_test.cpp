#include "csb/util/program.hpp"

#include <csignal>

#include "support/catch.hpp"

using namespace csb;
using namespace std::chrono_literals;

TEST_CASE("a program reads, writes and ends") {
  const ProgramResult done =
      run_program({"sh", "-c", "cat; echo oops >&2; exit 7"}, {.input = std::string(300'000, 'x')});
  CHECK(done.status == 7);
  CHECK(done.out == std::string(300'000, 'x'));
  CHECK(done.err == "oops\n");
  CHECK_FALSE(done.ok());
  CHECK(done.complaint() == "oops");
}

TEST_CASE("a program that does not read its input is no trouble") {
  std::signal(SIGPIPE, SIG_IGN);
  CHECK(run_program({"true"}, {.input = std::string(1'000'000, 'x')}).ok());
  CHECK(run_program({"sh", "-c", "exec 0<&-; echo done"}, {.input = std::string(1'000'000, 'x')}).out ==
        "done\n");
}

TEST_CASE("a program that cannot be started says so") {
  const ProgramResult none = run_program({"/no/such/program"});
  CHECK(none.status == 127);
  CHECK(none.complaint().find("/no/such/program") != std::string::npos);
  CHECK(run_program({"sh", "-c", "kill -9 $$"}).status == 137);
}

TEST_CASE("a program that hangs is killed, with what it started") {
  const auto begun = std::chrono::steady_clock::now();
  const ProgramResult hung = run_program({"sh", "-c", "sleep 100 & sleep 100"}, {.timeout = 200ms});
  CHECK(hung.timed_out);
  CHECK_FALSE(hung.ok());
  // One that closed its outputs too.
  CHECK(run_program({"sh", "-c", "exec >&- 2>&-; sleep 100"}, {.timeout = 200ms}).timed_out);
  CHECK(std::chrono::steady_clock::now() - begun < 50s);
}

TEST_CASE("output is bounded, the environment is as told") {
  CHECK(run_program({"sh", "-c", "head -c 1000000 /dev/zero"}, {.limit = 1000}).out.size() == 1000);
  CHECK(run_program({"/usr/bin/env"}, {.environment = {{{"A", "1"}}}, .variables = {{"B", "2"}}}).out ==
        "A=1\nB=2\n");
  CHECK(run_program({"sh", "-c", "echo $HOME"}, {.variables = {{"HOME", "/x y"}}}).out == "/x y\n");
}

TEST_CASE("programs are found on the PATH") {
  CHECK(locate_program("sh").starts_with('/'));
  CHECK(locate_program("no-such-program-here").empty());
  CHECK(own_program("no-such-program-here").find("unit_util") != std::string::npos);
}
