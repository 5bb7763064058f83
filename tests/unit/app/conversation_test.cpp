#include "csb/app/conversation.hpp"

#include <string>
#include <vector>

#include "archived_session.hpp"
#include "csb/app/open_catalogue.hpp"
#include "csb/app/versions.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;
using app::Conversation;
using csb::testing::ArchivedSession;
using csb::testing::conversation;
using csb::testing::kStart;
using csb::testing::transcript_path;

namespace {

std::vector<std::string> texts(const Conversation& conversation) {
  std::vector<std::string> all;
  conversation.read([&](const Message& message, const app::MessagePlace&) {
    all.push_back(message.blocks.front().text);
    return true;
  });
  return all;
}

catalogue::Catalogue caught_up(const ArchivedSession& archived) {
  fs::make_directories(archived.settings.home);
  auto catalogue =
      catalogue::Catalogue::open(archived.settings.catalogue_file(), catalogue::Catalogue::Access::write);
  CHECK(app::catch_up(catalogue, *archived.store, archived.settings).empty());
  return catalogue;
}

void put_live(const ArchivedSession& archived, const std::string& content) {
  const std::string path = archived.settings.claude_dir + "/" + transcript_path();
  fs::make_directories(archived.settings.claude_dir + "/projects/-home-ada");
  fs::write_file_atomically(path, content);
}

}  // namespace

TEST_CASE("a conversation is read from where it is asked for") {
  ArchivedSession archived("conversation");
  static_cast<void>(archived.commit({{transcript_path(), conversation(1), ChangeOp::add, 1}}));
  static_cast<void>(archived.commit({{transcript_path(), conversation(2), ChangeOp::grow, 2}}));
  const auto catalogue = caught_up(archived);
  auto session = app::resolve_session(catalogue, csb::testing::kId);
  session.root_path = archived.settings.claude_dir;
  const auto open = [&](const app::ConversationRequest& request) {
    return Conversation::open(archived.settings, catalogue, session, request);
  };

  const Conversation stored = open({});  // nothing on disk: what restore would take
  CHECK(stored.version_number() == 2);
  CHECK(texts(stored) == std::vector<std::string>{"prompt 0", "prompt 1"});
  put_live(archived, conversation(3));
  CHECK(texts(open({})).size() == 3);
  CHECK_FALSE(open({}).version());
  app::ConversationRequest request;
  request.stored_only = true;
  CHECK(texts(open(request)).size() == 2);
  request = {};
  request.version = 1;
  CHECK(texts(open(request)).size() == 1);
  request = {};
  request.at_ns = kStart + 90 * kNsPerSecond;
  CHECK(open(request).version_number() == 1);
  request.at_ns = kStart;
  CHECK_THROWS_AS(open(request), Error);
  request = {};
  request.version = 3;
  CHECK_THROWS_AS(open(request), Error);
}

TEST_CASE("a blanked transcript does not hide what is stored") {
  ArchivedSession archived("blanked");
  static_cast<void>(archived.commit({{transcript_path(), conversation(2), ChangeOp::add, 2}}));
  const auto catalogue = caught_up(archived);
  auto session = app::resolve_session(catalogue, csb::testing::kId);
  session.root_path = archived.settings.claude_dir;
  for (const char* blank : {"", "\n\n", "{\"type\":\"mode\",\"mode\":\"normal\"}\n"}) {
    put_live(archived, blank);
    CHECK(texts(Conversation::open(archived.settings, catalogue, session)).size() == 2);
  }
}

TEST_CASE("one message is fetched by its offset, live and stored") {
  ArchivedSession archived("fetched");
  std::string content = conversation(3);
  const std::size_t second = content.find('\n') + 1;
  content.insert(second, "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"" +
                             std::string(3 << 20, 'x') + "\"}}\n");  // beyond the first slice
  static_cast<void>(archived.commit({{transcript_path(), content, ChangeOp::add, 4}}));
  const auto catalogue = caught_up(archived);
  auto session = app::resolve_session(catalogue, csb::testing::kId);
  const Conversation stored = Conversation::open(archived.settings, catalogue, session);
  put_live(archived, content);
  const auto live = Conversation::open_live("claude-code", archived.settings.claude_dir, transcript_path());
  REQUIRE(live);
  std::vector<app::MessagePlace> places;
  stored.read([&](const Message&, const app::MessagePlace& place) {
    places.push_back(place);
    return true;
  });
  REQUIRE(places.size() == 4);
  CHECK(places[1].offset == second);
  for (const Conversation* from : {&stored, &*live}) {
    Message message;
    CHECK(from->read_at(places[3].offset, message));
    CHECK(message.blocks.front().text == "prompt 2");
    CHECK(from->read_at(0, message));
    CHECK(message.blocks.front().text == "prompt 0");
    CHECK_FALSE(from->read_at(5, message));
    CHECK_FALSE(from->read_at(content.size() + 100, message));
  }
}

TEST_CASE("a link is no conversation to read") {
  ArchivedSession archived("linked");
  put_live(archived, conversation(1));
  const std::string link = archived.settings.claude_dir + "/projects/link.jsonl";
  REQUIRE(::symlink("/etc/passwd", link.c_str()) == 0);
  CHECK_FALSE(Conversation::open_live("claude-code", archived.settings.claude_dir, "projects/link.jsonl"));
  CHECK_FALSE(Conversation::open_live("claude-code", archived.settings.claude_dir, "../outside"));
  CHECK_FALSE(Conversation::open_live("claude-code", "", transcript_path()));
}
