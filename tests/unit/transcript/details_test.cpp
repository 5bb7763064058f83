// What rows amount to: tools, files, folders, sittings, answers.
#include <random>
#include <vector>

#include "rows.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;
using namespace csb::transcript::rows;

namespace {

SessionDetails details_of(std::string_view transcript) {
  Reader reader;
  reader.feed(as_bytes(transcript));
  return reader.details();
}

std::string call(const std::string& name, const std::string& input) {
  return assistant(tool_use(name, input)) + "\n";
}

std::string folder_text(const SessionDetails& details) {
  std::string text;
  for (const auto& [path, use] : details.folders)
    text += path + "=" + std::to_string(use.work) + "/" + std::to_string(use.rows) + "/" +
            std::to_string(static_cast<int>(use.origin)) + " ";
  return text;
}

std::string answer(const std::string& id, const std::string& usage, const std::string& model = "opus",
                   const std::string& time = "2026-11-21T02:00:00Z") {
  return with_envelope(R"("type":"assistant","requestId":"req-)" + id + R"(","message":{"id":")" + id +
                           R"(","model":")" + model + R"(","content":[],"usage":)" + usage + "}",
                       time) +
         "\n";
}

}  // namespace

TEST_CASE("calls by tool and files by what was done to them") {
  const SessionDetails details = details_of(
      call("Read", R"({"file_path":"/home/ann/shop/a.c"})") + call("Read", R"({"file_path":"b \"c\".c"})") +
      call("Edit", R"({"file_path":"/home/ann/shop/a.c"})") +
      call("Write", R"({"content":"x","file_path":"/x/../y/z"})") +
      call("MultiEdit", R"({"file_path":"/home/ann/shop/a.c","edits":[{"file_path":"/no"}]})") +
      call("NotebookEdit", R"({"notebook_path":"/n.ipynb"})") +
      call("Grep", R"({"pattern":"x","path":"/home/ann/shop/src/m.c"})") +
      call("Glob", R"({"pattern":"*"})") + call("Bash", R"({"command":"ls"})") +
      call("mcp__a__b", R"({"path":"/secret/x"})") + call("Read", R"(null)") +
      call("Read", R"({"file_path":7})") + call("Read", R"({"file_path":""})"));
  CHECK(details.tools == decltype(details.tools){{"Bash", 1},
                                                 {"Edit", 1},
                                                 {"Glob", 1},
                                                 {"Grep", 1},
                                                 {"MultiEdit", 1},
                                                 {"NotebookEdit", 1},
                                                 {"Read", 5},
                                                 {"Write", 1},
                                                 {"mcp__a__b", 1}});
  const std::int64_t at = details.activity.at(0).start_ns;
  CHECK(details.files == decltype(details.files){{"/home/ann/shop/a.c", {1, 2, 0, at}},
                                                 {"/home/ann/shop/b \"c\".c", {1, 0, 0, at}},
                                                 {"/home/ann/shop/src/m.c", {0, 0, 1, at}},
                                                 {"/n.ipynb", {0, 1, 0, at}},
                                                 {"/y/z", {0, 1, 0, at}}});
}

TEST_CASE("a call works in one folder; others are only named") {
  CHECK(folder_text(details_of(call("Read", R"({"file_path":"/a/my.proj/x.c"})"))) ==
        "/a/my.proj=1/1/1 /home/ann/shop=0/1/0 ");
  CHECK(folder_text(details_of(
            call("Bash", R"({"command":"cd /a/my.proj && cat /a/my.proj/src/x.c /home/b/y.c"})"))) ==
        "/a/my.proj=0/1/2 /a/my.proj/src=1/1/2 /home/ann/shop=0/1/0 /home/b=0/1/2 ");
  CHECK(folder_text(details_of(call("Bash", R"({"command":"make"})") + call("WebFetch", "{}"))) ==
        "/home/ann/shop=2/2/0 ");
  CHECK(folder_text(
            details_of(call("Grep", R"({"path":"/home/ann"})") + call("Grep", R"({"path":"/b/c.d"})"))) ==
        "/b=1/1/1 /home/ann=1/1/1 /home/ann/shop=0/2/0 ");
  CHECK(folder_text(details_of(user("cd /a/b") + "\n" + tool_result("\"/a/b/c.d\"") + "\n")) ==
        "/home/ann/shop=0/2/0 ");
}

