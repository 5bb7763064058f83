#include "csb/source/claude_code/policy.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_code;

namespace {

#define ID "0a1b2c3d-0000-4000-8000-00000000000f"
#define OTHER "11111111-2222-4333-8444-555555555555"

std::string id_of(std::string_view path) {
  const auto id = session_of(path);
  return id ? id->text() : "";
}

}  // namespace

TEST_CASE("the session a path belongs to") {
  for (const char* path :
       {"projects/-p/" ID ".jsonl", "projects/-p/" ID, "projects/-p/" ID "/subagents/agent-1.jsonl",
        "projects/-p/" ID ".cast", "projects/-p/" ID ".jsonl.superseded-1",
        "projects/-p/" ID "/" OTHER ".jsonl", "file-history/" ID "/x@v1", "tasks/" ID "/1.json",
        "todos/" ID "-agent-" OTHER ".json", "todos/" ID ".json", "session-env/" ID,
        "image-cache/" ID "/1.png", "session-states/" ID ".name-cache",
        "sesslogs/a name__" ID "_dev/transcript.jsonl", "sesslogs/a__b__" ID "/x", "sesslogs/__" ID "_/x",
        "sesslogs/" OTHER "__" ID "_dev/x", "projects/-p/0A1B2C3D-0000-4000-8000-00000000000F.jsonl"})
    CHECK(id_of(path) == ID);
  for (const char* path :
       {"", "projects", "projects/-p", "projects/-p/memory/MEMORY.md", "projects/" ID "/x", ID ".jsonl",
        "debug/" ID ".txt", "projects/-p/" ID "0.jsonl", "projects/-p/" ID "x", "sesslogs/" ID,
        "sesslogs/x__y/z", "history.jsonl", "plans/" ID ".md", "tasks"})
    CHECK(id_of(path).empty());
}

TEST_CASE("transcripts and conversations") {
  CHECK(is_transcript("projects/-p/" ID ".jsonl"));
  CHECK(is_conversation("projects/-p/" ID ".jsonl"));
  CHECK(is_conversation("projects/-p/" ID "/subagents/agent-0123456789abcdef0.jsonl"));
  for (const char* path :
       {"projects/-p/" ID "/subagents/agent-1.meta.json", "projects/-p/" ID "/tool-results/agent-1.jsonl",
        "projects/-p/x/subagents/agent-1.jsonl", "projects/" ID ".jsonl", "x/-p/" ID ".jsonl",
        "history.jsonl", "projects/-p/" ID ".jsonl.superseded-1", "projects/-p/q/" ID ".jsonl",
        "projects//" ID ".jsonl", ""}) {
    INFO(path);
    CHECK_FALSE(is_transcript(path));
    CHECK_FALSE(is_conversation(path));
  }
  CHECK_FALSE(is_transcript("projects/-p/" ID "/subagents/agent-1.jsonl"));
}

TEST_CASE("the folder of a working directory, as the client names it") {
  CHECK(project_slug("/tmp/x be/ta.x_y@z") == "-tmp-x-be-ta-x-y-z");
  CHECK(project_slug("emoji🎉日本") == "emoji----");
  CHECK(project_slug("cafe\xcc\x81") == "cafe-");
  CHECK(project_slug("café") == "caf-");
  CHECK(project_slug("/a/b") == project_slug("/a-b"));
  CHECK(project_slug("") == "");
  CHECK(project_slug("a\xff\xfe"
                     "b\xe6\x97") == "a--b--");
  CHECK(project_slug("\xed\xa0\xbc") == "---");
}

TEST_CASE("a long working directory is cut and hashed") {
  // Vectors computed with the algorithm of the client's own code (JavaScript, String.charCodeAt).
  CHECK(project_slug("/" + std::string(199, 'a')) == "-" + std::string(199, 'a'));
  CHECK(project_slug("/" + std::string(200, 'a')) == "-" + std::string(199, 'a') + "-b6ymvl");
  CHECK(project_slug("/home/日本/" + std::string(250, 'x')) ==
        "-home----" + std::string(191, 'x') + "-bwmmhz");
  CHECK(project_slug("/home/dev/" + std::string(220, 'z') + "🎉") ==
        "-home-dev-" + std::string(190, 'z') + "-4bnoa0");
}
