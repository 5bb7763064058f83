#include "csb/app/heartbeats.hpp"

#include <sys/stat.h>

#include <cstdio>
#include <string>

#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;

namespace {

const SessionId kSession = *SessionId::parse("00000000-0000-4000-8000-000000000001");

app::Settings settings_in(const std::string& home) {
  app::Settings settings;
  settings.home = home;
  return settings;
}

app::Heartbeat beat(std::int64_t when, app::HookEvent event) {
  return {when, event, kSession, 5'000'000, app::HookOutcome::handed_over};
}

/// As another program or a full disk would leave it.
void append(const std::string& path, std::string_view text) {
  FILE* file = std::fopen(path.c_str(), "ab");
  REQUIRE(file != nullptr);
  std::fwrite(text.data(), 1, text.size(), file);
  std::fclose(file);
}

}  // namespace

TEST_CASE("heartbeats are read back as they were noted") {
  const auto settings = settings_in("beats1");
  CHECK(app::read_heartbeats(settings).empty());
  app::note_heartbeat(settings, beat(2, app::HookEvent::stop));
  app::note_heartbeat(settings,
                      {3, app::HookEvent::pre_compact, std::nullopt, 70, app::HookOutcome::archived});
  app::note_heartbeat(settings, beat(1, app::HookEvent::session_start));
  const auto beats = app::read_heartbeats(settings);
  REQUIRE(beats.size() == 3);
  CHECK(beats[0].event == app::HookEvent::session_start);
  CHECK(beats[1].session == kSession);
  CHECK(beats[1].duration_ns == 5'000'000);
  CHECK_FALSE(beats[2].session);
  CHECK(beats[2].outcome == app::HookOutcome::archived);
  REQUIRE(app::last_heartbeat(beats, app::HookEvent::stop) != nullptr);
  CHECK(app::last_heartbeat(beats, app::HookEvent::stop)->when_ns == 2);
  CHECK(app::last_heartbeat(beats, app::HookEvent::session_end) == nullptr);
}

TEST_CASE("damage in the log costs no other heartbeat") {
  const auto settings = settings_in("beats2");
  app::note_heartbeat(settings, beat(1, app::HookEvent::stop));
  for (const char* text :
       {"2 Stop 00000000-0000-4", "\n\xff\xfe nonsense\n", "\n5 Stop - 1 exploded\n",
        "\n-5 Stop - 1 skipped\n", "\n5 Stop - 1 skipped more\n", "\n5 Stop ../x 1 skipped\n"})
    append("beats2/log/hooks", text);
  app::note_heartbeat(settings, beat(9, app::HookEvent::stop));
  const auto beats = app::read_heartbeats(settings);
  REQUIRE(beats.size() == 2);
  CHECK(beats[1].when_ns == 9);
}

TEST_CASE("heartbeats are private and bounded, and the newest are there") {
  const auto settings = settings_in("beats3");
  for (int i = 1; i <= 12'000; ++i) app::note_heartbeat(settings, beat(i, app::HookEvent::stop));
  CHECK(fs::list_directory("beats3/log") == std::vector<std::string>{"hooks", "hooks.old"});
  struct stat st {};
  REQUIRE(::stat("beats3/log/hooks.old", &st) == 0);
  CHECK((st.st_mode & 0777) == 0600);
  CHECK(st.st_size < 300'000);
  const auto beats = app::read_heartbeats(settings);
  CHECK(beats.size() > 3000);
  CHECK(beats.back().when_ns == 12'000);
}

TEST_CASE("a heartbeat that cannot be noted is no failure") {
  fs::make_directories("beats4");
  fs::replace_file("beats4/log", "a file in the way");
  app::note_heartbeat(settings_in("beats4"), beat(1, app::HookEvent::stop));
  CHECK(app::read_heartbeats(settings_in("beats4")).empty());
}

TEST_CASE("every event and outcome is read as it is spelled") {
  for (const app::HookEvent event : app::kHookEvents)
    CHECK(app::parse_hook_event(app::to_string(event)) == event);
  CHECK_FALSE(app::parse_hook_event("sessionend"));
  CHECK_FALSE(app::parse_hook_event(""));
}
