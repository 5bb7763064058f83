#include "csb/app/prices.hpp"

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::app;

TEST_CASE("a user's price file counts before the built-in prices") {
  constexpr std::string_view kOwn =
      R"({"version":1,"models":[{"prefix":"claude-opus-4-5","input":1,"output":2,
    "cache_write_5m":3,"cache_write_1h":4,"cache_read":5}]})";
  Settings settings;
  settings.config_file = "prices/config";
  const double built_in = load_prices(settings).find("claude-opus-4-5")->input;
  fs::make_directories("prices");
  fs::replace_file("prices/prices.json", kOwn);
  CHECK(load_prices(settings).find("claude-opus-4-5")->input < built_in);
  CHECK(load_prices(settings).find("claude-haiku-4-5") != nullptr);
  settings.prices_file = "prices/none.json";
  CHECK_THROWS_AS(load_prices(settings), Error);
  fs::replace_file("prices/none.json", "[");
  CHECK_THROWS_AS(load_prices(settings), Error);
}
