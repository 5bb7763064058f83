#include "csb/app/session_state.hpp"

#include <unistd.h>

#include "csb/util/clock.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;
using app::SessionState;

namespace {

catalogue::Session stored_as_on_disk() {
  fs::make_directories("root/projects/-x");
  fs::write_file_atomically("root/projects/-x/t.jsonl", "twelve bytes");
  catalogue::Session session(*SessionId::parse("3f2a9c1e-0000-4000-8000-000000000001"));
  session.root_path = fs::real_path("root");
  session.path = "projects/-x/t.jsonl";
  const auto now = app::inspect_session(session, {}).now;
  REQUIRE(now);
  session.size = now->size;
  session.mtime_ns = now->mtime_ns;
  return session;
}

SessionState state(const catalogue::Session& session) { return app::inspect_session(session, {}).state; }

}  // namespace

TEST_CASE("one stat tells the state") {
  catalogue::Session session = stored_as_on_disk();
  CHECK(state(session) == SessionState::live);
  ++session.mtime_ns;
  CHECK(state(session) == SessionState::changed);
  session.size = 4;
  CHECK(state(session) == SessionState::changed);
  session.size = 40;
  CHECK(state(session) == SessionState::shrunk);

  session = stored_as_on_disk();
  session.last_op = ChangeOp::shrink;
  CHECK(state(session) == SessionState::shrunk);
  session.last_op = ChangeOp::add;
  session.moved_from = "projects/-y/t.jsonl";
  CHECK(state(session) == SessionState::moved);
  session.last_op = ChangeOp::grow;
  CHECK(state(session) == SessionState::live);
}

TEST_CASE("a missing transcript is deleted only where its root is there") {
  catalogue::Session session = stored_as_on_disk();
  session.path = "projects/-x/missing.jsonl";
  CHECK(state(session) == SessionState::deleted);
  session.root_path += "-unmounted";
  CHECK(state(session) == SessionState::unknown);
  session.present = false;
  CHECK(state(session) == SessionState::deleted);
  session.present = true;
  session.root_path.clear();
  CHECK(state(session) == SessionState::unknown);
}

TEST_CASE("the sweep counts from the file's time on disk") {
  catalogue::Session session = stored_as_on_disk();
  const std::int64_t mtime = session.mtime_ns;
  session.mtime_ns = 0;
  source::Retention retention;
  retention.days = 10;
  CHECK(app::inspect_session(session, retention).swept_ns == mtime + 10 * kNsPerDay);
  retention.days.reset();
  CHECK_FALSE(app::inspect_session(session, retention).swept_ns);
  CHECK(app::days_until(5 * kNsPerDay, 0) == 5);
  CHECK(app::days_until(5 * kNsPerDay - 1, 0) == 4);
  CHECK(app::days_until(0, 1) == -1);
  CHECK(app::days_until(0, kNsPerDay + 1) == -2);
}
