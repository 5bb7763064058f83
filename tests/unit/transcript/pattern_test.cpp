#include "csb/transcript/pattern.hpp"

#include <utility>

#include "csb/transcript/message.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;
using Where = Pattern::Where;

namespace {

Pattern literal(std::string_view text, Where where = Where::anywhere) {
  return Pattern::compile(text, {false, false, where});
}
Pattern regex(std::string_view text) { return Pattern::compile(text, {true, false, Where::anywhere}); }

std::vector<Span> spans(const Pattern& pattern, std::string_view text) { return pattern.find(text, 100); }

}  // namespace

TEST_CASE("literal texts are found as they are, in any case") {
  CHECK(spans(literal("fox"), "The FOX and the fox") == std::vector<Span>{{4, 7}, {16, 19}});
  CHECK(literal("a.b").matches("xa.by"));
  CHECK_FALSE(literal("a.b").matches("acb"));
  CHECK(literal("(").matches("f(x)"));
  CHECK(literal("größe").matches("GRÖSSE GRÖßE"));
  CHECK(literal("two words").matches("two\n  words"));
  CHECK_FALSE(literal("two words").matches("twowords"));
  CHECK_FALSE(Pattern::compile("Fox", {false, true, Where::anywhere}).matches("the fox"));
  CHECK(Pattern::compile("Fox", {false, true, Where::anywhere}).matches("the Fox"));
}

TEST_CASE("a word's beginning, and a whole word") {
  CHECK(literal("pars", Where::word_start).matches("the parser"));
  CHECK(literal("pars", Where::word_start).matches("csv_parser"));
  CHECK_FALSE(literal("arse", Where::word_start).matches("the parser"));
  CHECK(spans(literal("foo", Where::word_start), "foo foo,foo afoo") ==
        std::vector<Span>{{0, 3}, {4, 7}, {8, 11}});
  CHECK(literal("-x", Where::word_start).matches("a-x"));
  CHECK_FALSE(literal("in", Where::word).matches("inner"));
  CHECK(literal("in", Where::word).matches("go in."));
  CHECK_FALSE(literal("öl", Where::word_start).matches("möl"));
  CHECK(literal("öl", Where::word_start).matches("möl, Öl"));
  CHECK_FALSE(literal("l", Where::word).matches("öl lö l2 日l"));
  CHECK(spans(literal("l", Where::word), "öl l–l «l» l") ==
        std::vector<Span>{{4, 5}, {8, 9}, {12, 13}, {16, 17}});
  CHECK(spans(literal("a-", Where::word_start), "a-a- ba-") == std::vector<Span>{{0, 2}, {2, 4}});
  CHECK(spans(literal("two  words", Where::word), "two wordsx two\nwords") == std::vector<Span>{{11, 20}});
  CHECK(spans(literal("aa", Where::word_start), std::string(1000, 'a') + " aaa") ==
        std::vector<Span>{{0, 2}, {1001, 1003}});
  CHECK(literal("k", Where::word).matches("300 \u212A"));  // the Kelvin sign is a k
}

TEST_CASE("regular expressions") {
  CHECK(spans(regex("f[aou]x+"), "fix faxx FOX") == std::vector<Span>{{4, 8}, {9, 12}});
  CHECK(regex("^b").matches("a\nb"));
  CHECK(regex("a|b").matches("b"));
  CHECK(spans(regex("x*"), "aa").empty());
  CHECK_THROWS_AS(regex("("), Error);
  CHECK_THROWS_AS(regex(")("), Error);
  CHECK_THROWS_AS(regex("(a{1000}){1000}"), Error);
}

TEST_CASE("raw JSON that cannot match is told without reading it") {
  const std::string filler(100, '.');
  CHECK(literal("needle-7").may_match_json(filler + "a NEEDLE-7 b" + filler));
  CHECK_FALSE(literal("needle-7").may_match_json(filler + "a needle-8 b" + filler));
  CHECK_FALSE(literal("needle").may_match_json("needl"));
  CHECK(literal("say \"hi\"").may_match_json(R"(they say \"hi\" now)"));
  CHECK(literal("a/b").may_match_json(R"(a\/b)"));
  CHECK(literal("größe").may_match_json(R"(gr\u00f6\u00dfe)"));
  CHECK(literal("AB").may_match_json(R"(\u0041b)"));
  CHECK(literal("x").may_match_json("x"));
  CHECK(regex(".").may_match_json("anything"));
  CHECK(regex("foo|bar").may_match_json("a BAR"));
  CHECK_FALSE(regex("foo.*bar").may_match_json("a BAR"));
  CHECK(regex("foo.*bar").may_match_json("foo a BAR"));
  for (std::size_t at = 0; at < 70; ++at) {
    std::string text(70, 'n');
    text.replace(std::min<std::size_t>(at, 64), 6, "nEEdle");
    CHECK(literal("needle").may_match_json(text));
  }
}

TEST_CASE("rows that may matter, whatever the pieces") {
  std::string transcript;
  std::vector<std::pair<std::string, std::uint64_t>> expected;
  for (int i = 0; i < 50; ++i) {
    const std::string row = i % 7 == 3 ? "row with a needle " + std::to_string(i) : std::string(i, 'x');
    if (i % 7 == 3) expected.emplace_back(row, transcript.size());
    transcript += row + "\n";
  }
  expected.emplace_back("last needle", transcript.size());
  transcript += "last needle";
  const Pattern pattern = literal("needle");
  for (const std::size_t piece : {1, 2, 5, 64, 700, 10'000}) {
    std::vector<std::pair<std::string, std::uint64_t>> got;
    RowFilter filter([&](std::string_view json) { return pattern.may_match_json(json); },
                     [&](std::string_view row, std::uint64_t offset) { got.emplace_back(row, offset); });
    for (std::size_t at = 0; at < transcript.size(); at += piece)
      filter.feed(as_bytes(std::string_view(transcript).substr(at, piece)));
    filter.finish();
    CHECK(got == expected);
  }
}

TEST_CASE("a row that is too long is passed over, and those behind it are not") {
  std::vector<std::uint64_t> offsets;
  RowFilter filter([](std::string_view) { return true; },
                   [&](std::string_view, std::uint64_t offset) { offsets.push_back(offset); });
  const std::string mebibyte(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 17; ++i) filter.feed(as_bytes(mebibyte));
  filter.feed(as_bytes("\nnext\n"));
  filter.finish();
  CHECK(offsets == std::vector<std::uint64_t>{17 * mebibyte.size() + 1});
}

TEST_CASE("the texts of a tool's input") {
  CHECK(text_of_input(R"({"command":"ls \"a\"\n", "n":3, "deep":{"list":["one","",true,"tw\u006f"]}})") ==
        "ls \"a\"\n\none\ntwo");
  CHECK(text_of_input(R"({"a" : "\ud83d\ude80 \ud83d \u00e9"})") == "🚀 \xEF\xBF\xBD é");
  CHECK(text_of_input("{}").empty());
  CHECK(text_of_input("").empty());
  CHECK(text_of_input(R"({"torn":"in the mid)") == "in the mid");
  CHECK(text_of_input("{\"torn\":\"\\").empty());
}

TEST_CASE("words") {
  CHECK(has_word("a"));
  CHECK(has_word("…é"));
  CHECK_FALSE(has_word("=> …"));
  CHECK(has_unspaced_script("日本"));
  CHECK_FALSE(has_unspaced_script("Größe файл"));
}
