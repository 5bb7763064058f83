#include "csb/util/clock.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace csb;

TEST_CASE("RFC 3339 round trip") {
  const auto ns = parse_rfc3339("2026-11-20T12:00:00.123Z");
  REQUIRE(ns);
  CHECK(*ns == 1795176000123LL * 1'000'000);
  CHECK(format_rfc3339(*ns) == "2026-11-20T12:00:00.123Z");
  CHECK(format_rfc3339(*parse_rfc3339("1969-12-31T23:59:59.500Z")) == "1969-12-31T23:59:59.500Z");
  CHECK(parse_rfc3339("2026-11-20T13:00:00.123+01:00") == ns);
  CHECK(format_rfc3339(0) == "1970-01-01T00:00:00Z");
}

TEST_CASE("what is no time is refused") {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-11-20T12:00:00", "2026-11-20T25:00:00Z",
                           "2026-11-20T12:00:00.Z", "2026-11-20T12:00:00+1:00", "x"})
    CHECK_FALSE(parse_rfc3339(text));
  CHECK_FALSE(parse_time("12 parsecs", 0));
  CHECK_FALSE(parse_time("", 0));
}

TEST_CASE("what a person types") {
  const std::int64_t now = *parse_rfc3339("2026-11-20T12:00:00Z");  // the tests run with TZ=UTC
  CHECK(parse_time("now", now) == now);
  CHECK(parse_time("today", now) == *parse_rfc3339("2026-11-20T00:00:00Z"));
  CHECK(parse_time("yesterday", now) == *parse_rfc3339("2026-11-19T00:00:00Z"));
  CHECK(parse_time("2026-11-18", now) == *parse_rfc3339("2026-11-18T00:00:00Z"));
  CHECK(parse_time("2026-11-18 07:30", now) == *parse_rfc3339("2026-11-18T07:30:00Z"));
  CHECK(parse_time("3d", now) == now - 3 * kNsPerDay);
  CHECK(parse_time("2 hours ago", now) == now - 7200 * kNsPerSecond);
}

TEST_CASE("times that nanoseconds in 64 bits cannot express are no times") {
  CHECK_FALSE(parse_rfc3339("9999-12-31T23:59:59Z"));
  CHECK_FALSE(parse_rfc3339("2262-04-11T23:47:16.854775808Z"));
  CHECK(parse_rfc3339("2262-04-11T23:47:16.854775807Z") == std::numeric_limits<std::int64_t>::max());
  CHECK_FALSE(parse_rfc3339("1000-01-01T00:00:00+23:59"));
  const std::int64_t now = *parse_rfc3339("2026-11-20T12:00:00Z");
  CHECK_FALSE(parse_time("9999-12-31", now));
  CHECK_FALSE(parse_time("1000000y", now));
  CHECK_FALSE(parse_time("1000000 years ago", now));
  CHECK_FALSE(parse_time("500y", now));
}

TEST_CASE("relative times") {
  const std::int64_t now = 1'000'000 * kNsPerSecond;
  CHECK(format_relative(now, now) == "just now");
  CHECK(format_relative(now - 61 * kNsPerSecond, now) == "1 minute ago");
  CHECK(format_relative(now - kNsPerDay, now) == "yesterday");
  CHECK(format_relative(now + 5 * kNsPerDay, now) == "in 5 days");
  CHECK(format_relative(now - 21 * kNsPerDay, now) == "3 weeks ago");
}
