#include "csb/transcript/message.hpp"

#include "csb/util/clock.hpp"
#include "rows.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;
using namespace csb::transcript::rows;

namespace {

/// The message of one row; fails when there is none.
Message message_of(const std::string& line) {
  MessageReader reader;
  Message message;
  REQUIRE(reader.read(line, message));
  return message;
}

bool says_nothing(const std::string& line) {
  MessageReader reader;
  Message message;
  return !reader.read(line, message);
}

std::string attachment(const std::string& fields) {
  return with_envelope(R"("type":"attachment","attachment":{)" + fields + "}");
}

std::string user_blocks(const std::string& blocks, const std::string& more = "") {
  return with_envelope(R"("type":"user","message":{"role":"user","content":[)" + blocks + "]}" + more);
}

}  // namespace

TEST_CASE("a prompt, with all that its row says") {
  const Message message = message_of(user("Fix the till \\u00e9"));
  CHECK(message.role == Message::Role::human);
  CHECK(message.uuid == "0c9a0a52-9c4e-4d0e-8c55-000000000001");
  CHECK(message.parent_uuid.empty());
  CHECK(message.cwd == "/home/ann/shop");
  CHECK(message.time_ns == parse_rfc3339("2026-11-21T02:54:57.329Z"));
  REQUIRE(message.blocks.size() == 1);
  CHECK(message.blocks[0].kind == Block::Kind::text);
  CHECK(message.blocks[0].text == "Fix the till é");
}

TEST_CASE("who wrote a user row") {
  using Role = Message::Role;
  CHECK(message_of(user("hi", R"(,"origin":{"kind":"human"})")).role == Role::human);
  CHECK(message_of(user("hi", R"(,"origin":{"kind":"task-notification"})")).role == Role::client);
  CHECK(message_of(user("hi", R"(,"isMeta":true)")).role == Role::client);
  CHECK(message_of(user("<command-name>/cost</command-name>")).role == Role::client);
  CHECK(message_of(user("<system-reminder>now</system-reminder>")).role == Role::client);
  CHECK(message_of(user_blocks(text_block("See this") + R"(,{"type":"image","source":{"type":"base64",)" +
                               R"("media_type":"image/png","data":"AAAA"}})"))
            .role == Role::human);
  CHECK(message_of(user_blocks(text_block("[Request interrupted by user for tool use]"))).role ==
        Role::client);
  CHECK(message_of(tool_result(R"("done")")).role == Role::client);
  const Message order =
      message_of(R"({"type":"user","isSidechain":true,"agentId":"a7","message":{"content":"Look around"}})");
  CHECK(order.role == Role::client);
  CHECK(order.is_sidechain);
  CHECK(order.agent_id == "a7");
}

TEST_CASE("an answer in blocks") {
  const Message message =
      message_of(assistant(R"({"type":"thinking","thinking":"hm","signature":"x"},)" + text_block("On it.") +
                           "," + tool_use("Bash", R"({"description":"List", "command":"ls \"a\"" } )") + "," +
                           tool_use("Odd", "{}") + R"(,{"type":"redacted_thinking","data":"xx"})"));
  CHECK(message.role == Message::Role::assistant);
  CHECK(message.message_id == "msg_01");
  CHECK(message.model == "claude-opus-5-5");
  REQUIRE(message.blocks.size() == 5);
  CHECK(message.blocks[0].kind == Block::Kind::thinking);
  CHECK(message.blocks[0].text == "hm");
  CHECK(message.blocks[1].text == "On it.");
  CHECK(message.blocks[2].kind == Block::Kind::tool_use);
  CHECK(message.blocks[2].tool == "Bash");
  CHECK(message.blocks[2].tool_id == "toolu_01");
  CHECK(message.blocks[2].text == "ls \"a\"");
  CHECK(message.blocks[2].input == R"({"description":"List", "command":"ls \"a\"" })");
  CHECK(message.blocks[3].input == "{}");
  CHECK(message.blocks[3].text.empty());
  CHECK(message.blocks[4].kind == Block::Kind::other);
  CHECK(message.blocks[4].tool == "redacted_thinking");
}

