#include "csb/source/claude_code/config_dir.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_code;

namespace {

/// A config directory of its own, with the files given as name and content.
std::string config(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string name = "config.XXXXXX";
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  for (const auto& [path, content] : files) {
    if (const auto slash = path.rfind('/'); slash != std::string::npos)
      fs::make_directories(name + "/" + path.substr(0, slash));
    fs::write_file_atomically(name + "/" + path, content);
  }
  return fs::real_path(name);
}

Retention retention(const std::vector<std::pair<std::string, std::string>>& files) {
  const std::string directory = config(files);
  return effective_retention(directory, directory + "/managed.json");
}

std::optional<int> days(const std::string& settings) { return retention({{"settings.json", settings}}).days; }

/// Field 22 of /proc/self/stat, read in another way than the product does.
std::string own_start_time() {
  std::string text = read_file("/proc/self/stat");
  text = text.substr(text.rfind(") ") + 2);
  for (int field = 3; field < 22; ++field) text = text.substr(text.find(' ') + 1);
  return text.substr(0, text.find(' '));
}

std::string record(const std::string& pid, const std::string& start) {
  return R"({"pid":)" + pid + R"(,"sessionId":"s-)" + pid + R"(","cwd":"/w","procStart":)" + start + "}";
}

}  // namespace

TEST_CASE("the config directory: flag, environment, home") {
  const std::string home = fs::real_path(std::getenv("HOME"));
  ::unsetenv("CLAUDE_CONFIG_DIR");
  CHECK_THROWS_AS(find_config_dir(""), Error);
  fs::make_directories(home + "/real");
  REQUIRE(::symlink("real", (home + "/.claude").c_str()) == 0);
  CHECK(find_config_dir("") == home + "/real");
  fs::make_directories(home + "/by-env");
  REQUIRE(::setenv("CLAUDE_CONFIG_DIR", (home + "/by-env").c_str(), 1) == 0);
  CHECK(find_config_dir("") == home + "/by-env");
  CHECK(find_config_dir(home + "/real") == home + "/real");
  REQUIRE(::setenv("CLAUDE_CONFIG_DIR", (home + "/gone").c_str(), 1) == 0);
  try {
    (void)find_config_dir("");
    FAIL("a directory that does not exist was found");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
    CHECK_FALSE(error.hint().empty());
  }
  ::unsetenv("CLAUDE_CONFIG_DIR");
  REQUIRE(::unlink((home + "/.claude").c_str()) == 0);
  fs::write_file_atomically(home + "/file", "");
  CHECK_THROWS_AS(find_config_dir(home + "/file"), Error);
}

TEST_CASE("how long the client keeps transcripts") {
  CHECK(retention({}).days == 30);
  CHECK(retention({}).origin == "default");
  CHECK(days(R"({"cleanupPeriodDays": 45})") == 45);
  CHECK(days(R"({"cleanupPeriodDays": 10.0})") == 10);
  CHECK(days(R"({"cleanupPeriodDays": 1e5})") == 100000);
  CHECK(days(R"({"cleanupPeriodDays": 1e300})") == 2147483647);
  CHECK(days(R"({"model": "x"})") == 30);
  CHECK(days("\xef\xbb\xbf{\"cleanupPeriodDays\": 7}") == 7);
  CHECK(days("") == 30);
  CHECK(days(" \n") == 30);
}

TEST_CASE("a value the client refuses leaves the default") {
  for (const char* value : {"0", "-1", "10.5", "\"45\"", "null", "true", "[45]", "{}", "-1e300"}) {
    const Retention said =
        retention({{"settings.json", std::string("{\"cleanupPeriodDays\": ") + value + "}"}});
    INFO(value);
    CHECK(said.days == 30);
    CHECK(said.origin.find("settings.json (cleanupPeriodDays is invalid") != std::string::npos);
  }
}

TEST_CASE("a broken settings file pauses the cleanup, and is named") {
  for (const char* text :
       {"{", "nonsense", "[]", "45", "{\"cleanupPeriodDays\": 45,}", "{\"cleanupPeriodDays\": 45}x"}) {
    INFO(text);
    const Retention said = retention({{"settings.json", text}});
    CHECK_FALSE(said.days);
    CHECK(said.origin.find("settings.json") != std::string::npos);
  }
  CHECK_FALSE(days(std::string(100000, '[')));
  const std::string directory = config({});
  fs::make_directories(directory + "/settings.json");
  CHECK_FALSE(effective_retention(directory, "/nonexistent").days);
}

TEST_CASE("managed settings precede local ones, and those the ordinary ones") {
  const std::pair<std::string, std::string> ordinary{"settings.json", R"({"cleanupPeriodDays": 10})"};
  const std::pair<std::string, std::string> local{"settings.local.json", R"({"cleanupPeriodDays": 20})"};
  const std::pair<std::string, std::string> managed{"managed.json", R"({"cleanupPeriodDays": 40})"};
  CHECK(retention({ordinary, local}).days == 20);
  CHECK(retention({ordinary, local, managed}).days == 40);
  CHECK(retention({ordinary, local, managed}).origin.ends_with("managed.json"));
  CHECK(retention({ordinary, {"settings.local.json", "{}"}}).days == 10);
  CHECK_FALSE(retention({{"settings.json", "{"}, local, managed}).days);
}

TEST_CASE("sessions that are open right now") {
  const std::string self = std::to_string(::getpid());
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  const std::string dead = std::to_string(child);
  const auto live_with = [&](const std::string& start) {
    return live_sessions(config({{"sessions/" + self + ".json", record(self, start)}}));
  };
  const auto live = live_with('"' + own_start_time() + '"');
  REQUIRE(live.size() == 1);
  CHECK(live[0].pid == ::getpid());
  CHECK(live[0].session_id == "s-" + self);
  CHECK(live[0].cwd == "/w");
  CHECK(live_with(own_start_time()).size() == 1);
  CHECK(live_with("\"Fri Nov 20 12:00:00 2026\"").size() == 1);
  CHECK(live_with("null").size() == 1);
  CHECK(live_with("1").empty());  // another process has the number by now
  CHECK(live_sessions(config({{"sessions/" + dead + ".json", record(dead, "1")}})).empty());
}

TEST_CASE("what is no record of a session is passed over") {
  const std::string self = std::to_string(::getpid());
  const std::string good = record(self, "null");
  CHECK(live_sessions(config({})).empty());
  const std::string directory =
      config({{"sessions/x.json", good},
              {"sessions/" + self + ".0123.key", good},
              {"sessions/" + self + ".json.tmp", good},
              {"sessions/-1.json", good},
              {"sessions/0.json", good},
              {"sessions/99999999999.json", good},
              {"sessions/" + self + ".json", good.substr(0, good.size() - 1) + std::string(70000, ' ') + "}"},
              {"target", good}});
  REQUIRE(::mkfifo((directory + "/sessions/1.json").c_str(), 0600) == 0);
  REQUIRE(::symlink("../target", (directory + "/sessions/2.json").c_str()) == 0);
  CHECK(live_sessions(directory).empty());
  CHECK(live_sessions(config({{"sessions/" + self + ".json", "[]"}})).empty());
  CHECK(live_sessions(config({{"sessions/" + self + ".json", R"({"sessionId":1.5})"}})).empty());
}
