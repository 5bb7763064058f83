// What is known of sessions whose transcript is not.
#include "errors.hpp"
#include "state.hpp"

namespace csb::catalogue {

std::vector<SessionId> Catalogue::without_transcript() const {
  return state_->run([&](Connection& db) {
    std::vector<SessionId> sessions;
    Query row = db.query(
        "SELECT DISTINCT session FROM files WHERE session IS NOT NULL"
        " AND session NOT IN (SELECT id FROM sessions) ORDER BY session");
    while (row.step()) {
      auto session = to_session(row.bytes(0));
      if (!session) throw Damage("the catalogue holds a session without an id");
      sessions.push_back(*std::move(session));
    }
    return sessions;
  });
}

std::vector<std::string> Catalogue::touched_paths() const {
  return state_->run([&](Connection& db) {
    std::vector<std::string> paths;
    Query row = db.query("SELECT name FROM names WHERE id IN (SELECT path FROM touched)");
    while (row.step()) paths.push_back(row.bytes(0));
    return paths;
  });
}

}  // namespace csb::catalogue
