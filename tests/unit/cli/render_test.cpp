#include "csb/cli/render.hpp"

#include <cstdlib>

#include "csb/util/text.hpp"
#include "sample.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::cli;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

app::ListResult two_sessions() {
  ::setenv("HOME", "/home/ada", 1);
  app::ListResult result;
  result.sessions.push_back(sample_session());
  result.sessions.push_back(sample_session());
  result.sessions[1].session.title = std::string(150, 'x') + "\x1b]0;owned\x07";
  result.sessions[1].session.cwd = result.sessions[1].session.start_cwd =
      "/home/ada/" + std::string(200, 'd');
  result.sessions[1].state = app::SessionState::deleted;
  result.sessions[1].swept_ns.reset();
  return result;
}

Screen screen(std::optional<std::size_t> columns) { return {columns, Paint(), kNow}; }

}  // namespace

TEST_CASE("list: two lines at 80 columns, one at 200, none too long") {
  for (const std::size_t columns : {20U, 40U, 80U, 119U, 120U, 200U}) {
    CAPTURE(columns);
    const auto lines = lines_of(render(two_sessions(), screen(columns)));
    CHECK(lines.size() == (columns < 120 ? 4U : 3U));
    if (columns < 60) continue;
    for (const std::string& line : lines) CHECK(display_width(line) <= columns);
  }
  const auto lines = lines_of(render(two_sessions(), screen(80)));
  CHECK(lines[0].find("Fix the login") == 0);
  CHECK(lines[0].find("2 hours ago") == 69);
  CHECK(lines[1] == "  3f2a9c1e  ~/engine  1.2 MB · 94 messages · live · 29d left");
}

TEST_CASE("list, piped: nothing is cut, one line each, no control characters") {
  const auto lines = lines_of(render(two_sessions(), screen({})));
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].find("3f2a9c1e-0000-4000-8000-000000000001") == 0);
  CHECK(lines[2].find(std::string(150, 'x') + "\\x1b]0;owned\\x07") != std::string::npos);
  CHECK(lines[2].find(std::string(200, 'd')) != std::string::npos);
}

TEST_CASE("backup says what happened, and what did not") {
  app::BackupResult result;
  result.files_seen = 1600;
  result.ended_ns = 7'000'000;
  CHECK(render(result, false, screen(80)) == "Nothing to back up: 1,600 files unchanged (7 ms)\n");
  result.sessions_added = 1;
  result.sessions_changed = 2;
  result.added = 3;
  result.changed = 2;
  CHECK(render(result, false, screen(80)).find("Backed up 3 sessions (1 new and 2 changed), 5 files\n") == 0);
  CHECK(render(result, false, screen(80)).find("nothing was stored") != std::string::npos);
  result.noise_commit = Oid{};
  CHECK(render(result, false, screen(80)).find("nothing was stored") == std::string::npos);
  CHECK(render(result, true, screen(80)).find("Would back up 3 sessions") == 0);
}

TEST_CASE("restore names what it did not do") {
  app::RestoredSession session(*SessionId::parse("3f2a9c1e-0000-4000-8000-000000000001"));
  session.title = "Fix the login";
  session.directory = "/home/ada/.claude";
  session.resume_directory = "/home/ada/my engine";
  app::RestoredFile written, kept;
  written.path = "a.jsonl";
  written.size = 10;
  kept.path = "b";
  kept.outcome = app::RestoredFile::Outcome::kept;
  kept.reason = "newer on disk";
  session.files = {written, kept};
  app::RestoreResult result;
  result.sessions.push_back(session);
  const std::string text = render(result, false, screen(80));
  CHECK(text.find("Restored Fix the login (3f2a9c1e): 1 file, 10 B") == 0);
  CHECK(text.find("kept      b: newer on disk") != std::string::npos);
  CHECK(text.find("cd '/home/ada/my engine' && claude --resume 3f2a9c1e-0000") != std::string::npos);
}

TEST_CASE("verify names faults") {
  app::VerifyResult result;
  CHECK(result.sound());
  result.store.faults.push_back({"abcd", "pack-1.pack", "its checksum is wrong"});
  CHECK_FALSE(result.sound());
  CHECK(render(result, screen(80)).find("pack-1.pack: its checksum is wrong  (abcd)") != std::string::npos);
}
