#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

std::vector<std::string> paths_of(const std::vector<Version>& versions) {
  std::vector<std::string> paths;
  for (const Version& version : versions) paths.push_back(version.path);
  return paths;
}

}  // namespace

TEST_CASE("a version comes back as it was given, numbered along the branch") {
  Fixture f;
  const FileState state = transcript(session_id(1), "one");
  Version first = version(f.root, state, 1);
  first.messages = 0;
  first.tree_path = "claude/\xff.jsonl";
  Version second = version(f.root, state, 2, ChangeOp::grow);
  second.compactions = 4;
  f.write([&](auto& update) {
    update.put_file(f.root, state);
    update.add_version(first);
    update.add_version(second);
  });
  const auto versions = f.catalogue.versions_of_path(f.root, state.path);
  REQUIRE(versions.size() == 2);
  CHECK(versions[0].id != versions[1].id);
  CHECK(versions[0].root_id == f.root);
  CHECK(versions[0].branch == kBranch);
  CHECK(versions[0].path == state.path);
  CHECK(versions[0].session == state.session);
  CHECK(versions[0].commit == oid(1));
  CHECK(versions[0].commit_ns == day(1));
  CHECK(versions[0].sequence < versions[1].sequence);
  CHECK(versions[0].op == ChangeOp::add);
  CHECK(versions[0].size == state.stamp.size);
  CHECK(versions[0].mtime_ns == state.stamp.mtime_ns);
  CHECK(versions[0].mode == 0100600);
  CHECK(versions[0].messages == std::uint64_t{0});
  CHECK_FALSE(versions[0].compactions);
  CHECK(versions[0].tree_path == first.tree_path);
  CHECK(versions[1].op == ChangeOp::grow);
  CHECK_FALSE(versions[1].messages);
  CHECK(versions[1].compactions == std::uint64_t{4});
  CHECK(f.catalogue.versions_of_path(f.root, "none").empty());
}

TEST_CASE("versions of one commit share its number; a repeated record counts once") {
  Fixture f;
  const FileState a = file("a"), b = file("b");
  f.write([&](auto& update) {
    update.add_version(version(f.root, a, 1));
    update.add_version(version(f.root, b, 1));
    update.add_version(version(f.root, a, 2, ChangeOp::shrink));
    update.add_version(version(f.root, b, 1, ChangeOp::rewrite));
  });
  const auto of_a = f.catalogue.versions_of_path(f.root, "a"),
             of_b = f.catalogue.versions_of_path(f.root, "b");
  REQUIRE(of_a.size() == 2);
  REQUIRE(of_b.size() == 1);
  CHECK(of_b[0].sequence == of_a[0].sequence);
  CHECK(of_b[0].op == ChangeOp::rewrite);
  CHECK(f.catalogue.totals().versions == 3);
}

TEST_CASE("a session's versions are those of its footprint and of the plans it names, on all branches") {
  Fixture f;
  const SessionId id = session_id(1);
  FileState main = transcript(id, "one");
  main.session_facts->plan_slugs = {"bright-plan"};
  FileState task = file("tasks/" + id.text() + "/1.json");
  task.session = id;
  f.write([&](auto& update) {
    const auto other = update.ensure_root("refs/heads/other/claude-code", "claude-code", "");
    update.put_file(f.root, main);
    update.add_version(version(f.root, main, 1));
    update.add_version(version(f.root, file("plans/bright-plan.md"), 2));
    update.add_version(version(f.root, file("plans/dull-plan.md"), 2));
    update.add_version(version(f.root, file("plans/bright-plan.md.txt"), 2));
    update.add_version(version(other, file("plans/bright-plan.md"), 3));
    update.add_version(version(f.root, task, 4));
    update.add_version(version(f.root, transcript(session_id(2), "two"), 4));
  });
  CHECK(paths_of(f.catalogue.versions_of(id)) ==
        std::vector<std::string>{main.path, "plans/bright-plan.md", "plans/bright-plan.md", task.path});
  CHECK(f.catalogue.versions_of(session_id(9)).empty());
}

TEST_CASE("a branch's order holds against its clock") {
  Fixture f;
  const SessionId id = session_id(1);
  const FileState state = transcript(id, "one");
  std::int64_t other = 0;
  f.write([&](auto& update) {
    other = update.ensure_root("refs/heads/other/claude-code", "claude-code", "");
    Version late = version(f.root, state, 1);
    late.commit_ns = day(5);
    update.add_version(late);
    Version early = version(f.root, state, 2, ChangeOp::grow);
    early.commit_ns = day(2);  // the clock was set back
    update.add_version(early);
    update.add_version(version(other, state, 3));
  });
  const auto versions = f.catalogue.versions_of(id);
  REQUIRE(versions.size() == 3);
  CHECK(versions[0].root_id == other);
  CHECK(versions[1].commit == oid(1));
  CHECK(versions[2].commit == oid(2));
  CHECK(versions[2].commit_ns == day(2));
  CHECK(f.catalogue.versions_of_path(f.root, state.path)[1].commit == oid(2));
}

TEST_CASE("a path known from history only is remembered as its newest version left it") {
  Fixture f;
  FileState state = file("tasks/x", 100);
  state.session = session_id(1);
  f.write([&](auto& update) {
    update.add_version(version(f.root, state, 1));
    state.stamp.size = 300;
    update.add_version(version(f.root, state, 2, ChangeOp::grow));
    update.add_version(version(f.root, state, 3, ChangeOp::remove));
  });
  const auto known = f.catalogue.file_state(f.root, "tasks/x");
  REQUIRE(known);
  CHECK_FALSE(known->present);
  CHECK(known->stamp.size == 300);
  CHECK(known->session == session_id(1));
  CHECK(f.catalogue.known_files(f.root).empty());
  CHECK(f.catalogue.footprint(f.root, session_id(1)).size() == 1);

  // What was put is not changed by a version.
  state.present = true;
  state.stamp.size = 7;
  f.write([&](auto& update) {
    update.put_file(f.root, state);
    state.stamp.size = 8;
    update.add_version(version(f.root, state, 4));
  });
  CHECK(f.catalogue.file_state(f.root, "tasks/x")->stamp.size == 7);
}

TEST_CASE("the same commit on two branches is a version on each") {
  Fixture f;
  f.write([&](auto& update) {
    const auto other = update.ensure_root("refs/heads/other/claude-code", "claude-code", "");
    update.add_version(version(f.root, file("a"), 1));
    update.add_version(version(other, file("a"), 1));
    CHECK(f.catalogue.versions_of_path(other, "a").size() == 1);
  });
  CHECK(f.catalogue.totals().versions == 2);
}
