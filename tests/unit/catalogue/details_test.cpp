#include <algorithm>

#include "csb/util/error.hpp"
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

constexpr std::int64_t kMinute = 60 * kNsPerSecond;

SessionDetails some_details() {
  SessionDetails details;
  details.tools = {{"Bash", 2}, {"Read", 1}};
  details.files = {{"/a/x", {.reads = 1, .last_ns = 5}}, {"/a/y", {.writes = 2, .last_ns = 9}}};
  details.folders = {{"/a", {3, 4, FolderOrigin::tool}}, {"/b", {0, 1, FolderOrigin::command}}};
  details.activity = {{day(1), day(1) + kMinute, 4}};
  details.answers[7] = {7, 100, "opus", "/a", {.input = 1, .output = 2, .cache_read = 30}};
  return details;
}

struct Detailed : Fixture {
  SessionId id = session_id(1);
  FileState state = transcript(id, "t");

  void put(SessionDetails details, bool go_on) {
    state.details = std::move(details);
    state.details_go_on = go_on;
    backup(state, ++commit);
  }
  [[nodiscard]] std::string tools() const {
    std::string text;
    for (const ToolRow& tool : catalogue.tools_of(id))
      text += tool.name + "=" + std::to_string(tool.calls) + " ";
    return text;
  }
  [[nodiscard]] std::string folders() const {
    std::string text;
    for (const FolderRow& folder : catalogue.folders_of(id))
      text += folder.path + "=" + std::to_string(folder.use.work) + "/" + std::to_string(folder.use.rows) +
              "/" + std::to_string(static_cast<int>(folder.use.origin)) + (folder.is_start ? "! " : " ");
    return text;
  }
  [[nodiscard]] std::string touched() const {
    std::string text;
    for (const TouchedRow& row : catalogue.files_touched_by(id))
      text += row.path + "=" + std::to_string(row.touched.reads) + "," + std::to_string(row.touched.writes) +
              "," + std::to_string(row.touched.searches) + "@" + std::to_string(row.touched.last_ns) + " ";
    return text;
  }

  unsigned commit = 0;
};

}  // namespace

TEST_CASE("what a file amounts to is told, added to and replaced") {
  Detailed f;
  f.state.session_facts->start_cwd = "/b";
  f.put(some_details(), false);
  CHECK(f.tools() == "Bash=2 Read=1 ");
  CHECK(f.folders() == "/a=3/4/1 /b=0/1/2! ");
  CHECK(f.touched() == "/a/y=0,2,0@9 /a/x=1,0,0@5 ");

  SessionDetails more;
  more.tools = {{"Read", 4}};
  more.files = {{"/a/x", {.searches = 1, .last_ns = 12}}};
  more.folders = {{"/b", {9, 1, FolderOrigin::cwd}}};
  f.put(more, true);
  CHECK(f.tools() == "Read=5 Bash=2 ");
  CHECK(f.folders() == "/b=9/2/0! /a=3/4/1 ");
  CHECK(f.touched() == "/a/x=1,0,1@12 /a/y=0,2,0@9 ");

  f.put(more, false);  // a file touched by rows that are gone stays known
  CHECK(f.tools() == "Read=4 ");
  CHECK(f.folders() == "/b=9/1/0! ");
  CHECK(f.touched() == "/a/x=0,0,1@12 /a/y=0,0,0@9 ");

  f.state.details.reset();  // read back, or a stub: what is known stays
  f.backup(f.state, 9);
  CHECK(f.tools() == "Read=4 ");
}

TEST_CASE("sittings grow together over appends, in whatever order they come") {
  std::vector<std::int64_t> minutes{0, 3, 9, 19, 30, 31, 41, 60, 90, 95};
  for (int turn = 0; turn < 20; ++turn) {
    Detailed f;
    for (const std::int64_t minute : minutes) {
      SessionDetails details;
      const std::int64_t at = day(1) + minute * kMinute;
      details.activity = {{at, at, 1}};
      f.put(details, true);
    }
    const std::vector<ActivitySegment> expected{{day(1), day(1) + 19 * kMinute, 4},
                                                {day(1) + 30 * kMinute, day(1) + 41 * kMinute, 3},
                                                {day(1) + 60 * kMinute, day(1) + 60 * kMinute, 1},
                                                {day(1) + 90 * kMinute, day(1) + 95 * kMinute, 2}};
    REQUIRE(f.catalogue.activity_of(f.id) == expected);
    const auto within = f.catalogue.activity(day(1) + 35 * kMinute, day(1) + 60 * kMinute);
    REQUIRE(within.size() == 2);
    CHECK(within[0].segment == expected[1]);
    CHECK(within[1].segment == expected[2]);
    std::next_permutation(minutes.begin(), minutes.end());
    std::rotate(minutes.begin(), minutes.begin() + 3, minutes.end());
  }
}

