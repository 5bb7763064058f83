#include "csb/source/claude_code/prices.hpp"

#include <cmath>

#include "csb/util/error.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_code;

namespace {

constexpr std::string_view kOwn = R"({"version":1,"models":[
  {"prefix":"claude-opus-4-5","input":1,"output":2,"cache_write_5m":3,"cache_write_1h":4,"cache_read":5},
  {"prefix":"claude-opus-4-5-2027","input":7,"output":0,"cache_write_5m":0,"cache_write_1h":0,"cache_read":0},
  {"prefix":"other/","input":0,"output":0,"cache_write_5m":0,"cache_write_1h":0,"cache_read":0}]})";

constexpr std::uint64_t kMillion = 1'000'000;

bool is_about(double value, double expected) { return std::abs(value - expected) < 1e-9; }

std::string refusal(std::string_view text) {
  try {
    Prices prices;
    prices.add(text, "/my/prices.json");
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("tokens cost what their kind costs") {
  Prices prices;
  prices.add(kOwn, "own");
  CHECK(is_about(*prices.cost("claude-opus-4-5-20251101", {.input = kMillion}), 1));
  CHECK(is_about(*prices.cost("claude-opus-4-5-20251101", {kMillion, kMillion, kMillion, kMillion, kMillion}),
                 15));
  CHECK(is_about(*prices.cost("claude-opus-4-5", {}), 0));
  CHECK_FALSE(prices.cost("claude-opus-4", {.input = 1}));
  CHECK_FALSE(prices.cost("", {.input = 1}));
  CHECK(*prices.cost("other/model", {.input = kMillion}) == 0);
}

TEST_CASE("the longest prefix counts, and a reseller's names mean the same models") {
  Prices prices;
  prices.add(kOwn, "own");
  CHECK(is_about(*prices.cost("claude-opus-4-5-20270101", {.input = kMillion}), 7));
  CHECK(is_about(*prices.cost("us.anthropic.claude-opus-4-5-20251101-v1:0", {.input = kMillion}), 1));
}

TEST_CASE("every model of the built-in prices is found, an unknown one is not") {
  const Prices prices = Prices::built_in();
  for (const char* const model :
       {"claude-opus-4-5-20251101", "claude-opus-4-1-20250805", "claude-opus-4-20250514",
        "claude-sonnet-4-5-20250929", "claude-sonnet-4-20250514", "claude-3-7-sonnet-20250219",
        "claude-haiku-4-5-20251001", "claude-3-5-haiku-20241022", "claude-3-opus-20240229"}) {
    INFO(model);
    const Price* price = prices.find(model);
    REQUIRE(price != nullptr);
    CHECK(price->cache_read < price->input);
    CHECK(price->input < price->cache_write_5m);
    CHECK(price->cache_write_5m < price->cache_write_1h);
  }
  CHECK(prices.find("claude-opus-9") == nullptr);
  CHECK(prices.find("<synthetic>") == nullptr);
}

TEST_CASE("a price file that says nothing clear is refused by name") {
  for (
      const char* const text :
      {"", "[]", "{}", R"({"version":2,"models":[]})", R"({"version":1})", R"({"version":1,"models":{}})",
       R"({"version":1,"models":[1]})", R"({"version":1,"models":[{"prefix":""}]})",
       R"({"version":1,"models":[{"prefix":"x","input":1}]})",
       R"({"version":1,"models":[{"prefix":"x","input":-1,"output":0,"cache_write_5m":0,"cache_write_1h":0,"cache_read":0}]})",
       R"({"version":1,"models":[{"prefix":"x","input":"1","output":0,"cache_write_5m":0,"cache_write_1h":0,"cache_read":0}]})"}) {
    INFO(text);
    CHECK(refusal(text).find("/my/prices.json") != std::string::npos);
  }
}
