#include "csb/cli/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "csb/cli/exit_status.hpp"
#include "csb/cli/progress.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/text.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::cli;

TEST_CASE("output that is lost is an error; a reader that leaves is none") {
  Output full(open_at(AT_FDCWD, "/dev/full", O_WRONLY).release());
  full.write("text");
  CHECK_THROWS_AS(full.flush(), Error);

  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  ::close(ends[0]);
  Output pipe(ends[1]);
  pipe.write("text");
  CHECK_THROWS_AS(pipe.flush(), ReaderGone);
}

TEST_CASE("messages are printable, hints have a line each, quiet keeps errors") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  Messages messages(ends[1]);
  messages.error("bad \x1b[2J", "one\ntwo");
  messages.set_quiet(true);
  messages.note("left out");
  messages.problem({Problem::Severity::note, "p", "left out", ""});
  messages.problem({Problem::Severity::not_saved, "a\nb", "unreadable", "chmod"});
  ::close(ends[1]);
  std::string said(4096, '\0');
  said.resize(static_cast<std::size_t>(::read(ends[0], said.data(), said.size())));
  CHECK(said ==
        "csb: error: bad \\x1b[2J\n  hint: one\n        two\n"
        "csb: problem: a b: unreadable\n  hint: chmod\n");
}

TEST_CASE("every error has its exit status") {
  CHECK(exit_status(ErrorCode::failed) == 1);
  CHECK(exit_status(ErrorCode::usage) == 2);
  CHECK(exit_status(ErrorCode::ambiguous) == 2);
  CHECK(exit_status(ErrorCode::not_found) == 4);
  CHECK(exit_status(ErrorCode::unauthorized) == 5);
  CHECK(exit_status(ErrorCode::rate_limited) == 6);
  CHECK(exit_status(ErrorCode::busy) == 11);
  CHECK(exit_status(ErrorCode::refused) == 12);
  CHECK(exit_status(ErrorCode::interrupted) == 130);
}

TEST_CASE("the progress bar fits any width") {
  using Unit = Progress::Unit;
  CHECK(draw_bar("Work", Unit::objects, 50, 200, 60) ==
        "Work  [########                          ]   25 %  50 of 200");
  for (const std::size_t columns : {1U, 10U, 30U, 80U, 300U})
    CHECK(display_width(draw_bar("Backing up", Unit::bytes, 7'000'000, 9'000'000, columns)) <= columns);
  CHECK(draw_bar("Work", Unit::objects, 5, 0, 60) == "Work  5");
  CHECK(draw_bar("Work", Unit::objects, 9, 3, 60).find("100 %  3 of 3") != std::string::npos);
}
