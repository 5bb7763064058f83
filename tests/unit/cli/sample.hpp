#pragma once

#include "csb/app/session_state.hpp"
#include "csb/util/clock.hpp"

/// Results made by hand, for tests of what is done with them.
namespace csb::cli {

inline constexpr std::int64_t kNow = 1'795'262'400 * kNsPerSecond;  // 2026-11-21T12:00:00Z

inline app::InspectedSession sample_session() {
  catalogue::Session session(*SessionId::parse("3f2a9c1e-0000-4000-8000-000000000001"));
  session.root_path = "/home/ada/.claude";
  session.path = "projects/-home-ada-engine/3f2a9c1e-0000-4000-8000-000000000001.jsonl";
  session.title = "Fix the login";
  session.first_prompt = "please fix the login";
  session.start_cwd = session.cwd = "/home/ada/engine";
  session.started_ns = kNow - 3 * kNsPerDay;
  session.active_ns = session.mtime_ns = kNow - 2 * 3600 * kNsPerSecond;
  session.size = 1'234'567;
  session.messages = 94;
  session.prompts = 7;
  session.versions = 4;
  app::InspectedSession inspected(session);
  inspected.state = app::SessionState::live;
  inspected.now = FileStamp{session.size, session.mtime_ns, 1, 0100600};
  inspected.swept_ns = session.mtime_ns + 30 * kNsPerDay;
  return inspected;
}

}  // namespace csb::cli
