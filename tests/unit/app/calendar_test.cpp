#include "calendar.hpp"

#include "support/catch.hpp"

using namespace csb::app;

TEST_CASE("calendar: days, and back") {
  CHECK(day_number("1970-01-01") == 0);
  CHECK(day_number("2000-03-01") == 11'017);
  CHECK(day_number("2024-02-29") == 19'782);
  CHECK(day_number("1969-12-31") == -1);
  for (std::int64_t day = -1000; day < 40'000; ++day) REQUIRE(day_number(date_of(day)) == day);
  for (const char* wrong :
       {"", "2026-11-2", "2026-02-29", "2026-13-01", "2026-00-10", "20261120xx", "2026-11-20 "})
    CHECK_FALSE(day_number(wrong));
}

TEST_CASE("calendar: weeks begin on Monday and belong to the year of their Thursday") {
  const auto week = [](const char* date) { return iso_week(*day_number(date)); };
  CHECK(weekday_of(*day_number("2026-11-21")) == 5);
  CHECK(date_of(week_start(*day_number("2026-11-22"))) == "2026-11-16");
  CHECK(week("2026-11-21") == "2026-W47");
  CHECK(week("2026-01-01") == "2026-W01");
  CHECK(week("2027-01-01") == "2026-W53");
  CHECK(week("2024-12-30") == "2025-W01");
  CHECK(week("2021-01-03") == "2020-W53");
  CHECK(week("2016-01-03") == "2015-W53");
  CHECK(week("2010-01-03") == "2009-W53");
}
