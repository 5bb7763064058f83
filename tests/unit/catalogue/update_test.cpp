#include "csb/util/error.hpp"
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

TEST_CASE("without a commit nothing happened") {
  Fixture f;
  {
    auto update = f.catalogue.begin();
    update.put_file(f.root, file("a"));
    CHECK(f.catalogue.known_files(f.root).size() == 1);  // the same connection sees what it writes
  }
  CHECK(f.catalogue.known_files(f.root).empty());
  try {
    auto update = f.catalogue.begin();
    update.put_file(f.root, file("a"));
    throw std::runtime_error("stop");
  } catch (const std::runtime_error&) {
  }
  CHECK(f.catalogue.known_files(f.root).empty());
  f.write([&](auto& update) { update.put_file(f.root, file("b")); });
  CHECK(f.catalogue.known_files(f.root).size() == 1);
}

TEST_CASE("an update can be handed on, ends with its commit, and is one at a time") {
  Fixture f;
  {
    auto first = f.catalogue.begin();
    auto update = std::move(first);
    CHECK_THROWS_AS(f.catalogue.begin(), Error);
    update.put_file(f.root, file("a"));
    update.commit();
    CHECK_THROWS_AS(update.put_file(f.root, file("b")), Error);
    CHECK_THROWS_AS(update.commit(), Error);
  }
  CHECK(f.catalogue.known_files(f.root).size() == 1);
}

TEST_CASE("a catalogue that was moved goes on") {
  Fixture f;
  Catalogue other = std::move(f.catalogue);
  auto update = other.begin();
  update.set_note("a", "b");
  update.commit();
  CHECK(other.note("a") == "b");
}

TEST_CASE("a root is made once and keeps its id") {
  Fixture f;
  std::int64_t again = 0, other = 0;
  f.write([&](auto& update) {
    again = update.ensure_root(kBranch, "claude-code", "/new\xff");
    other = update.ensure_root("refs/heads/other/claude.ai", "claude.ai", "");
    update.set_head(other, oid(7));
  });
  CHECK(again == f.root);
  const auto roots = f.catalogue.roots();
  REQUIRE(roots.size() == 2);
  CHECK(roots[0].path == "/new\xff");
  CHECK(roots[0].source == "claude-code");
  CHECK_FALSE(roots[0].head);
  CHECK(roots[1].id == other);
  CHECK(roots[1].path.empty());
  CHECK(roots[1].head == oid(7));
  CHECK(f.catalogue.find_root("refs/heads/other/claude.ai")->id == other);
  CHECK_FALSE(f.catalogue.find_root("refs/heads/none"));
}

TEST_CASE("an unknown path is reported once") {
  Fixture f;
  f.write([&](auto& update) {
    CHECK(update.newly_reported(f.root, {"b", "a", "b"}) == std::vector<std::string>{"b", "a"});
    CHECK(update.newly_reported(f.root, {"a", "\xff"}) == std::vector<std::string>{"\xff"});
    CHECK(update.newly_reported(f.root + 1, {"a"}) == std::vector<std::string>{"a"});
  });
}

TEST_CASE("the last runs are kept, newest first, and old ones forgotten") {
  Fixture f;
  f.write([&](auto& update) {
    for (int i = 1; i <= 1010; ++i)
      update.record_run({i, i + 1, "backup", i % 7, "run " + std::to_string(i)});
  });
  const auto runs = f.catalogue.last_runs(2);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].summary == "run 1010");
  CHECK(runs[0].started_ns == 1010);
  CHECK(runs[0].ended_ns == 1011);
  CHECK(runs[0].command == "backup");
  CHECK(runs[0].exit_status == 1010 % 7);
  CHECK(runs[1].summary == "run 1009");
  CHECK(f.catalogue.last_runs(5000).size() == 1000);
}

TEST_CASE("a note is its last value") {
  Fixture f;
  CHECK(f.catalogue.note("k").empty());
  f.write([&](auto& update) {
    update.set_note("k", "one");
    update.set_note("k", "two");
    update.set_note("", "empty key");
  });
  CHECK(f.catalogue.note("k") == "two");
  CHECK(f.catalogue.note("").size() == 9);
}

TEST_CASE("totals are of what is present, and of all versions") {
  Fixture f;
  f.backup(file("a", 5), 1);
  f.backup(file("b", 6), 1);
  f.backup(file("b", 6), 2, ChangeOp::remove);
  const Totals totals = f.catalogue.totals();
  CHECK(totals.files_present == 1);
  CHECK(totals.bytes_present == 5);
  CHECK(totals.versions == 3);
}

TEST_CASE("a cleared root is empty, and its sessions are those of the other roots") {
  Fixture f;
  const SessionId shared = session_id(1), own = session_id(2);
  f.backup(transcript(shared, "mine", 9), 1);
  f.backup(transcript(own, "only here"), 1);
  std::int64_t other = 0;
  f.write([&](auto& update) {
    other = update.ensure_root("refs/heads/other/claude-code", "claude-code", "");
    update.put_file(other, transcript(shared, "theirs", 2));
    update.add_version(version(other, transcript(shared, "theirs", 2), 1));
    update.set_head(f.root, oid(1));
    CHECK(update.newly_reported(f.root, {"odd"}).size() == 1);
  });
  f.write([&](auto& update) {
    update.clear_root(f.root);
    CHECK(update.newly_reported(f.root, {"odd"}).size() == 1);
    update.add_version(version(f.root, file("a"), 1));
  });
  CHECK(f.catalogue.known_files(f.root).empty());
  CHECK(f.catalogue.known_files(other).size() == 1);
  CHECK(f.catalogue.versions_of_path(f.root, transcript_path(shared)).empty());
  CHECK(f.catalogue.versions_of_path(f.root, "a").size() == 1);
  CHECK_FALSE(f.catalogue.find_root(kBranch)->head);
  CHECK_FALSE(f.catalogue.session(own));
  CHECK(f.catalogue.session(shared)->title == "theirs");
  CHECK_FALSE(f.catalogue.file_state(f.root, transcript_path(own)));
}
