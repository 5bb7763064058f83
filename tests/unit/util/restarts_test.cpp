#include "csb/util/restarts.hpp"

#include "csb/util/clock.hpp"
#include "support/catch.hpp"

using namespace csb;

namespace {

std::int64_t at(const char* time) { return parse_rfc3339(time).value(); }

}  // namespace

TEST_CASE("boots are read from every form in which journalctl lists them") {
  const std::vector<Restart> boots = boots_listed(
      "IDX BOOT ID                          FIRST ENTRY                 LAST ENTRY\n"
      " -2 5cb7ede701504abfbf28ae0a2b1800aa Thu 2019-08-01 10:10:35 UTC\xE2\x80\x94Thu 2019-08-01 10:15:36 "
      "UTC\n"
      " -1 3e984e949d6e4167a4e9dfb4c5ff09be Do 2019-08-01 10:16:11 UTC Do 2019-08-01 10:47:05 UTC\n"
      "no boot\n"
      "  0 66304ac556b14afdab66882f6a936967 Thu 2019-08-01 10:50:17 UTC Thu 2019-08-01 13:58:37 UTC");
  REQUIRE(boots.size() == 3);
  CHECK(boots[0].down_ns == 0);
  CHECK(boots[0].up_ns == at("2019-08-01T10:10:35Z"));
  CHECK(boots[1].down_ns == at("2019-08-01T10:15:36Z"));
  CHECK(boots[1].up_ns == at("2019-08-01T10:16:11Z"));
  CHECK(boots[2].down_ns == at("2019-08-01T10:47:05Z"));
  CHECK_FALSE(boots[2].clean);
  for (const char* none :
       {"", "\n\n", "2019-08-01 10:10:35 UTC", "2019-99-01 10:10:35 UTC 2019-08-01 10:10:35 UTC"})
    CHECK(boots_listed(none).empty());
}
