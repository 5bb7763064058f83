// What each kind of row adds to the facts.
#include "csb/util/clock.hpp"
#include "rows.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;
using namespace csb::transcript::rows;

TEST_CASE("a small conversation") {
  const Facts facts =
      facts_of(R"({"type":"mode","mode":"normal","sessionId":")" + kSession + "\"}\n" + user("Fix the till") +
               "\n" + assistant(text_block("On it.")) + "\n" +
               assistant(tool_use("Bash", R"({"command":"ls"})")) + "\n" + tool_result(R"("a\nb")") + "\n");
  CHECK(facts.rows == 5);
  CHECK(facts.bad_rows == 0);
  CHECK(facts.messages == 4);
  CHECK(facts.prompts == 1);
  CHECK(facts.tool_calls == 1);
  CHECK(facts.first_prompt == "Fix the till");
  CHECK(facts.cwd == "/home/ann/shop");
  CHECK(facts.start_cwd == "/home/ann/shop");
  CHECK(facts.git_branch == "main");
  CHECK(facts.version == "2.1.329");
  CHECK(facts.model == "claude-opus-5-5");
  CHECK(facts.session_ids == std::set<std::string, std::less<>>{kSession});
  CHECK(facts.forked_from.empty());
}

TEST_CASE("nothing at all") {
  CHECK(facts_of("") == Facts());
  CHECK(facts_of("\n\r\n  \t\n") == Facts());
}

TEST_CASE("tool calls are counted block by block") {
  const std::string call = tool_use("Read", R"({"file_path":"/a","type":"tool_use"})");
  CHECK(facts_of(assistant(text_block("tool_use") + "," + call + "," + call) + "\n").tool_calls == 2);
  // The name alone, a result's or a person's text, another key, are no calls.
  CHECK(facts_of(assistant(text_block(R"(\"type\":\"tool_use\")")) + "\n").tool_calls == 0);
  CHECK(facts_of(user(R"({\"type\":\"tool_use\"})") + "\n").tool_calls == 0);
  CHECK(facts_of(tool_result(R"([{"type":"tool_use"}])") + "\n").tool_calls == 0);
  // The type need not come first; elements may be anything.
  CHECK(facts_of(assistant(R"(null,1,"x",[],{},{"id":"a\"b","input":{"x":[1]},"type":"tool_use"})") + "\n")
            .tool_calls == 1);
  CHECK(facts_of("{\"type\":\"tool_use\",\"name\":\"Bash\"}\n").tool_calls == 1);
}

TEST_CASE("what a person typed, and what only looks so") {
  const auto prompts = [](const std::string& row) { return facts_of(row + "\n").prompts; };
  CHECK(prompts(user("hello")) == 1);
  CHECK(prompts(user("hello", R"(,"promptSource":"typed","origin":{"kind":"human"})")) == 1);
  CHECK(prompts(user("hello", R"(,"isMeta":false)")) == 1);
  CHECK(prompts(user("see <command-name>")) == 1);
  CHECK(prompts(user("x", R"(,"isMeta":true)")) == 0);
  CHECK(prompts(user("x", R"(,"isCompactSummary":true)")) == 0);
  CHECK(prompts(user("x", R"(,"origin":{"kind":"task-notification"})")) == 0);
  CHECK(prompts(user("x", R"(,"isSidechain":true)")) == 0);
  CHECK(prompts(tool_result("\"x\"")) == 0);
  CHECK(prompts(with_envelope(R"("type":"user","message":{"content":[{"type":"text","text":"a"}]})")) == 0);
  CHECK(prompts(with_envelope(R"("type":"assistant","message":{"content":"a"})")) == 0);
  for (const char* tag :
       {"<command-name>/clear", "<local-command-stdout>", "<local-command-caveat>x", "<bash-input>",
        "<bash-stdout>", "<task-notification>", "<system-reminder>be quick"})
    CHECK(prompts(user(tag)) == 0);
}

TEST_CASE("all of them are messages") {
  CHECK(facts_of(user("x", R"(,"isMeta":true)") + "\n" + tool_result("\"x\"") + "\n" +
                 user("x", R"(,"isSidechain":true)") + "\n" + assistant("") + "\n" +
                 with_envelope(R"("type":"system","subtype":"informational")") + "\n" +
                 with_envelope(R"("type":"attachment")") + "\n")
            .messages == 4);
}

TEST_CASE("the first prompt is cut between characters") {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "é🎉";
  const std::string cut = facts_of(user(text) + "\n" + user("later") + "\n").first_prompt;
  CHECK(cut == text.substr(0, 100 * 6));
  CHECK(facts_of(user(R"(a\nb\u00e9\ud83c\udf89)") + "\n").first_prompt == "a\nbé🎉");
  CHECK(facts_of(user("") + "\n" + user("then") + "\n").first_prompt == "then");
}