TEST_CASE("what tools gave") {
  const Message plain = message_of(tool_result(R"("out\nput")"));
  REQUIRE(plain.blocks.size() == 1);
  CHECK(plain.blocks[0].kind == Block::Kind::tool_result);
  CHECK(plain.blocks[0].text == "out\nput");
  CHECK(plain.blocks[0].tool_id == "toolu_01");
  CHECK_FALSE(plain.blocks[0].is_error);

  const Message parts = message_of(tool_result(
      R"([{"type":"text","text":"one"},{"type":"image","source":{"media_type":"image/png","data":"A"}},)"
      R"({"type":"text","text":"two"}])"));
  REQUIRE(parts.blocks.size() == 2);
  CHECK(parts.blocks[0].text == "one\ntwo");
  CHECK(parts.blocks[1].kind == Block::Kind::image);
  CHECK(parts.blocks[1].text == "image/png");
  CHECK(parts.blocks[1].tool_id == "toolu_01");

  const Message failed = message_of(
      user_blocks(R"({"type":"tool_result","tool_use_id":"t2","is_error":true,"content":"no such file"})"));
  CHECK(failed.blocks.at(0).is_error);
  CHECK(failed.blocks.at(0).tool_id == "t2");
}

TEST_CASE("images and documents say of what type they are") {
  const Message message = message_of(user_blocks(
      R"({"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"A"}})"));
  REQUIRE(message.blocks.size() == 1);
  CHECK(message.blocks[0].kind == Block::Kind::image);
  CHECK(message.blocks[0].text == "application/pdf");
}

TEST_CASE("titles and notices") {
  const Message title = message_of(R"({"type":"custom-title","customTitle":"my name","sessionId":"1"})");
  CHECK(title.role == Message::Role::title);
  CHECK(title.blocks.at(0).text == "my name");
  CHECK(message_of(R"({"type":"agent-name","agentName":"a"})").role == Message::Role::title);
  CHECK(message_of(R"({"type":"ai-title","aiTitle":"a"})").role == Message::Role::title);
  CHECK(message_of(R"({"type":"summary","summary":"about tills"})").blocks.at(0).text == "about tills");

  const Message error = message_of(with_envelope(
      R"("type":"system","subtype":"api_error","error":{"message":"m","formatted":"Connection dropped"})"));
  CHECK(error.role == Message::Role::system);
  CHECK(error.blocks.at(0).text == "Connection dropped");
}

TEST_CASE("compactions") {
  const Message boundary = message_of(
      with_envelope(R"("type":"system","subtype":"compact_boundary","content":"Conversation compacted")"));
  CHECK(boundary.role == Message::Role::system);
  CHECK(boundary.is_compact_boundary);
  CHECK(boundary.blocks.at(0).text == "Conversation compacted");
  CHECK(message_of(R"({"type":"system","subtype":"compact_boundary"})").blocks.empty());
  const Message summary = message_of(user("This session is being continued", R"(,"isCompactSummary":true)"));
  CHECK(summary.role == Message::Role::client);
  CHECK(summary.is_compact_summary);
  CHECK_FALSE(summary.is_compact_boundary);
}

