#include "csb/app/policy.hpp"

#include <unistd.h>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;

namespace {

app::Settings settings_here() {
  fs::make_directories("claude/projects/-x");
  app::Settings settings;
  settings.claude_dir = fs::real_path("claude");
  return settings;
}

PathClass class_of(const std::string& path) { return app::policy(settings_here(), path).path_class; }

}  // namespace

TEST_CASE("paths are taken relative to the root, and never outside it") {
  CHECK(class_of("settings.json") == PathClass::user);
  CHECK(class_of("./projects/..//settings.json") == PathClass::user);
  CHECK(class_of(settings_here().claude_dir + "/settings.json") == PathClass::user);
  CHECK(class_of(".credentials.json") == PathClass::secret);
  for (const char* outside : {"../x", "/etc/passwd", "projects/../../x"}) {
    CAPTURE(outside);
    CHECK_THROWS_AS(app::policy(settings_here(), outside), Error);
  }
  CHECK(app::policy(settings_here(), "").path.empty());
}

TEST_CASE("what a directory decides holds for all that lies in it, secrets excepted") {
  const auto in_cache = app::policy(settings_here(), "cache/a/b");
  CHECK_FALSE(in_cache.stored());
  CHECK_FALSE(in_cache.decided_by.empty());
  CHECK(class_of("cache/.credentials.json") == PathClass::secret);
  fs::make_directories("claude/skills/mine/.git");
  const auto foreign = app::policy(settings_here(), "skills/mine/SKILL.md");
  CHECK(foreign.path_class == PathClass::foreign);
  CHECK(foreign.decided_by == "skills/mine");
}

TEST_CASE("links and special files") {
  const auto settings = settings_here();
  REQUIRE(::symlink("/tmp", "claude/skills-link") == 0);
  fs::make_directories("claude/skills");
  REQUIRE(::symlink("/tmp", "claude/skills/away") == 0);
  CHECK(app::policy(settings, "skills/away").kind == app::PolicyResult::Kind::symlink);
  CHECK(app::policy(settings, "skills/away").stored());
  CHECK_FALSE(app::policy(settings, "skills/away/file").stored());
  ::unlink("claude/skills-link");
  ::unlink("claude/skills/away");
}
