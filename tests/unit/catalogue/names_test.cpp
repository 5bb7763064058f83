#include "catalogue/names.hpp"

#include <string>
#include <vector>

#include "catalogue/open.hpp"
#include "support/catch.hpp"

using namespace csb::catalogue;

TEST_CASE("a name has one id, however many others were named since") {
  Connection db("", open_in_memory());
  Names names;
  std::vector<std::int64_t> ids;
  const auto name = [](int n) { return std::string(n % 10 == 0 ? 4000 : 10, 'n') + std::to_string(n); };
  constexpr int kNames = 20'000;  // 10 MB: more than are remembered
  for (int n = 0; n < kNames; ++n) {
    ids.push_back(names.id_of(db, name(n)));
    if (names.id_of(db, name(0)) != ids.front()) FAIL("named all along, and another after " << n);
  }
  for (int n = 0; n < kNames; n += 7)
    if (names.id_of(db, name(n)) != ids[static_cast<std::size_t>(n)]) FAIL("another id for " << n);
  Query count = db.query("SELECT count(*) FROM names");
  REQUIRE(count.step());
  CHECK(count.integer(0) == kNames);
}
