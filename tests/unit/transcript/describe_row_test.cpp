#include "csb/util/text.hpp"
#include "rows.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;
using namespace csb::transcript::rows;

namespace {
std::string describe(const std::string& line) { return describe_row(line, 100); }
}  // namespace

TEST_CASE("rows of a conversation in a few words") {
  CHECK(describe(user("Fix the till")) == "Fix the till");
  CHECK(describe(user(R"(two\nlines \u65e5)")) == "two\nlines 日");
  CHECK(describe(assistant(text_block("On it."))) == "On it.");
  CHECK(describe(assistant(R"({"type":"thinking","thinking":"hm","signature":"x"})")) == "[thinking] hm");
  CHECK(describe(assistant(tool_use("Bash", R"({"description":"List","command":"ls -l"})"))) ==
        "[Bash] ls -l");
  CHECK(describe(assistant(tool_use("Read", R"({"limit":3,"file_path":"/a b"})"))) == "[Read] /a b");
  CHECK(describe(assistant(tool_use("Odd", R"({"n":1,"first":"one","second":"two"})"))) == "[Odd] one");
  CHECK(describe(assistant(tool_use("TodoWrite", R"({"todos":[{"content":"x"}]})"))) == "[TodoWrite]");
  CHECK(describe(assistant(text_block("Both") + "," + tool_use("Bash", R"({"command":"ls"})"))) ==
        "Both [Bash] ls");
  CHECK(describe(tool_result(R"("out\nput")")) == "[result] out\nput");
  CHECK(describe(tool_result(R"([{"type":"text","text":"one"},{"type":"text","text":"two"}])")) ==
        "[result] one");
  CHECK(describe(with_envelope(
            R"("type":"user","message":{"content":[{"type":"image","source":{"data":"AAAA"}}]})")) ==
        "[image]");
}

TEST_CASE("other rows") {
  CHECK(describe(R"({"type":"custom-title","customTitle":"my name"})") == "my name");
  CHECK(describe(R"({"type":"summary","summary":"about tills"})") == "about tills");
  CHECK(describe(R"({"type":"system","subtype":"compact_boundary","content":"Conversation compacted"})") ==
        "Conversation compacted");
  CHECK(describe(R"({"type":"relocated","relocatedCwd":"/moved"})") == "/moved");
  CHECK(describe(R"({"type":"mode","mode":"normal"})").empty());
  CHECK(describe(R"({"type":"user","message":null})").empty());
}

TEST_CASE("a description is cut at a character and never fails") {
  CHECK(describe_row(user("ééé"), 5) == "éé");
  CHECK(describe_row(user("hello"), 0).empty());
  CHECK(describe_row(assistant(tool_use("Bash", R"({"command":"ls"})")), 8) == "[Bash] l");
  for (const std::string line : {"", "x", "[]", "{", "{\"message\":", "\xff", "{\"content\":\"\x01\"}"})
    CHECK(describe(line).empty());
  CHECK(describe(std::string(1000, '\0')).empty());
  CHECK(describe(std::string(100'000, '[')).empty());
  CHECK(describe("\xEF\xBB\xBF" + user("caf\xe9 \\ud83c") + "\r") == "caf? \xEF\xBF\xBD");
  CHECK(is_valid_utf8(describe_row(user("\xf0\x9f\x8e\x89\xf0\x9f\x8e"), 6)));
}
