#include "csb/transcript/facts.hpp"

#include "csb/util/text.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;

namespace {

Facts full() {
  Facts f;
  f.agent_name = "name \"q\" \\ \n\t\x01", f.custom_title = "日本", f.ai_title = "🎉", f.summary = "s";
  f.last_prompt = "l", f.first_prompt = std::string("nul \0 inside", 12), f.start_cwd = "/a", f.cwd = "/b";
  f.git_branch = "main", f.version = "2.1.329", f.model = "m";
  f.first_ns = 1, f.last_ns = INT64_MAX;
  f.messages = UINT64_MAX, f.prompts = 2, f.tool_calls = 3, f.rows = 4, f.bad_rows = 5, f.compactions = 6;
  f.forked_from = "p", f.fork_stated = true;
  f.plan_slugs = {"one", "two"}, f.session_ids = {"a", "b"};
  return f;
}

}  // namespace

TEST_CASE("facts survive writing and reading") {
  CHECK(deserialize(serialize(full())) == full());
  CHECK(deserialize(serialize(Facts())) == Facts());
  CHECK(serialize(Facts()) == "{}");
  CHECK(serialize(full()).find('\n') == std::string::npos);
}

TEST_CASE("unknown keys are ignored, missing ones default") {
  const auto facts = deserialize(R"({"messages":7,"from_the_future":{"a":[1]},"cwd":"/x"})");
  REQUIRE(facts);
  CHECK(facts->messages == 7);
  CHECK(facts->cwd == "/x");
  CHECK(facts->title().empty());
}

TEST_CASE("garbage gives nothing") {
  for (const char* text :
       {"", " ", "{", "[]", "null", "7", "\"x\"", "{}x", R"({"messages":"7"})", R"({"messages":-1})",
        R"({"messages":1.5})", R"({"cwd":null})", R"({"plan_slugs":{}})", R"({"plan_slugs":[1]})",
        R"({"fork_stated":1})", R"({"first_ns":"1"})", "{\"cwd\":\"\xff\"}"}) {
    INFO(printable(text));
    CHECK_FALSE(deserialize(text));
  }
  CHECK_FALSE(deserialize(std::string(100'000, '[')));
}

TEST_CASE("what is written is valid UTF-8") {
  Facts facts;
  facts.cwd = "/caf\xe9";
  CHECK(is_valid_utf8(serialize(facts)));
  CHECK(deserialize(serialize(facts)));
}