TEST_CASE("a session that moved counts its rows once, its subagents with them") {
  Detailed f;
  SessionDetails details = some_details();
  f.put(details, false);
  FileState moved = transcript(f.id, "t", 4, "-elsewhere");
  moved.details = details;
  f.write([&](Catalogue::Update& update) {
    update.remove_file(f.root, f.state.path);
    update.put_file(f.root, moved);
    update.add_version(version(f.root, f.state, 5, ChangeOp::remove));
    update.add_version(version(f.root, moved, 5));
    for (const char* const slug : {"-home-me-work", "-elsewhere"}) {
      FileState agent =
          file("projects/" + std::string(slug) + "/" + f.id.text() + "/subagents/agent-a.jsonl");
      agent.session = f.id;
      agent.details.emplace().tools = {{"Grep", 1}};
      agent.details->files = {{"/only/" + std::string(slug), {.reads = 1, .last_ns = 50}}};
      update.put_file(f.root, agent);
    }
    update.refresh_session(f.root, f.id);
  });
  CHECK(f.tools() == "Bash=2 Grep=1 Read=1 ");
  CHECK(f.folders() == "/a=3/4/1 /b=0/1/2 ");
  CHECK(f.touched() == "/only/-elsewhere=1,0,0@50 /only/-home-me-work=0,0,0@50 /a/y=0,2,0@9 /a/x=1,0,0@5 ");
}

TEST_CASE("a file that moved and grew takes along what its rows amount to, and no more") {
  Detailed f;
  SessionDetails older = some_details();
  older.files = {{"/gone", {.reads = 1, .last_ns = 3}}, {"/a/x", {.reads = 5, .last_ns = 99}}};
  older.answers = {{8, {8, 100, "opus", "/a", {.output = 1000}}}};
  f.put(older, false);
  f.put(some_details(), false);
  CHECK(f.touched() == "/a/x=1,0,0@99 /a/y=0,2,0@9 /gone=0,0,0@3 ");

  FileState moved = transcript(f.id, "t", 4, "-elsewhere");
  moved.details.emplace().tools = {{"Bash", 1}};
  moved.details_go_on = true;
  moved.details_of = f.state.path;
  f.write([&](Catalogue::Update& update) {
    update.remove_file(f.root, f.state.path);
    update.put_file(f.root, moved);
    update.add_version(version(f.root, f.state, 5, ChangeOp::remove));
    update.add_version(version(f.root, moved, 5));
    update.refresh_session(f.root, f.id);
  });
  CHECK(f.tools() == "Bash=3 Read=1 ");
  CHECK(f.folders() == "/a=3/4/1 /b=0/1/2 ");
  CHECK(f.catalogue.activity_of(f.id).size() == 1);
  CHECK(f.touched() == "/a/x=1,0,0@99 /a/y=0,2,0@9 /gone=0,0,0@3 ");  // the former path still knows
  CHECK(f.catalogue.usage({}).at(0).tokens.output == 1002);
}

TEST_CASE("history keeps answers and the names of files") {
  Detailed f;
  f.put({}, false);
  f.write([&](Catalogue::Update& update) { update.keep_history(f.root, f.state.path, some_details()); });
  CHECK(f.tools().empty());
  CHECK(f.touched() == "/a/y=0,0,0@9 /a/x=0,0,0@5 ");
  CHECK(f.catalogue.usage({}).size() == 1);
  CHECK_THROWS_AS(f.catalogue.begin().keep_history(f.root, "no/such", {}), Error);
}

TEST_CASE("clearing a root leaves nothing of its details") {
  Detailed f;
  f.put(some_details(), false);
  f.write([&](Catalogue::Update& update) { update.clear_root(f.root); });
  CHECK(f.tools().empty());
  CHECK(f.catalogue.activity(0, day(9999)).empty());
  CHECK(f.catalogue.usage({}).empty());
  f.put({}, true);
  CHECK(f.tools().empty());
  CHECK(f.touched().empty());
  CHECK(f.folders().empty());
}
