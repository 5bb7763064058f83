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
  for (int n = 0; n < 40'000; ++n) {  // more than are remembered
    ids.push_back(names.id_of(db, "name " + std::to_string(n)));
    if (names.id_of(db, "name 0") != ids.front()) FAIL("named all along, and another after " << n);
  }
  for (int n = 0; n < 40'000; n += 7)
    if (names.id_of(db, "name " + std::to_string(n)) != ids[static_cast<std::size_t>(n)])
      FAIL("another id for " << n);
  Query count = db.query("SELECT count(*) FROM names");
  REQUIRE(count.step());
  CHECK(count.integer(0) == 40'000);
}
