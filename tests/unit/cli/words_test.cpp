#include "csb/cli/words.hpp"

#include <cstdlib>

#include "support/catch.hpp"

using namespace csb::cli;

TEST_CASE("paths in a text are shortened where they begin") {
  const std::string home = std::getenv("HOME");
  CHECK(with_tildes("in " + home + "/a, '" + home + "/b' and /x" + home + "/c") ==
        "in ~/a, '~/b' and /x" + home + "/c");
  CHECK(with_tildes("nothing") == "nothing");
}

TEST_CASE("numbers and lists read well") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
  CHECK(counted(1, "file") == "1 file");
  CHECK(counted(1600, "file") == "1,600 files");
  CHECK(counted(2, "deleted session matches", "deleted sessions match") == "2 deleted sessions match");
  CHECK(joined({}).empty());
  CHECK(joined({"a"}) == "a");
  CHECK(joined({"a", "b", "c"}) == "a, b and c");
  CHECK(duration(7'400'000) == "7 ms");
  CHECK(duration(3'400'000'000) == "3.4 s");
  CHECK(duration(125'000'000'000) == "2 min 5 s");
}

TEST_CASE("paths and commands can be pasted back") {
  ::setenv("HOME", "/home/ada", 1);
  CHECK(with_tilde("/home/ada/src") == "~/src");
  CHECK(with_tilde("/home/ada") == "~");
  CHECK(with_tilde("/home/adam/src") == "/home/adam/src");
  CHECK(shell_word("/home/ada/src") == "/home/ada/src");
  CHECK(shell_word("a b") == "'a b'");
  CHECK(shell_word("it's $(x)") == "'it'\\''s $(x)'");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("~/x") == "'~/x'");
}

TEST_CASE("lines are broken between words") {
  CHECK(wrapped("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(wrapped("incomprehensible", 5) == std::vector<std::string>{"incomprehensible"});
  CHECK(wrapped("", 5) == std::vector<std::string>{""});
}

TEST_CASE("a slip of the finger is recognised") {
  CHECK(edit_distance("list", "lsit") == 1);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("restore", "restor") == 1);
  const std::vector<std::string> names{"backup", "list", "log", "restore", "status"};
  CHECK(nearest("lsit", names) == "list");
  CHECK(nearest("restroe", names) == "restore");
  CHECK(nearest("stat", names) == "status");
  CHECK(nearest("BACKUP", names) == "backup");
  CHECK(nearest("zebra", names).empty());
}
