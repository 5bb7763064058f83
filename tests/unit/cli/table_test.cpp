#include "csb/cli/table.hpp"

#include "csb/util/text.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::cli;
using Lines = std::vector<std::string>;

TEST_CASE("columns are aligned, numbers to the right, without trailing spaces") {
  const std::vector<Column> columns{{"NAME"}, {"SIZE", true}, {"STATE"}};
  CHECK(lay_out(columns, {{{"a"}, {"12"}, {"live"}}, {{"long"}, {"1,234"}, {""}}}, {}, Paint()) ==
        Lines{"NAME   SIZE  STATE", "a        12  live", "long  1,234"});
  CHECK(lay_out({{""}, {""}}, {{{"x"}, {"y"}}}, {}, Paint()) == Lines{"x  y"});
  CHECK(lay_out({{""}, {"", true}, {""}}, {{{"x"}, {""}, {"z"}}, {{"x"}, {"10"}, {"z"}}}, {}, Paint()) ==
        Lines{"x      z", "x  10  z"});
}

TEST_CASE("a line that is too long is cut in its widest column, and only where that is allowed") {
  const std::vector<Column> columns{
      {"", false, Column::Cut::end, 4}, {"", false, Column::Cut::start, 4}, {""}};
  const std::vector<std::vector<Cell>> rows{{{"a very long title"}, {"/home/ada/src/webapp"}, {"id"}}};
  const std::string line = lay_out(columns, rows, 30, Paint()).front();
  CHECK(display_width(line) <= 30);
  CHECK(line == "a very long…  …/src/webapp  id");
  CHECK(lay_out(columns, rows, {}, Paint()).front() == "a very long title  /home/ada/src/webapp  id");
  CHECK(lay_out(columns, rows, 3, Paint()).front() == "a v…  …app  id");  // the minimum stays
}

TEST_CASE("wide characters count two columns; control characters never get through") {
  const Lines lines = lay_out({{""}, {""}}, {{{"日本"}, {"x"}}, {{"a\x1b[2Jb"}, {"y"}}}, {}, Paint());
  CHECK(lines[1] == "a\\x1b[2Jb  y");
  CHECK(lines[0] == "日本       x");
}

TEST_CASE("colour does not disturb the columns") {
  const Lines lines = lay_out({{""}, {""}}, {{{"ab", Tone::bold}, {"x"}}, {{"abc"}, {"y"}}}, {}, Paint(true));
  CHECK(lines[0] == "\x1b[1mab\x1b[0m   x");
  CHECK(lines[1] == "abc  y");
}

TEST_CASE("the end of a path can be kept") {
  CHECK(cut_start_to_columns("/home/ada", 20) == "/home/ada");
  CHECK(cut_start_to_columns("/home/ada", 5) == "…/ada");
  CHECK(cut_start_to_columns("日本語", 3) == "…語");
  CHECK(cut_start_to_columns("abc", 0).empty());
}
