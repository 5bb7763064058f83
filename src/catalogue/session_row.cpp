#include "session_row.hpp"

#include "codes.hpp"
#include "errors.hpp"
#include "state.hpp"

namespace csb::catalogue {

// CROSS JOIN keeps SQLite to this order: each session once, the rest by primary key.
constexpr std::string_view kSelectSessions =
    "SELECT s.id, f.root_id, r.path, r.source, f.path, s.present, t.title, t.first_prompt, t.start_cwd, "
    "t.cwd,"
    " t.git_branch, t.version, t.model, s.parent, t.first_ns, s.active_ns, f.mtime_ns, s.deleted_ns,"
    " f.size, t.messages, t.prompts, t.tool_calls, t.bad_rows, t.compactions, s.versions, s.moved_from,"
    " s.footprint_files, s.footprint_bytes, t.rewinds, s.last_op"
    " FROM sessions s CROSS JOIN transcripts t ON t.file_id = s.file_id"
    " CROSS JOIN files f ON f.id = s.file_id CROSS JOIN roots r ON r.id = f.root_id";

Session read_session(const Query& row) {
  Columns columns(row);
  auto id = to_session(columns.bytes());
  if (!id) throw Damage("the catalogue holds a session without an id");
  Session session(*std::move(id));
  session.root_id = columns.integer();
  session.root_path = columns.bytes();
  session.source = columns.bytes();
  session.path = columns.bytes();
  session.present = columns.flag();
  session.title = columns.bytes();
  session.first_prompt = columns.bytes();
  session.start_cwd = columns.bytes();
  session.cwd = columns.bytes();
  session.git_branch = columns.bytes();
  session.version = columns.bytes();
  session.model = columns.bytes();
  session.forked_from = columns.bytes();
  session.started_ns = columns.integer();
  session.active_ns = columns.integer();
  session.mtime_ns = columns.integer();
  session.deleted_ns = columns.integer();
  session.size = columns.number();
  session.messages = columns.number();
  session.prompts = columns.number();
  session.tool_calls = columns.number();
  session.bad_rows = columns.number();
  session.compactions = columns.number();
  session.versions = columns.number();
  session.moved_from = columns.bytes();
  session.footprint_files = columns.number();
  session.footprint_bytes = columns.number();
  session.rewinds = columns.number();
  if (const auto op = columns.optional_number()) session.last_op = change_op(static_cast<std::int64_t>(*op));
  return session;
}

std::vector<Session> read_sessions(Query row) {
  std::vector<Session> sessions;
  while (row.step()) sessions.push_back(read_session(row));
  return sessions;
}

}  // namespace csb::catalogue
