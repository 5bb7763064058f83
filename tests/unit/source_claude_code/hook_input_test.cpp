#include "csb/source/claude_code/hook_input.hpp"

#include "support/catch.hpp"

using namespace csb;
using claude_code::parse_hook_input;

namespace {

const std::string kId = "00000000-0000-4000-8000-00000000000a";

}  // namespace

TEST_CASE("a hook's input names its session and why it starts") {
  const auto input = parse_hook_input(R"({"session_id":")" + kId +
                                      R"(","transcript_path":"/x","source":"compact","n":[1,{"a":null}]})");
  REQUIRE(input.session);
  CHECK(input.session->text() == kId);
  CHECK(input.source == "compact");
}

TEST_CASE("a byte order mark is passed over") {
  CHECK(parse_hook_input("\xef\xbb\xbf{\"session_id\":\"" + kId + "\"}").session);
}

TEST_CASE("of a document that breaks off, what came before is taken") {
  const auto input = parse_hook_input(R"({"session_id":")" + kId + R"(","last_assistant_message":"it goes)");
  CHECK(input.session);
}

TEST_CASE("what is no session of the outermost object is none") {
  for (const std::string& text :
       {std::string(), std::string("\0\0\xff", 3), std::string("null"), std::string("[\"session_id\"]"),
        "[{\"session_id\":\"" + kId + "\"}]", "{\"x\":{\"session_id\":\"" + kId + "\"}}",
        "{\"session_id\":[\"" + kId + "\"]}", std::string(R"({"session_id":"../../etc/passwd"})"),
        std::string(R"({"session_id":7})"), std::string(R"({"session_id":")") + kId + "\\u0000\"}",
        std::string(200'000, '['), std::string(200'000, '{')}) {
    INFO(text.substr(0, 80));
    CHECK_FALSE(parse_hook_input(text).session);
  }
}

TEST_CASE("a whole document needs no waiting for more") {
  CHECK(claude_code::is_whole_hook_input("{\"a\":1}\n"));
  CHECK_FALSE(claude_code::is_whole_hook_input("{\"a\":1"));
  CHECK_FALSE(claude_code::is_whole_hook_input(""));
}
