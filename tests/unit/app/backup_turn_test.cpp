#include "backup_turn.hpp"

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"
#include "support/catch.hpp"

using namespace csb;

namespace {

app::Settings settings_in(const std::string& home) {
  app::Settings settings;
  settings.home = home;
  fs::make_directories(home);
  return settings;
}

}  // namespace

TEST_CASE("a run that finds another at work leaves its wish and says so") {
  const auto settings = settings_in("turn1");
  const auto lock = FileLock::acquire(settings.lock_file());
  REQUIRE(lock);
  int runs = 0;
  try {
    app::work_in_turn(settings, std::chrono::milliseconds(0), [&](bool) { ++runs; });
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::busy);
  }
  CHECK(runs == 0);
  CHECK(fs::exists("turn1/pending"));
}

TEST_CASE("a wish made during a run is run, one made before it is not run twice") {
  const auto settings = settings_in("turn2");
  fs::write_file_atomically("turn2/pending", "");
  std::vector<bool> runs;
  app::work_in_turn(settings, {}, [&](bool again) {
    runs.push_back(again);
    if (runs.size() == 1) {
      CHECK_FALSE(fs::exists("turn2/pending"));
      CHECK_THROWS_AS(app::work_in_turn(settings, {}, [](bool) {}), Error);
    }
  });
  CHECK(runs == std::vector<bool>{false, true});
  CHECK_FALSE(fs::exists("turn2/pending"));
}

TEST_CASE("a run that does not do everything leaves earlier wishes to be done after it") {
  const auto settings = settings_in("turn2b");
  fs::write_file_atomically("turn2b/pending", "");
  std::vector<bool> runs;
  app::work_in_turn(
      settings, {}, [&](bool again) { runs.push_back(again); }, false);
  CHECK(runs == std::vector<bool>{false, true});
  CHECK_FALSE(fs::exists("turn2b/pending"));
}

TEST_CASE("of wishes in run after run none is lost") {
  const auto settings = settings_in("turn3");
  int runs = 0, wishes = 0;
  app::work_in_turn(settings, {}, [&](bool) {
    if (++runs > 6) return;
    ++wishes;
    fs::write_file_atomically("turn3/pending", "");
  });
  CHECK(wishes == 6);
  CHECK(runs == 7);
  CHECK_FALSE(fs::exists("turn3/pending"));
}

TEST_CASE("a run that failed lets the lock go") {
  const auto settings = settings_in("turn4");
  CHECK_THROWS_AS(app::work_in_turn(settings, {}, [](bool) { throw Error(ErrorCode::failed, "x"); }), Error);
  CHECK(FileLock::acquire(settings.lock_file()));
}

TEST_CASE("work that finds the store locked is tried again, and its wish stays behind") {
  const auto settings = settings_in("turn-store");
  int runs = 0;
  const auto busy = [&](bool) {
    ++runs;
    throw Error(ErrorCode::busy, "the store is locked");
  };
  CHECK_THROWS_AS(app::work_in_turn(settings, {}, busy), Error);
  CHECK(runs == 2);  // the second time with the mark in place
  CHECK(app::is_wished(settings));

  runs = 0;
  app::work_in_turn(settings, {}, [&](bool) {
    if (++runs == 1) throw Error(ErrorCode::busy, "the store is locked");
  });
  CHECK(runs == 3);  // tried again, and once more for the mark
  CHECK_FALSE(app::is_wished(settings));
}
