// Chats as the service serves them, as exports hold them, and as nobody should write them.
#include "csb/source/claude_ai/chat.hpp"

#include <string>
#include <vector>

#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_ai;

namespace {

const std::string kHead =
    R"({"uuid":"8efc9271-e78f-4746-8e9e-981eeb89ad18","name":"Fixing falafel","summary":"","model":"claude-x",)"
    R"("created_at":"2026-03-01T10:00:00.000000Z","updated_at":"2026-03-01T10:05:00.123456Z","is_starred":true,)"
    R"("current_leaf_message_uuid":"m3","project_uuid":"p1","project":{"uuid":"p1","name":"Kitchen"},)";

const std::string kMessages =
    R"("chat_messages":[{"uuid":"m1","parent_message_uuid":"00000000-0000-4000-8000-000000000000","index":0,)"
    R"("sender":"human","text":"","content":[{"type":"text","text":"Hello","citations":[]}],)"
    R"("created_at":"2026-03-01T10:00:00.000000Z","attachments":[{"id":"a","file_name":"notes.txt",)"
    R"("extracted_content":"synthetic"}],"files":[{"file_uuid":"f1","file_name":"pic.png","file_kind":"image"}]},)"
    R"({"uuid":"m2","parent_message_uuid":"m1","sender":"assistant","text":"","created_at":"2026-03-01T10:01:00Z",)"
    R"("content":[{"type":"thinking","thinking":"hm","summaries":[{"summary":"no"}]},{"type":"text","text":"Hi"},)"
    R"({"type":"tool_use","id":"t1","name":"artifacts","input":{"id":"x","command":"create","title":"T"}},)"
    R"({"type":"tool_result","tool_use_id":"t1","name":"artifacts","content":[{"type":"text","text":"OK"},)"
    R"({"type":"text","text":"done"}],"is_error":true},{"type":"voice_note"}]},)"
    R"({"uuid":"m3","parent_message_uuid":"m1","sender":"assistant","created_at":"2026-03-01T11:00:00Z",)"
    R"("content":[{"type":"text","text":"second branch"}]}]})";

struct Read {
  ChatFacts facts;
  std::vector<Message> messages;
};

Read read_in_steps(const std::string& json, std::size_t step) {
  Read read;
  ChatReader reader([&](const Message& message) { read.messages.push_back(message); });
  const auto bytes = std::as_bytes(std::span(json.data(), json.size()));
  for (std::size_t at = 0; at < bytes.size(); at += step)
    reader.feed(bytes.subspan(at, std::min(step, bytes.size() - at)));
  read.facts = reader.finish();
  return read;
}

Read read_whole(const std::string& json) { return read_in_steps(json, json.size() + 1); }

}  // namespace

TEST_CASE("a chat of the API, in pieces of any size") {
  for (const std::size_t step : {std::size_t{1}, std::size_t{5}, std::size_t{4096}}) {
    const auto [facts, messages] = read_in_steps(kHead + kMessages, step);
    CHECK(facts.is_complete);
    CHECK(facts.uuid == "8efc9271-e78f-4746-8e9e-981eeb89ad18");
    CHECK(facts.title() == "Fixing falafel");
    CHECK(facts.model == "claude-x");
    CHECK(facts.project_name == "Kitchen");
    CHECK(facts.leaf_uuid == "m3");
    CHECK(facts.first_prompt == "Hello");
    CHECK(facts.is_starred);
    CHECK(facts.is_from_api);
    CHECK(facts.messages == 3);
    CHECK(facts.prompts == 1);
    CHECK(facts.tool_calls == 1);
    CHECK(facts.branches == 2);
    CHECK(facts.duplicate_messages == 0);
    CHECK(facts.missing_parents == 0);
    CHECK(facts.updated_ns == *parse_rfc3339("2026-03-01T10:05:00.123456Z"));
    CHECK(facts.first_ns == *parse_rfc3339("2026-03-01T10:00:00Z"));
    CHECK(facts.last_ns == *parse_rfc3339("2026-03-01T11:00:00Z"));
    CHECK(facts.details.activity.size() == 2);
    CHECK(facts.details.tools.at("artifacts") == 1);
    REQUIRE(facts.details.answers.size() == 2);
    for (const auto& [id, answer] : facts.details.answers) {
      CHECK(answer.message == id);
      CHECK(answer.model == "claude-x");
      CHECK(answer.cwd == "claude.ai");
      CHECK(answer.time_ns >= *parse_rfc3339("2026-03-01T10:01:00Z"));
      CHECK(answer.tokens == Tokens());
    }
    REQUIRE(facts.files.size() == 1);
    CHECK(facts.files[0].uuid == "f1");

    REQUIRE(messages.size() == 3);
    CHECK(messages[0].role == Message::Role::human);
    CHECK(messages[0].parent_uuid.empty());
    REQUIRE(messages[0].blocks.size() == 3);
    CHECK(messages[0].blocks[0].text == "Hello");
    CHECK(messages[0].blocks[1].text == "[attachment notes.txt]\nsynthetic");
    CHECK(messages[0].blocks[2].kind == Block::Kind::image);
    REQUIRE(messages[1].blocks.size() == 5);
    CHECK(messages[1].parent_uuid == "m1");
    CHECK(messages[1].blocks[0].kind == Block::Kind::thinking);
    CHECK(messages[1].blocks[0].text == "hm");
    CHECK(messages[1].blocks[2].tool == "artifacts");
    CHECK(messages[1].blocks[2].text == "T");
    CHECK(messages[1].blocks[2].input == R"({"id":"x","command":"create","title":"T"})");
    CHECK(messages[1].blocks[3].text == "OK\ndone");
    CHECK(messages[1].blocks[3].is_error);
    CHECK(messages[1].blocks[3].tool_id == "t1");
    CHECK(messages[1].blocks[4].kind == Block::Kind::other);
    CHECK(messages[1].blocks[4].tool == "voice_note");
    CHECK(messages[2].blocks[0].text == "second branch");
  }
}