TEST_CASE("titles: the last of each kind, then by precedence") {
  const std::string first = user("first prompt") + "\n";
  CHECK(facts_of(first).title() == "first prompt");
  std::string transcript = first + R"({"type":"last-prompt","lastPrompt":"last prompt"})" + "\n";
  CHECK(facts_of(transcript).title() == "last prompt");
  transcript += R"({"type":"last-prompt","leafUuid":"u","explicit":true})"
                "\n";  // says nothing of the text
  CHECK(facts_of(transcript).title() == "last prompt");
  transcript += R"({"type":"summary","summary":"a summary","leafUuid":"u"})"
                "\n";
  CHECK(facts_of(transcript).title() == "a summary");
  transcript += R"({"type":"ai-title","aiTitle":"ai title"})"
                "\n";
  CHECK(facts_of(transcript).title() == "ai title");
  transcript += R"({"type":"custom-title","customTitle":"old"})"
                "\n";
  transcript += R"({"type":"custom-title","customTitle":"mine \"quoted\" \u65e5"})"
                "\n";
  CHECK(facts_of(transcript).title() == "mine \"quoted\" 日");
  transcript += R"({"type":"agent-name","agentName":"my name"})"
                "\n";
  CHECK(facts_of(transcript).title() == "my name");
  transcript += R"({"type":"agent-name","agentName":""})"
                "\n";
  CHECK(facts_of(transcript).title() == "mine \"quoted\" 日");
  CHECK(Facts().title().empty());
}

TEST_CASE("a title counts in its own kind of row only") {
  CHECK(facts_of(R"({"type":"user","summary":"no","customTitle":"no"})"
                 "\n")
            .title()
            .empty());
}

TEST_CASE("times are the earliest and the latest, whatever the order") {
  const auto at = [](const char* time) { return with_envelope(R"("type":"system")", time) + "\n"; };
  const Facts facts =
      facts_of(at("2026-11-21T02:00:00.500Z") + at("2026-11-20T02:00:00Z") + at("2026-11-20T09:00:00Z"));
  CHECK(facts.first_ns == parse_rfc3339("2026-11-20T02:00:00Z"));
  CHECK(facts.last_ns == parse_rfc3339("2026-11-21T02:00:00.500Z"));
  for (const char* bad : {"", "yesterday", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
                          "1970-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "1970-01-01T00:00:00+05:00"}) {
    INFO(bad);
    CHECK(facts_of(at(bad)).first_ns == 0);
    CHECK(facts_of(at(bad)).last_ns == 0);
  }
  CHECK(facts_of("{\"timestamp\":1795230675813,\"snapshot\":{\"timestamp\":\"2026-11-21T02:00:00Z\"}}\n")
            .last_ns == 0);
}

TEST_CASE("the folder: first, last, and where it was moved to") {
  const auto in = [](const char* cwd) { return std::string(R"({"type":"user","cwd":")") + cwd + "\"}\n"; };
  const std::string moved = R"({"type":"relocated","sessionId":"s","relocatedCwd":"/moved"})"
                            "\n";
  CHECK(facts_of(in("/a") + in("/b")).start_cwd == "/a");
  CHECK(facts_of(in("/a") + in("/b")).cwd == "/b");
  CHECK(facts_of(in("/a") + moved).cwd == "/moved");
  CHECK(facts_of(in("/a") + moved + in("/moved/sub")).cwd == "/moved/sub");
  CHECK(facts_of(in("/a") + moved).start_cwd == "/a");
}

TEST_CASE("forks") {
  const auto row = [](const std::string& more) {
    return R"({"type":"assistant","sessionId":")" + kSession + "\"" + more + "}\n";
  };
  const std::string by_branch = row(R"(,"forkedFrom":{"sessionId":")" + kParent + R"(","messageUuid":"m"})");
  const std::string by_flag = row(R"(,"requestSessionId":"33333333-3333-4333-8333-333333333333")");
  const std::string own = row(R"(,"requestSessionId":")" + kSession + "\"");
  CHECK(facts_of(own).forked_from.empty());
  CHECK(facts_of(by_flag).forked_from == "33333333-3333-4333-8333-333333333333");
  CHECK(facts_of(by_flag + by_branch).forked_from == kParent);
  CHECK(facts_of(by_branch + by_flag).forked_from == kParent);
  CHECK(facts_of(by_branch + row(R"(,"forkedFrom":{"sessionId":"other"})")).forked_from == kParent);
  CHECK(facts_of(row(R"(,"forkedFrom":null)") + row(R"(,"forkedFrom":"x")")).forked_from.empty());
  CHECK(facts_of(R"({"requestSessionId":"x"})"
                 "\n")
            .forked_from.empty());  // no id of its own to differ from
}

TEST_CASE("compactions, plans, ids, the model") {
  const Facts facts = facts_of(
      with_envelope(R"("type":"system","subtype":"compact_boundary","slug":"plan-it-sprightly-steele")") +
      "\n" + with_envelope(R"("type":"user","subtype":"compact_boundary","slug":"other-plan")") + "\n" +
      R"({"type":"mode","sessionId":")" + kParent + "\"}\n" + assistant("") + "\n" +
      with_envelope(R"("type":"assistant","isApiErrorMessage":true,"message":{"model":"<synthetic>"})") +
      "\n");
  CHECK(facts.compactions == 1);
  CHECK(facts.plan_slugs == std::set<std::string, std::less<>>{"other-plan", "plan-it-sprightly-steele"});
  CHECK(facts.session_ids == std::set<std::string, std::less<>>{kSession, kParent});
  CHECK(facts.model == "claude-opus-5-5");
}

TEST_CASE("what is kept is bounded") {
  std::string transcript = R"({"type":"custom-title","customTitle":")" + std::string(100'000, 'x') + "\"}\n";
  transcript += R"({"type":"user","slug":")" + std::string(256, 's') + "\"}\n";
  for (int i = 0; i < 2000; ++i)
    transcript += R"({"type":"user","slug":"plan-)" + std::to_string(i) + "\"}\n";
  const Facts facts = facts_of(transcript);
  CHECK(facts.custom_title.size() == 4096);
  CHECK(facts.plan_slugs.size() == 1024);
}
