// Rows as crashes, bugs and power cuts leave them: counted, never thrown over, never in the way of others.
#include <sys/resource.h>

#include <utility>
#include <vector>

#include "csb/util/text.hpp"
#include "rows.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;
using namespace csb::transcript::rows;

namespace {

std::string repeated(const std::string& text, std::size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

/// The facts of `line` between two good rows, which it must not disturb.
Facts between_good_rows(const std::string& line) {
  const Facts facts = facts_of(user("before") + "\n" + line + "\n" + assistant(text_block("after")) + "\n");
  CHECK(facts.messages >= 2);
  CHECK(facts.model == "claude-opus-5-5");
  return facts;
}

long peak_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("lines that are no JSON object are bad rows") {
  using namespace std::string_literals;
  const std::string good = user("a torn one");
  const std::vector<std::string> lines{
      good.substr(0, good.size() / 2) + good,  // torn in the middle, the next record glued on
      good.substr(0, good.find("a torn") + 3) + good,
      good.substr(0, good.find("\"message\":") + 10) + good,
      good.substr(0, good.find(",\"type\"")) + good,
      good + good,  // two in one line
      good + "x",
      good.substr(0, good.size() - 1),
      good.substr(1),
      R"({"a":{"b":1})",
      R"({"message":{"content":"x"})",
      R"({"message":{"content":[{"type":"text"}})",
      "[]",
      R"([{"type":"user"}])",
      "1",
      "\"text\"",
      "null",
      "true",
      "{",
      "}",
      "{]",
      R"({"a")",
      R"({"a":)",
      R"({"a" 1})",
      R"({"type":"user","a":1,})",
      R"({"type":"us)",
      R"({"type":"user" "a":1})",
      R"({"type":"bad \x escape"})",
      R"({"type":"bad \u12g4"})",
      "{\"type\":\"raw \x01 control\"}",
      "\0\0\0\0"s,
      std::string(5000, '\0'),
      "{\"a\":\0\0}"s,
      "{\"a\":{\"b\":\"x\"\0\0}}"s,
      good.substr(0, 40) + std::string(4096, '\0') + good.substr(60),
      "\xff\xfe\x00\x01"s,
      "binary \x80\x81",
      repeated("[", 100'000),
      repeated("{\"a\":", 100'000),
      repeated("[", 100'000) + repeated("]", 100'000),
      "{\"a\":" + repeated("[", 100'000) + "}",
  };
  for (const std::string& line : lines) {
    INFO(printable(line.substr(0, 120)));
    const Facts facts = between_good_rows(line);
    CHECK(facts.rows == 2);
    CHECK(facts.bad_rows == 1);
    CHECK(facts.messages == 2);
    CHECK(facts.first_prompt == "before");
  }
}

TEST_CASE("a row torn at any byte is bad, alone and with the next one glued on") {
  const std::string next = user("the next");
  for (const std::string& row :
       {user(R"(quote \" back \\\\ slash \n {[ é \u65e5)"), tool_result(R"([{"type":"text"}])"),
        assistant(tool_use("Bash", R"({"command":"echo \"{}\"","n":[1,{}]})"))}) {
    REQUIRE(facts_of(row + "\n").rows == 1);
    for (std::size_t cut = 1; cut < row.size(); ++cut) {
      INFO(printable(row.substr(0, cut)));
      CHECK(facts_of(row.substr(0, cut) + "\n").bad_rows == 1);
      CHECK(facts_of(row.substr(0, cut) + next + "\n").bad_rows == 1);
    }
  }
}

TEST_CASE("odd lines that are JSON objects are good rows") {
  const std::vector<std::string> lines{
      "{}",
      "  {\"type\" : \"user\" , \"message\" : { \"content\" : [ ] } }  ",
      R"({"type":"user","message":null})",
      R"({"type":"assistant","message":"text"})",
      R"({"type":"assistant","message":[1,2]})",
      R"({"type":"user","message":{}})",
      R"({"type":"user","message":{"content":null,"model":7}})",
      R"({"type":7,"uuid":null,"cwd":["x"],"timestamp":{},"isMeta":"true","forkedFrom":[],"origin":1})",
      R"({"type":"user","type":"assistant"})",
      R"({"ty\u0070e":"user"})",
      R"({"":"","a\"b":"c\\"})",
      R"({"type":"a-kind-of-tomorrow","payload":{"x":[1,2,{"y":"z"}]}})",
      "{\"a\":" + repeated("[", 100'000) + repeated("]", 100'000) + "}",
      repeated("{\"a\":", 100'000) + "1" + repeated("}", 100'000),
      R"({"type":"user","message":{"content":)" + repeated("[", 100'000) + repeated("]", 100'000) + "}}",
  };
  for (const std::string& line : lines) {
    INFO(printable(line.substr(0, 120)));
    const Facts facts = between_good_rows(line);
    CHECK(facts.rows == 3);
    CHECK(facts.bad_rows == 0);
  }
}

TEST_CASE("CRLF, a byte order mark, empty lines") {
  const std::string row = user("hello");
  const Facts facts = facts_of("\xEF\xBB\xBF" + row + "\r\n\r\n\n   \n" + row + "\r\n");
  CHECK(facts.rows == 2);
  CHECK(facts.bad_rows == 0);
  CHECK(facts.prompts == 2);
}

TEST_CASE("a torn tail is not read, and waits") {
  const std::string row = user("hello");
  Reader reader;
  reader.feed(as_bytes(row + "\n" + row.substr(0, 50)));
  CHECK(reader.parsed_to() == row.size() + 1);
  CHECK(reader.facts().rows == 1);
  CHECK(reader.facts().bad_rows == 0);
  reader.feed(as_bytes(row.substr(50) + "\n"));
  CHECK(reader.parsed_to() == 2 * (row.size() + 1));
  CHECK(reader.facts().rows == 2);
}

TEST_CASE("text that is not Unicode is replaced, its row counted") {
  const auto prompt = [](const std::string& text) {
    const Facts facts = facts_of(user(text) + "\n");
    CHECK(facts.rows == 1);
    CHECK(facts.bad_rows == 0);
    CHECK(facts.messages == 1);
    CHECK(facts.cwd == "/home/ann/shop");
    return facts.first_prompt;
  };
  CHECK(prompt("caf\xe9 noir") == "caf? noir");
  CHECK(prompt("\xff\xfe\xc0\x80") == "????");
  CHECK(prompt("cut \xf0\x9f\x8e") == "cut ???");
  CHECK(prompt("\xed\xa0\xbc") == "???");  // a surrogate in UTF-8
  CHECK(prompt(R"(half \ud83c)") == "half \xEF\xBF\xBD");
  CHECK(prompt(R"(\udf89 half)") == "\xEF\xBF\xBD half");
  CHECK(prompt(R"(\ud83c\ud83c\udf89)") == "\xEF\xBF\xBD🎉");
  CHECK(prompt(R"(\ud83c\n\\ud83c)") == "\xEF\xBF\xBD\n\\ud83c");
  CHECK(prompt("both \xe9 \\ud83c ok 日 \\u65e5") == "both ? \xEF\xBF\xBD ok 日 日");
  // In a field that nobody reads it does not matter.
  CHECK(facts_of(assistant(text_block(R"(\ud83c)")) + "\n").messages == 1);
  CHECK(facts_of(assistant(text_block("\xe9")) + "\n").messages == 1);
}

TEST_CASE("a line of 100 MB takes bounded memory and one bad row") {
  const std::string piece(std::size_t{1} << 20, 'x');
  const long before = peak_kib();
  Reader reader;
  reader.feed(as_bytes(user("before") + "\n{\"type\":\"user\",\"text\":\""));
  for (int i = 0; i < 100; ++i) reader.feed(as_bytes(piece));
  reader.feed(as_bytes("\"}\n" + user("after") + "\n"));
  CHECK(reader.facts().rows == 2);
  CHECK(reader.facts().bad_rows == 1);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  CHECK(peak_kib() - before < 48 * 1024);
#else
  static_cast<void>(before);
#endif
}

TEST_CASE("the limit of a line does not depend on how it is fed") {
  constexpr std::size_t kLimit = std::size_t{16} << 20;
  const std::string start = "{\"type\":\"user\",\"text\":\"";
  for (const std::size_t length : {kLimit, kLimit + 1}) {
    const std::string line = start + std::string(length - start.size() - 2, 'x') + "\"}\n";
    const Facts whole = facts_of(line + user("after") + "\n");
    CHECK(whole.bad_rows == (length > kLimit ? 1U : 0U));
    CHECK(whole.rows == (length > kLimit ? 1U : 2U));
    Reader reader;
    reader.feed(as_bytes(line.substr(0, 1000)));
    reader.feed(as_bytes(line.substr(1000)));
    reader.feed(as_bytes(user("after") + "\n"));
    CHECK(reader.facts() == whole);
  }
}
