// Which paths of the mirror are what.
#include "csb/source/claude_ai/mirror_policy.hpp"

#include <string>

#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_ai;

namespace {
const std::string kAccount = "6457b7f5-1b4d-4f1a-92b8-83c13da7b096";
const std::string kOrganization = "8efc9271-e78f-4746-8e9e-981eeb89ad18";
const std::string kChat = "11111111-2222-4333-8444-555555555555";
const std::string kBase = kAccount + "/" + kOrganization + "/";
}  // namespace

TEST_CASE("a chat's path") {
  CHECK(is_chat(kBase + kChat + ".json"));
  CHECK(chat_of(kBase + kChat + ".json")->text() == kChat);
  CHECK(is_chat(kAccount + "/export/" + kChat + ".json"));
  const std::string path = kBase + kChat + ".json";
  const auto parts = split_chat_path(path);
  REQUIRE(parts);
  CHECK(parts->account == kAccount);
  CHECK(parts->organization == kOrganization);
  CHECK(parts->chat == kChat);
  for (const std::string& other :
       {kBase + "memory.json", kBase + "suspect/" + kChat + ".json", kBase + kChat + ".json.tmp",
        kChat + ".json", kBase + "11111111-2222-4333-8444-55555555555G.json",
        kAccount + "/other/" + kChat + ".json", std::string(), "by-name/x/" + kChat + ".json",
        kBase + "ABCDEF00-0000-4000-8000-000000000000.json"})
    CHECK_FALSE(is_chat(other));
}

TEST_CASE("what is stored") {
  for (const std::string& stored :
       {kAccount + "/account.json", kBase + "organization.json", kBase + "memory.json",
        kBase + kChat + ".json", kBase + "suspect/" + kChat + ".json", kBase + "exported/" + kChat + ".json",
        kBase + "projects/" + kChat + ".json", kBase + "projects/" + kChat + ".docs.json",
        kBase + "memories/" + kChat + ".json", kBase + "files/" + kChat + "/outputs/report.md"})
    CHECK(classify(stored) == PathClass::noise);
  for (const std::string& own :
       {std::string("state.db"), std::string("state.db-wal"), std::string("lock"), std::string(".csb-mirror"),
        std::string("by-name/Ada/x.json"), kBase + ".new.17"})
    CHECK(classify(own) == PathClass::skip);
  for (const std::string& strange : {std::string("notes.txt"), kBase + "notes.txt", std::string("../x"),
                                     kBase + "projects/x.json", kAccount + "/elsewhere/" + kChat + ".json"})
    CHECK(classify(strange) == PathClass::unknown);
}

TEST_CASE("where the walk looks") {
  for (const std::string& inside :
       {std::string(), kAccount, kAccount + "/" + kOrganization, kAccount + "/export", kBase + "projects",
        kBase + "files", kBase + "files/" + kChat + "/outputs"})
    CHECK(classify_directory(inside) == PathClass::noise);
  CHECK(classify_directory("by-name") == PathClass::skip);
  CHECK(classify_directory("lost+found") == PathClass::unknown);
}

TEST_CASE("what belongs to a chat") {
  for (const std::string& of :
       {kBase + kChat + ".json", kBase + "suspect/" + kChat + ".json", kBase + "exported/" + kChat + ".json",
        kBase + "files/" + kChat + "/outputs/report.md"}) {
    REQUIRE(footprint_of(of));
    CHECK(footprint_of(of)->text() == kChat);
  }
  CHECK_FALSE(footprint_of(kBase + "projects/" + kChat + ".json"));
  CHECK_FALSE(footprint_of(kBase + "memory.json"));
}
