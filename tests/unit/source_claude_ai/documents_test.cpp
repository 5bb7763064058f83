// What lies beside the chats: projects with their documents, and memory.
#include "csb/source/claude_ai/documents.hpp"

#include <vector>

#include "csb/util/clock.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_ai;
using Kind = Document::Kind;

namespace {

const std::string kProject = "8efc9271-e78f-4746-8e9e-981eeb89ad18";
const std::string kFolder = "6457b7f5-1b4d-4f1a-92b8-83c13da7b096/" + kProject + "/";

std::vector<Document> documents_in(const std::string& json) {
  std::vector<Document> found;
  CHECK(read_documents(json, [&](const Document& document) { return found.push_back(document), true; }));
  return found;
}

}  // namespace

TEST_CASE("which files of the mirror hold documents, and whose") {
  for (const std::string& name : {"projects/" + kProject + ".json", "projects/" + kProject + ".docs.json",
                                  "projects/" + kProject + ".export.json", "memories/" + kProject + ".json",
                                  std::string("memory.json")}) {
    const auto owner = document_owner(kFolder + name);
    REQUIRE(owner);
    CHECK(owner->text() == kProject);
  }
  for (const std::string& name :
       {kProject + ".json", "projects/" + kProject + ".files.json", "exported/" + kProject + ".json",
        std::string("organization.json"), "files/" + kProject + "/x.json", std::string("projects/../x.json")})
    CHECK_FALSE(document_owner(kFolder + name));
  CHECK_FALSE(document_owner("6457b7f5-1b4d-4f1a-92b8-83c13da7b096/export/memory.json"));
}

TEST_CASE("documents as the API lists them, and as exports hold them") {
  const auto docs =
      documents_in(R"([{"uuid":"d1","file_name":"a.md","content":"# a","created_at":)"
                   R"("2026-01-01T00:00:00Z"},{"file_name":"b","content":"b"},{"uuid":"d3"},7])");
  REQUIRE(docs.size() == 2);
  CHECK(docs[0].kind == Kind::document);
  CHECK(docs[0].id == "d1");
  CHECK(docs[0].name == "a.md");
  CHECK(docs[0].text == "# a");
  CHECK(docs[0].time_ns == parse_rfc3339("2026-01-01T00:00:00Z"));
  CHECK(docs[1].id == "document b");

  const std::string exported =
      R"({"uuid":"p","name":"Kitchen","description":"all of it","prompt_template":"Be brief.",)"
      R"("docs":[{"uuid":"d1","filename":"a.md","content":"# a"}]})";
  const auto all = documents_in(exported);
  REQUIRE(all.size() == 3);
  CHECK(all[0].kind == Kind::description);
  CHECK(all[1].kind == Kind::instructions);
  CHECK(all[1].id == "p:instructions");
  CHECK(all[1].text == "Be brief.");
  CHECK(all[2].name == "a.md");
  CHECK(project_name(exported) == "Kitchen");
}

TEST_CASE("what is remembered, in either shape") {
  CHECK(documents_in(R"({"memory":"likes tea","controls":[]})").front().text == "likes tea");
  const auto exported = documents_in(
      R"({"account_uuid":"x","conversations_memory":"c","project_memories":{"p1":"one","p2":["two"]}})");
  REQUIRE(exported.size() == 3);
  CHECK(exported[1].id == "project_memories/p1");
  CHECK(exported[2].text == "two");
}

TEST_CASE("what is no such file says nothing") {
  for (const std::string json : {"null", "[]", "{}", "7", R"({"docs":7,"memory":null,"prompt_template":{}})"})
    CHECK(documents_in(json).empty());
  const auto never = [](const Document&) -> bool { throw std::runtime_error("visited"); };
  CHECK_FALSE(read_documents("", never));
  CHECK_FALSE(read_documents("[{\"content\":\"x\"", never));
  CHECK_FALSE(read_documents(std::string(200'000, '['), never));
  CHECK(project_name("[1]").empty());
  std::size_t seen = 0;
  CHECK(
      read_documents(R"([{"content":"1"},{"content":"2"}])", [&](const Document&) { return ++seen, false; }));
  CHECK(seen == 1);
}
