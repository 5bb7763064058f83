#include "backup_plan.hpp"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "backup_commit.hpp"
#include "csb/source/claude_code/source.hpp"
#include "support/catch.hpp"

using namespace csb;

namespace {

constexpr const char* kId = "0123abcd-0000-4000-8000-000000000001";
constexpr const char* kOther = "0123abcd-0000-4000-8000-000000000002";

FileStamp stamp(std::uint64_t size) { return {size, 1000, 7, S_IFREG | 0600U}; }

scan::FoundFile found(std::string path, std::uint64_t size = 1) {
  return {std::move(path), stamp(size), PathClass::noise};
}

catalogue::KnownFile known(std::string path, std::uint64_t size = 1, bool racy = false) {
  return {1, std::move(path), stamp(size), PathClass::noise, racy};
}

std::vector<std::string> changed_paths(const app::Plan& plan) {
  std::vector<std::string> paths;
  for (const auto& file : plan.changed) paths.push_back(file.found->path);
  return paths;
}

std::vector<std::string> vanished_paths(const app::Plan& plan) {
  std::vector<std::string> paths;
  for (const auto* file : plan.vanished) paths.push_back(file->path);
  return paths;
}

app::Edit edit(std::string path, ChangeOp op, PathClass path_class) {
  app::Edit made;
  made.change.path = std::move(path);
  made.change.op = op;
  made.path_class = path_class;
  return made;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("the merge finds what is new, changed, racy and gone") {
  scan::WalkResult walk;
  walk.files = {found("a"), found("b", 2), found("c"), found("e"), found("z")};
  const std::vector<catalogue::KnownFile> before = {known("0"),          known("a"), known("b", 1),
                                                    known("c", 1, true), known("d"), known("zz")};
  const app::Plan plan = app::make_plan(walk, before, claude_code::source());
  CHECK(changed_paths(plan) == Paths{"b", "c", "e", "z"});
  CHECK(vanished_paths(plan) == Paths{"0", "d", "zz"});
  CHECK(plan.changed[0].known == &before[2]);
  CHECK(plan.changed[2].known == nullptr);
  CHECK(plan.files_seen == 5);
  CHECK_FALSE(plan.empty());
}

TEST_CASE("nothing changed is an empty plan") {
  scan::WalkResult walk;
  walk.files = {found("a"), found("b")};
  CHECK(app::make_plan(walk, {known("a"), known("b")}, claude_code::source()).empty());
  CHECK(app::make_plan({}, {}, claude_code::source()).empty());
}

TEST_CASE("every part of the stamp counts") {
  scan::WalkResult walk;
  walk.files = {found("a")};
  for (const int part : {0, 1, 2, 3}) {
    auto before = known("a");
    if (part == 0) before.stamp.size += 1;
    if (part == 1) before.stamp.mtime_ns += 1;
    if (part == 2) before.stamp.inode += 1;
    if (part == 3) before.stamp.mode = S_IFREG | 0644U;
    const std::vector<catalogue::KnownFile> list = {before};
    CHECK(changed_paths(app::make_plan(walk, list, claude_code::source())) == Paths{"a"});
  }
}

TEST_CASE("what could not be read is not gone") {
  scan::WalkResult walk;
  walk.files = {found("a")};
  walk.unreadable = {"projects/x"};
  const std::vector<catalogue::KnownFile> before = {known("a"), known("projects/x/1"),
                                                    known("projects/x/y/2"), known("projects/xy")};
  CHECK(vanished_paths(app::make_plan(walk, before, claude_code::source())) == Paths{"projects/xy"});
}

TEST_CASE("a missing projects folder is a problem, not a mass deletion") {
  const std::vector<catalogue::KnownFile> before = {known("CLAUDE.md"), known("projects/x/1.jsonl")};
  scan::WalkResult walk;
  walk.files = {found("settings.json")};
  app::guard_missing_sessions(walk, before, "projects", false);
  REQUIRE(walk.problems.size() == 1);
  CHECK(walk.problems[0].severity == Problem::Severity::not_saved);
  CHECK(vanished_paths(app::make_plan(walk, before, claude_code::source())) == Paths{"CLAUDE.md"});

  scan::WalkResult nothing;
  app::guard_missing_sessions(nothing, before, "projects", false);
  CHECK(app::make_plan(nothing, before, claude_code::source()).empty());

  scan::WalkResult fresh;
  app::guard_missing_sessions(fresh, {}, "projects", false);
  CHECK(fresh.problems.empty());
  app::guard_missing_sessions(fresh, before, "projects", true);
  CHECK(fresh.problems.empty());
}

TEST_CASE("names the format cannot hold are problems") {
  scan::WalkResult walk;
  walk.files = {found("a/.GIT/x"), found("b/000000.csb"), found("c/000000.csb/d"), found("d/0.csb")};
  const app::Plan plan = app::make_plan(walk, {}, claude_code::source());
  CHECK(changed_paths(plan) == Paths{"d/0.csb"});
  CHECK(plan.problems.size() == 3);
  CHECK(plan.files_seen == 1);
}

TEST_CASE("a session that changed folders was moved, with what lies beside it") {
  const std::string id = kId, other = kOther;
  scan::WalkResult walk;
  walk.files = {
      found("projects/new/" + id + ".jsonl"), found("projects/new/" + id + "/subagents/agent-1.jsonl"),
      found("projects/new/" + id + "/tool-results/new.txt"), found("projects/new/" + other + ".jsonl")};
  const std::vector<catalogue::KnownFile> before = {known("projects/old/" + id + ".jsonl"),
                                                    known("projects/old/" + id + "/subagents/agent-1.jsonl"),
                                                    known("projects/old/" + id + "/tool-results/old.txt")};
  const app::Plan plan = app::make_plan(walk, before, claude_code::source());
  REQUIRE(plan.changed.size() == 4);
  CHECK(plan.changed[0].moved_from == before[0].path);
  CHECK(plan.changed[1].moved_from == before[1].path);
  CHECK(plan.changed[2].moved_from.empty());
  CHECK(plan.changed[3].moved_from.empty());
  CHECK(plan.vanished.size() == 3);
}

TEST_CASE("a copy in another folder is no move") {
  const std::string id = kId;
  scan::WalkResult walk;
  walk.files = {found("projects/new/" + id + ".jsonl"), found("projects/old/" + id + ".jsonl")};
  const std::vector<catalogue::KnownFile> before = {known("projects/old/" + id + ".jsonl")};
  const app::Plan plan = app::make_plan(walk, before, claude_code::source());
  REQUIRE(plan.changed.size() == 1);
  CHECK(plan.changed[0].moved_from.empty());
}

TEST_CASE("a removal goes with what takes its place") {
  using app::commit_classes;
  using Classes = std::vector<PathClass>;
  constexpr auto noise = PathClass::noise, user = PathClass::user;
  // A person's file became a directory of the client's, and the other way round.
  CHECK(commit_classes({edit("x", ChangeOp::remove, user), edit("x/1", ChangeOp::add, noise)}) ==
        Classes{noise, noise});
  CHECK(commit_classes({edit("x", ChangeOp::add, noise), edit("x/1", ChangeOp::remove, user)}) ==
        Classes{noise, noise});
  // The noise commit comes first: what it removes is gone when the other one adds.
  CHECK(commit_classes({edit("x", ChangeOp::remove, noise), edit("x/1", ChangeOp::add, user)}) ==
        Classes{noise, user});
  CHECK(commit_classes({edit("x", ChangeOp::remove, user), edit("xy/1", ChangeOp::add, noise)}) ==
        Classes{user, noise});
}

TEST_CASE("nested repositories are one line each") {
  CHECK(app::foreign_lines({}).empty());
  CHECK(app::foreign_lines({{"plugins/a\"b", "https://example.org/x", "00ff"}}) ==
        "{\"path\":\"plugins/a\\\"b\",\"url\":\"https://example.org/x\",\"commit\":\"00ff\"}\n");
  CHECK(app::foreign_lines({{"\xff", "", ""}}) == "{\"path_b64\":\"/w==\",\"url\":\"\",\"commit\":\"\"}\n");
}
