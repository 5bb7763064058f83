#include "csb/app/roots.hpp"

#include <algorithm>

#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;

namespace {

app::Settings settings_for(const std::vector<std::string>& directories) {
  app::Settings settings;
  settings.home = "no-home";
  settings.machine = "m";
  settings.claude_dir = directories.front();
  settings.more_claude_dirs.assign(directories.begin() + 1, directories.end());
  return settings;
}

/// Last components of the branches, in the order of the directories.
std::vector<std::string> names(const std::vector<std::string>& directories,
                               const std::vector<app::RecordedRoot>& recorded = {}) {
  std::vector<std::string> names;
  for (const app::Root& root : app::roots_of(settings_for(directories), recorded)) {
    CHECK(app::is_own_branch(settings_for(directories), root.branch));
    names.push_back(root.branch.substr(root.branch.rfind('/') + 1));
  }
  return names;
}

using Names = std::vector<std::string>;
const std::string kFirst = "refs/heads/m/claude-code", kOther = "refs/heads/m/claude-code-work";

}  // namespace

TEST_CASE("the first directory has the plain branch, others one of their name") {
  CHECK(names({"/h/.claude"}) == Names{"claude-code"});
  CHECK(names({"/h/.claude", "/h/.claude-work"}) == Names{"claude-code", "claude-code-work"});
  CHECK(names({"/h/a", "/home/bob/.claude"}) == Names{"claude-code", "claude-code-bob"});
  CHECK(names({"/h/a", "/h/b c/\xff~^:"}).at(1).starts_with("claude-code-"));
}

TEST_CASE("names that a file system may not tell apart differ in more") {
  const Names found = names({"/h/.claude", "/h/x/Work", "/h/y/work", "/h/z/.claude-work"});
  for (std::size_t i = 0; i < found.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) CHECK(found[i] != found[j]);
  CHECK(found[1] == "claude-code-Work");
  CHECK(found[2].size() == std::string("claude-code-work-01234567").size());
}

TEST_CASE("a directory keeps the branch on record, whatever the order") {
  const std::vector<app::RecordedRoot> recorded{{kFirst, "/h/.claude"}, {kOther, "/h/.claude-work"}};
  CHECK(names({"/h/.claude-work", "/h/.claude"}, recorded) == Names{"claude-code-work", "claude-code"});
  CHECK(names({"/h/.claude-work"}, recorded) == Names{"claude-code-work"});
  CHECK(names({"/h/new", "/h/.claude"}, recorded) == Names{"claude-code-new", "claude-code"});
  // Another machine's branch says nothing about directories here.
  CHECK(names({"/h/.claude-work"}, {{"refs/heads/other/claude-code", "/h/.claude-work"}}) ==
        Names{"claude-code"});
}

TEST_CASE("the first branch goes to a new directory only when its own is gone") {
  fs::make_directories("roots/there");
  const std::string there = fs::real_path("roots/there");
  CHECK(names({"/h/new"}, {{kFirst, there}}) == Names{"claude-code-new"});
  CHECK(names({"/h/new"}, {{kFirst, "/gone"}}) ==
        Names{"claude-code"});  // perhaps renamed: its files will tell
  CHECK(names({"/h/new", "/gone"}, {{kFirst, "/gone"}}) == Names{"claude-code-new", "claude-code"});
  // A name that is taken by a directory which is not named now stays taken.
  CHECK(names({there, "/h/work"}, {{kFirst, there}, {kOther, "/elsewhere/work"}})
            .at(1)
            .starts_with("claude-code-work-"));
}

TEST_CASE("the mirror is a root as soon as it is there") {
  app::Settings settings = settings_for({"/h/.claude"});
  settings.home = "roots/home";
  CHECK(app::roots_of(settings, nullptr).size() == 1);
  fs::make_directories("roots/home/claude.ai");
  const auto roots = app::roots_of(settings, nullptr);
  REQUIRE(roots.size() == 2);
  CHECK(roots[1].branch == "refs/heads/m/claude.ai");
  CHECK(roots[1].source == app::find_source("claude.ai"));
  CHECK(&app::source_of_branch("refs/remotes/x/laptop/claude.ai") == roots[1].source);
  CHECK(&app::source_of_branch("refs/heads/main") == app::find_source("claude-code"));
  CHECK(app::find_source("codex") == nullptr);
}
