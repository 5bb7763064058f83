#include "transcript/folded_find.hpp"

#include <random>
#include <string>

#include "support/catch.hpp"

using csb::transcript::folded_find;

namespace {

std::size_t one_by_one(std::string text, const std::string& needle) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return text.find(needle);
}

}  // namespace

TEST_CASE("a text is found in any case, wherever it stands in a block") {
  const std::string needle = "ne3dle";
  for (std::size_t before = 0; before < 100; ++before)
    for (const std::size_t behind : {0U, 1U, 15U, 16U, 31U, 32U, 33U, 70U}) {
      const std::string text = std::string(before, 'n') + "Ne3DlE" + std::string(behind, 'e');
      CHECK(folded_find(text, needle) == before);
      CHECK(folded_find(text.substr(0, before + 5), needle) == std::string::npos);
    }
  CHECK(folded_find("", "a") == std::string::npos);
  CHECK(folded_find("@[`{", "@[`{") == 0);  // beside the letters
  CHECK(folded_find("`{@[", "@[`{") == std::string::npos);
}

TEST_CASE("what is found in random text is what a plain search finds") {
  std::mt19937 random(7);
  const auto text_of = [&](std::size_t size, const char* of, unsigned kinds) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += of[random() % kinds];
    return text;
  };
  for (int round = 0; round < 3000; ++round) {
    const std::string text = text_of(random() % 200, "aAbB\\u0\xC3", 8);
    const std::string needle = text_of(1 + random() % 5, "ab\\u0\xC3", 6);
    CHECK(folded_find(text, needle) == one_by_one(text, needle));
  }
}