TEST_CASE("what a person attached can be read; the client's own attachments are bookkeeping") {
  const Message file = message_of(attachment(
      R"("type":"file","filename":"/a/b.md","content":{"type":"text","file":{"content":"# Tills"}})"));
  CHECK(file.role == Message::Role::client);
  REQUIRE(file.blocks.size() == 1);
  CHECK(file.blocks[0].kind == Block::Kind::other);
  CHECK(file.blocks[0].tool == "file");
  CHECK(file.blocks[0].text == "/a/b.md\n# Tills");

  const Message queued =
      message_of(attachment(R"("type":"queued_command","prompt":"and tests","commandMode":"prompt")"));
  CHECK(queued.role == Message::Role::human);
  CHECK(queued.blocks.at(0).kind == Block::Kind::text);
  CHECK(message_of(attachment(R"("type":"queued_command","prompt":[{"type":"text","text":"p"}])"))
            .blocks.at(0)
            .text == "p");
  CHECK(message_of(attachment(R"("type":"queued_command","prompt":"x","commandMode":"task-notification")"))
            .role == Message::Role::client);

  CHECK(says_nothing(attachment(R"("type":"skill_listing","content":"- csb: probe","skillCount":15)")));
  CHECK(says_nothing(attachment(R"("type":"prompt_snapshot","systemPrompt":["You are"])")));
  CHECK(says_nothing(attachment(R"("type":"instructions","files":[{"content":"# me"}])")));
  CHECK(says_nothing(attachment(R"("type":"date","date":"2026-11-21")")));
  CHECK(says_nothing(attachment(R"("type":"x")")));
  CHECK(message_of(attachment(R"("type":"hereafter","content":"said")")).blocks.at(0).tool == "hereafter");
}

TEST_CASE("bookkeeping and rows without content say nothing") {
  for (const std::string line : {
           R"({"type":"api-request","params":{},"tail":[{"content":"x"}]})",
           R"({"type":"api-request-blob","hash":"2","message":{"role":"user","content":"hello"}})",
           R"({"type":"api-request-shape","shape":{"system":[{"type":"text","text":"You are"}]}})",
           R"({"type":"file-history-snapshot","messageId":"a","snapshot":{}})",
           R"({"type":"mode","mode":"normal"})",
           R"({"type":"last-prompt","lastPrompt":"hi"})",
           R"({"type":"queue-operation","operation":"enqueue","content":"hi"})",
           R"({"type":"progress","data":{"type":"hook_progress"}})",
           R"({"type":"system","subtype":"turn_duration","durationMs":3})",
           R"({"type":"user","message":null})",
           R"({"type":"user","message":{"role":"user","content":""}})",
           R"({"type":"assistant","message":{"content":[]}})",
           R"({"type":"assistant","message":{"content":[{"type":"thinking","thinking":""}]}})",
           R"({"message":{"content":"no type"}})",
           "",
           "x",
           "[]",
           "3",
           "{",
           "{\"type\":\"user\",\"message\":",
           "\xff",
       }) {
    INFO(line);
    CHECK(says_nothing(line));
  }
  CHECK(says_nothing(std::string(1000, '\0')));
  CHECK(says_nothing(std::string(100'000, '[')));
  CHECK(says_nothing(std::string((std::size_t{16} << 20) + 1, ' ')));
}

TEST_CASE("a reader starts every row afresh, and repairs text that is not Unicode") {
  MessageReader reader;
  Message message;
  REQUIRE(reader.read(user("caf\xe9 \\ud83c", R"(,"isMeta":true)"), message));
  CHECK(message.blocks.at(0).text == "caf? \xEF\xBF\xBD");
  REQUIRE(reader.read(R"({"type":"user","message":{"content":"plain"}})", message));
  CHECK(message.uuid.empty());
  CHECK(message.time_ns == 0);
  CHECK_FALSE(message.is_meta);
  REQUIRE(message.blocks.size() == 1);
  CHECK(message.blocks[0].text == "plain");
}

TEST_CASE("odd shapes of content are read as far as they go") {
  CHECK(message_of(assistant(R"(3,null,"s",{"type":7},)" + text_block("yes"))).blocks.size() == 1);
  CHECK(message_of(assistant(tool_use("T", R"(["a"])"))).blocks.at(0).input.empty());
  CHECK(message_of(tool_result(R"([{"type":"text"},3,{"type":"text","text":"one"}])")).blocks.at(0).text ==
        "one");
  std::string deep = "1";
  for (int level = 0; level < 1000; ++level) deep.insert(0, "{\"content\":").append("}");
  CHECK(says_nothing(attachment(R"("type":"deep","content":)" + deep)));
}