TEST_CASE("folders with spaces and of other scripts are folders") {
  const auto in = [](const std::string& cwd, std::string row) {
    row.replace(row.find("/home/ann/shop"), std::string("/home/ann/shop").size(), cwd);
    return folder_text(details_of(row + "\n"));
  };
  const std::string folder = "/home/mé/my proj/日本";
  CHECK(in(folder, user("x")) == folder + "=0/1/0 ");
  CHECK(in(folder, assistant(tool_use("Read", R"({"file_path":"ä b/c.d"})"))) ==
        folder + "=0/1/0 " + folder + "/ä b=1/1/1 ");
  CHECK(in("/repo/.claude/worktrees/wt 1/", user("x")) == "/repo/.claude/worktrees/wt 1=0/1/0 ");
  CHECK(in(R"(C:\\Users\\x)", user("x")).empty());
}

TEST_CASE("a gap of more than ten minutes ends a sitting") {
  std::string transcript;
  for (const char* const time : {"02:00:00Z", "02:10:00Z", "02:20:00.001Z", "02:25:00Z", "01:55:00Z"})
    transcript += answer("m", "{}", "opus", std::string("2026-11-21T") + time);
  transcript += R"({"type":"queue-operation","timestamp":"2026-11-21T09:00:00Z"})"
                "\n";
  const SessionDetails details = details_of(transcript);
  REQUIRE(details.activity.size() == 2);
  CHECK(details.activity[0].messages == 3);
  CHECK(details.activity[1].messages == 2);
  CHECK(details.activity[0].end_ns - details.activity[0].start_ns == std::int64_t{15} * 60 * 1'000'000'000);
}

TEST_CASE("an answer counts once, with the most that its rows say") {
  const SessionDetails details = details_of(
      answer("m1", R"({"input_tokens":3,"output_tokens":1,"cache_read_input_tokens":9})") +
      answer("m1",
             R"({"input_tokens":3,"output_tokens":7,"cache_creation_input_tokens":100,)"
             R"("cache_creation":{"ephemeral_5m_input_tokens":20,"ephemeral_1h_input_tokens":70}})",
             "other", "2026-11-21T01:00:00Z") +
      answer("m2", R"({"cache_creation_input_tokens":5})") +
      answer("m3", R"({"input_tokens":1})", "<synthetic>") + answer("m4", "null") +
      answer("m5", R"({"input_tokens":-4,"output_tokens":"7","cache_creation":[1]})"));
  REQUIRE(details.answers.size() == 3);
  std::vector<Answer> answers;
  for (const auto& [message, told] : details.answers)
    if (told.tokens.input > 0) answers.push_back(told);
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].tokens == Tokens{3, 7, 30, 70, 9});  // what no time to live is said of lives five minutes
  CHECK(answers[0].model == "opus");
  CHECK(answers[0].cwd == "/home/ann/shop");
  CHECK(answers[0].time_ns > 0);
}

TEST_CASE("rewinds and the first message are facts") {
  const Facts facts =
      facts_of(R"({"type":"last-prompt","leafUuid":"a","lastPrompt":"x"})"
               "\n" +
               user("one") + "\n" +
               with_envelope(R"("type":"user","message":{"content":"two"},"uuid":"second")") + "\n" +
               R"({"type":"last-prompt","leafUuid":"a","explicit":true})"
               "\n"
               R"({"type":"last-prompt","leafUuid":"a","explicit":true})"
               "\n"
               R"({"type":"last-prompt","leafUuid":"b","explicit":true})"
               "\n"
               R"({"type":"last-prompt","leafUuid":"c","explicit":false})"
               "\n"
               R"({"type":"last-prompt","explicit":true})"
               "\n");
  CHECK(facts.rewinds == 3);
  CHECK(facts.first_uuid == "0c9a0a52-9c4e-4d0e-8c55-000000000001");
}

TEST_CASE("the least hostile limits hold") {
  std::string transcript;
  for (int i = 0; i < 20'000; ++i)
    transcript += call("Tool" + std::to_string(i), R"({"file_path":"/d)" + std::to_string(i) + R"(/f.c"})") +
                  call("Read", R"({"file_path":"/d)" + std::to_string(i) + R"(/f.c"})");
  const SessionDetails details = details_of(transcript);
  CHECK(details.tools.size() == 1024);
  CHECK(details.files.size() == 16'384);
  CHECK(details.folders.size() == 4096);
  std::string blocks;
  for (int i = 0; i < 100'000; ++i)
    blocks += std::string(i > 0 ? "," : "") + R"({"type":"tool_use","name":"A"})";
  Reader reader;
  reader.feed(as_bytes(assistant(blocks) + "\n"));
  CHECK(reader.facts().tool_calls == 100'000);
  CHECK(reader.details().tools.at("A") == 4096);
}
