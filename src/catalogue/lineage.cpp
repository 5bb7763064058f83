#include "lineage.hpp"

#include <vector>

namespace csb::catalogue {
namespace {

std::string first_archived(Connection& db, std::string_view first_message) {
  Query row = db.query(
      "SELECT s.id FROM sessions s CROSS JOIN transcripts t ON t.file_id = s.file_id"
      " WHERE s.first_message = ?1 AND s.first_message <> '' AND t.forked_from IN ('', s.id)"
      " ORDER BY (SELECT min((SELECT order_ns FROM versions v CROSS JOIN commits c ON c.id = v.commit_id"
      "    WHERE v.file_id = f.id ORDER BY v.commit_id LIMIT 1))"
      "   FROM files f CROSS JOIN transcripts own ON own.file_id = f.id WHERE f.session = s.id),"
      "  t.first_ns, s.id LIMIT 1",
      first_message);
  return row.step() ? row.bytes(0) : std::string();
}

}  // namespace

std::string first_message_of(Connection& db, const SessionId& session) {
  Query row = db.query("SELECT first_message FROM sessions WHERE id = ?1", session.text());
  return row.step() ? row.bytes(0) : std::string();
}

void refresh_lineage(Connection& db, std::string_view first_message) {
  if (first_message.empty()) return;
  std::vector<std::string> sessions;
  {
    Query row = db.query(
        "SELECT s.id FROM sessions s CROSS JOIN transcripts t ON t.file_id = s.file_id"
        " WHERE s.first_message = ?1 AND s.first_message <> '' AND t.forked_from IN ('', s.id)",
        first_message);
    while (row.step()) sessions.push_back(row.bytes(0));
  }
  if (sessions.empty()) return;
  const std::string origin =
      sessions.size() == 1 ? sessions.front() : first_archived(db, first_message);  // almost always one
  for (const std::string& session : sessions)
    db.run("UPDATE sessions SET parent = ?2 WHERE id = ?1 AND parent <> ?2", session,
           session == origin ? std::string_view() : std::string_view(origin));
}

}  // namespace csb::catalogue