TEST_CASE("facts are the same without messages") {
  const ChatFacts facts = read_chat(kHead + kMessages);
  CHECK(facts.messages == 3);
  CHECK(facts.first_prompt == "Hello");
  CHECK(facts.branches == 2);
}

TEST_CASE("an export's chat: plain text, an account, no word of the API") {
  const auto [facts, messages] = read_whole(
      R"({"uuid":"u","name":"","account":{"uuid":"acc"},"chat_messages":[{"uuid":"m1","text":"plain","content":[],)"
      R"("sender":"human"}]})");
  CHECK(facts.is_complete);
  CHECK_FALSE(facts.is_from_api);
  CHECK(facts.account_uuid == "acc");
  CHECK(facts.title() == "plain");
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].blocks.at(0).text == "plain");
}

TEST_CASE("what does not fit together is counted") {
  const ChatFacts facts =
      read_chat(R"({"chat_messages":[{"uuid":"a"},{"uuid":"a"},{"uuid":"b","parent_message_uuid":"gone"}]})");
  CHECK(facts.has_messages);
  CHECK(facts.duplicate_messages == 1);
  CHECK(facts.missing_parents == 1);
  const ChatFacts fuller = read_chat(R"({"chat_messages":[{"uuid":"a"},{"uuid":"b"},{"uuid":"c"}]})");
  CHECK(fuller.has_all_messages_of(facts));
  CHECK_FALSE(facts.has_all_messages_of(fuller));
}

TEST_CASE("broken and hostile bytes are read as far as they go") {
  const auto torn = read_whole((kHead + kMessages).substr(0, kHead.size() + 300));
  CHECK_FALSE(torn.facts.is_complete);
  CHECK_FALSE(torn.facts.error.empty());
  CHECK(torn.facts.name == "Fixing falafel");
  for (const std::string& wrong :
       {std::string("[]"), std::string("null"), std::string(), std::string("\"x\""), std::string("<html>"),
        std::string("\xff\xfe"), std::string(200'000, '[')})
    CHECK_FALSE(read_chat(wrong).is_complete);
  // Known names where other things are expected.
  const ChatFacts odd = read_chat(
      R"({"uuid":17,"name":{"a":1},"chat_messages":{"uuid":"x"},"updated_at":"tomorrow","project":[]})");
  CHECK(odd.is_complete);
  CHECK_FALSE(odd.has_messages);
  CHECK(odd.updated_ns == 0);
  const ChatFacts inner =
      read_chat(R"({"chat_messages":[1,"x",[],{"content":{},"files":"x","attachments":[1]}]})");
  CHECK(inner.messages == 1);
}

TEST_CASE("a lone surrogate and a big integer are fine; text stays valid") {
  const auto [facts, messages] = read_whole(
      R"({"settings":{"big":12345678901234567890123},"chat_messages":[{"sender":"human","content":[{"type":"text",)"
      R"("text":"lone \ud800 surrogate"}]}]})");
  CHECK(facts.is_complete);
  CHECK(messages.at(0).blocks.at(0).text == "lone \xEF\xBF\xBD surrogate");
}

TEST_CASE("names of tools and models are bounded where they are listed") {
  const std::string name(300, 'n');
  const ChatFacts facts = read_chat(
      R"({"model":")" + name + R"(","chat_messages":[{"uuid":"a","sender":"assistant","content":[)" +
      R"({"type":"tool_use","name":")" + name + R"("},{"type":"tool_use"}]}]})");
  CHECK(facts.tool_calls == 2);
  REQUIRE(facts.details.tools.size() == 1);
  CHECK(facts.details.tools.begin()->first == name.substr(0, 255));
  CHECK(facts.details.answers.begin()->second.model == name.substr(0, 255));
}

TEST_CASE("a text beyond the bound is cut between characters") {
  std::string text;
  while (text.size() < (std::size_t{17} << 20)) text += "x\xE2\x82\xAC";
  const auto [facts, messages] = read_whole(
      R"({"chat_messages":[{"sender":"human","content":[{"type":"text","text":")" + text + R"("}]}]})");
  CHECK(facts.is_complete);
  const std::string& kept = messages.at(0).blocks.at(0).text;
  CHECK(kept.size() <= std::size_t{16} << 20);
  CHECK(kept.size() > (std::size_t{16} << 20) - 8);
  CHECK(is_valid_utf8(kept));
}
