#include "csb/app/settings.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;

namespace {

/// Sets a variable for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

std::string here() {
  char* path = ::realpath(".", nullptr);
  std::string text = path;
  std::free(path);
  return text;
}

}  // namespace

TEST_CASE("names become components git accepts") {
  CHECK(app::ref_component("laptop") == "laptop");
  CHECK(app::ref_component("Ada's MacBook Pro") == "Ada-s-MacBook-Pro");
  CHECK(app::ref_component("a..b") == "a.-b");
  CHECK(app::ref_component(".hidden") == "hidden");
  CHECK(app::ref_component("-option") == "option");
  CHECK(app::ref_component("x.lock") == "x");
  CHECK(app::ref_component("x.lock.") == "x");
  CHECK(app::ref_component("a/b~c^d:e?f*g[h\\i@{j") == "a-b-c-d-e-f-g-h-i--j");
  CHECK(app::ref_component("caf\xc3\xa9") == "caf--");
  CHECK(app::ref_component("") == "host");
  CHECK(app::ref_component("...") == "host");
}

TEST_CASE("defaults lie in the person's home") {
  const Variable machine_home("HOME", here() + "/s1");
  fs::make_directories("s1/.claude");
  const app::Settings settings = app::load_settings({});
  CHECK(settings.home == here() + "/s1/.local/share/csb");
  CHECK(settings.store == settings.home + "/store.git");
  CHECK(settings.store_is_default);
  CHECK(settings.claude_dir == here() + "/s1/.claude");
  CHECK(settings.config_file == here() + "/s1/.config/csb/config");
  CHECK_FALSE(settings.machine.empty());
  CHECK_FALSE(fs::exists(settings.home));  // reading settings makes nothing
}

TEST_CASE("flag before environment before file before default") {
  const Variable home("HOME", here() + "/s2");
  fs::make_directories("s2/.config/csb");
  fs::make_directories("s2/real");
  fs::make_directories("s2/csb-home");
  REQUIRE(::symlink("real", "s2/link") == 0);
  fs::write_file_atomically(
      "s2/.config/csb/config",
      "[csb]\n\tstore = ~/from-file.git\n\tclaudeDir = ~/link\n\tmachine = old\n"
      "\tmachine = \"two words\"\n\tinclude = a\n\tinclude = b/*\n\texclude = \"c;d\"\n");
  const Variable csb_home("CSB_HOME", here() + "/s2/csb-home");
  app::Settings settings = app::load_settings({});
  CHECK(settings.store == here() + "/s2/from-file.git");
  CHECK_FALSE(settings.store_is_default);
  CHECK(settings.claude_dir == here() + "/s2/real");
  CHECK(settings.machine == "two-words");
  CHECK(settings.policy.include == std::vector<std::string>{"a", "b/*"});
  CHECK(settings.policy.exclude == std::vector<std::string>{"c;d"});
  {
    const Variable store("CSB_STORE", "relative.git");
    const Variable claude("CLAUDE_CONFIG_DIR", here() + "/s2/none/");
    settings = app::load_settings({});
    CHECK(settings.store == here() + "/relative.git");
    CHECK(settings.claude_dir == here() + "/s2/none");
    settings = app::load_settings({.claude_dirs = {"s2/link"}, .store = here() + "/flag.git"});
    CHECK(settings.store == here() + "/flag.git");
    CHECK(settings.claude_dir == here() + "/s2/real");
  }
}

TEST_CASE("the copy of the configuration follows the file, and damage to it does not matter") {
  const Variable home("HOME", here() + "/s3");
  const std::string file = "s3/.config/csb/config", cache = "s3/.local/share/csb/config.cache";
  fs::make_directories("s3/.config/csb");
  fs::make_directories("s3/.local/share/csb");
  fs::write_file_atomically(file, "[csb]\n\tmachine = one\n");
  CHECK(app::load_settings({}).machine == "one");
  REQUIRE(fs::exists(cache));
  struct stat st {};
  REQUIRE(::stat(cache.c_str(), &st) == 0);
  CHECK((st.st_mode & 0777) == 0600);

  std::string copy = read_file(cache);
  copy.replace(copy.find(std::string("one")), 3, "two");
  fs::write_file_atomically(cache, copy);
  CHECK(app::load_settings({}).machine == "two");  // it is what is read
  for (const std::string& damaged :
       {copy.substr(0, copy.size() / 2), std::string(), std::string(100, '\0'), copy + "x"}) {
    fs::write_file_atomically(cache, damaged);
    CHECK(app::load_settings({}).machine == "one");
  }
  fs::write_file_atomically(file, "[csb]\n\tmachine = three\n");
  CHECK(app::load_settings({}).machine == "three");
  CHECK(fs::remove_file(file));
  CHECK(app::load_settings({}).machine != "three");
}

TEST_CASE("impossible settings are refused") {
  const Variable home("HOME", here() + "/s4");
  fs::make_directories("s4/.config/csb");
  fs::write_file_atomically("s4/.config/csb/config", "[csb]\n\tstore = relative\n");
  CHECK_THROWS_AS(app::load_settings({}), Error);
  fs::write_file_atomically("s4/.config/csb/config", "[csb\n");
  CHECK_THROWS_AS(app::load_settings({}), Error);
}

TEST_CASE("without HOME the password database is asked") {
  ::unsetenv("HOME");
  const app::Settings settings = app::load_settings({});
  CHECK(settings.home.starts_with('/'));
  CHECK(settings.home.ends_with("/.local/share/csb"));
  ::setenv("HOME", here().c_str(), 1);
}
