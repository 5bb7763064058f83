// What a session worked on and when: read over the files that make it up now.
#include <algorithm>
#include <string>

#include "csb/model/rel_path.hpp"
#include "errors.hpp"
#include "state.hpp"

namespace csb::catalogue {
namespace {

/// The session's transcript, and the folder it lies in. A session that moved left its former files under
/// the former folder: with them everything would count twice.
struct Place {
  std::int64_t file_id = 0, root_id = 0;
  std::string folder;  ///< with a slash at its end; of a session without a transcript empty: everywhere
  std::string start_cwd;
};

Place place_of(Connection& db, const SessionId& session) {
  Place place;
  Query row = db.query(
      "SELECT f.id, f.root_id, f.path, t.start_cwd FROM sessions s CROSS JOIN files f ON f.id = s.file_id"
      " CROSS JOIN transcripts t ON t.file_id = f.id WHERE s.id = ?1",
      session.text());
  if (!row.step()) return place;
  place.file_id = row.integer(0);
  place.root_id = row.integer(1);
  place.folder = std::string(parent_path(row.bytes(2))) + '/';
  place.start_cwd = row.bytes(3);
  return place;
}

FolderOrigin folder_origin(std::int64_t code) {
  if (code < 0 || code > static_cast<std::int64_t>(FolderOrigin::relative))
    throw Damage("the catalogue holds an impossible number");
  return static_cast<FolderOrigin>(code);
}

ActivitySegment read_sitting(Columns& columns) {
  ActivitySegment sitting;
  sitting.start_ns = columns.integer();
  sitting.end_ns = columns.integer();
  sitting.messages = columns.number();
  return sitting;
}

/// Asks what the files that make up a session now say: ?1 is the session, ?2 its transcript, ?3 the root and
/// ?4 the folder, as in `Place`. @param read takes each row: read(Columns&, const Place&)
template <typename Read>
void for_each_row(Connection& db, const SessionId& session, Sql sql, const Read& read) {
  const Place place = place_of(db, session);
  Query row = db.query(sql, session.text(), place.file_id, place.root_id, Blob{place.folder});
  while (row.step()) {
    Columns columns(row);
    read(columns, place);
  }
}

}  // namespace

std::vector<FolderRow> Catalogue::folders_of(const SessionId& session) const {
  return state_->run([&](Connection& db) {
    std::vector<FolderRow> folders;
    for_each_row(
        db, session,
        "SELECT n.name, sum(d.work), sum(d.rows), min(d.origin)"
        " FROM files f CROSS JOIN folders d ON d.file_id = f.id CROSS JOIN names n ON n.id = d.folder"
        " WHERE f.session = ?1 AND (f.id = ?2 OR ?2 = 0"
        "  OR (f.root_id = ?3 AND substr(f.path, 1, length(?4)) = ?4))"
        " GROUP BY d.folder ORDER BY sum(d.work) DESC, sum(d.rows) DESC, n.name",
        [&](Columns& columns, const Place& place) {
          FolderRow& folder = folders.emplace_back();
          folder.path = columns.bytes();
          folder.use.work = columns.number();
          folder.use.rows = columns.number();
          folder.use.origin = folder_origin(columns.integer());
          folder.is_start = folder.path == place.start_cwd;
        });
    return folders;
  });
}

std::vector<ToolRow> Catalogue::tools_of(const SessionId& session) const {
  return state_->run([&](Connection& db) {
    std::vector<ToolRow> tools;
    for_each_row(db, session,
                 "SELECT n.name, sum(d.calls)"
                 " FROM files f CROSS JOIN tools d ON d.file_id = f.id CROSS JOIN names n ON n.id = d.tool"
                 " WHERE f.session = ?1 AND (f.id = ?2 OR ?2 = 0"
                 "  OR (f.root_id = ?3 AND substr(f.path, 1, length(?4)) = ?4))"
                 " GROUP BY d.tool ORDER BY sum(d.calls) DESC, n.name",
                 [&](Columns& columns, const Place&) {
                   ToolRow& tool = tools.emplace_back();
                   tool.name = columns.bytes();
                   tool.calls = columns.number();
                 });
    return tools;
  });
}

std::vector<TouchedRow> Catalogue::files_touched_by(const SessionId& session) const {
  return state_->run([&](Connection& db) {
    std::vector<TouchedRow> files;
    // Counted where the rows are now, known wherever they were.
    for_each_row(
        db, session,
        "SELECT name, sum(reads * counts), sum(writes * counts), sum(searches * counts), max(at_ns) FROM"
        " (SELECT n.name, d.reads, d.writes, d.searches, max(d.last_ns, d.gone_ns) AS at_ns, f.id = ?2 OR ?2 "
        "= 0"
        "   OR (f.root_id = ?3 AND substr(f.path, 1, length(?4)) = ?4) AS counts"
        "  FROM files f CROSS JOIN touched d ON d.file_id = f.id CROSS JOIN names n ON n.id = d.path"
        "  WHERE f.session = ?1)"
        " GROUP BY name ORDER BY max(at_ns) DESC, name",
        [&](Columns& columns, const Place&) {
          TouchedRow& file = files.emplace_back();
          file.path = columns.bytes();
          file.touched.reads = columns.number();
          file.touched.writes = columns.number();
          file.touched.searches = columns.number();
          file.touched.last_ns = columns.integer();
        });
    return files;
  });
}

std::vector<ActivitySegment> Catalogue::activity_of(const SessionId& session) const {
  return state_->run([&](Connection& db) {
    std::vector<ActivitySegment> sittings;
    for_each_row(db, session,
                 "SELECT d.start_ns, d.end_ns, d.messages"
                 " FROM files f CROSS JOIN activity d ON d.file_id = f.id"
                 " WHERE f.session = ?1 AND (f.id = ?2 OR ?2 = 0"
                 "  OR (f.root_id = ?3 AND substr(f.path, 1, length(?4)) = ?4))"
                 " ORDER BY d.start_ns",
                 [&](Columns& columns, const Place&) { add_activity(sittings, read_sitting(columns)); });
    return sittings;
  });
}

std::vector<SegmentRow> Catalogue::activity(std::int64_t since_ns, std::int64_t until_ns) const {
  return state_->run([&](Connection& db) {
    std::vector<SegmentRow> segments;
    Query row = db.query(
        "SELECT s.id, d.start_ns, d.end_ns, d.messages"
        " FROM sessions s CROSS JOIN activity d ON d.file_id = s.file_id"
        " WHERE d.end_ns >= ?1 AND d.start_ns <= ?2 ORDER BY d.start_ns, s.id",
        since_ns, until_ns);
    while (row.step()) {
      Columns columns(row);
      auto session = to_session(columns.bytes());
      if (!session) throw Damage("the catalogue holds a session without an id");
      segments.push_back({*std::move(session), read_sitting(columns)});
    }
    return segments;
  });
}

std::vector<SessionId> Catalogue::forks_of(const SessionId& session) const {
  return state_->run([&](Connection& db) {
    std::vector<SessionId> forks;
    // Forks begin with their parent's rows: what tells them apart is when they were archived.
    Query row = db.query(
        "SELECT s.id FROM sessions s WHERE s.parent = ?1 AND s.parent <> '' AND s.id <> s.parent"
        " ORDER BY (SELECT min((SELECT order_ns FROM versions v CROSS JOIN commits c ON c.id = v.commit_id"
        "    WHERE v.file_id = f.id ORDER BY v.commit_id LIMIT 1))"
        "   FROM files f CROSS JOIN transcripts own ON own.file_id = f.id WHERE f.session = s.id),"
        "  s.active_ns, s.id",
        session.text());
    while (row.step())
      if (auto fork = to_session(row.bytes(0))) forks.push_back(*std::move(fork));
    return forks;
  });
}

}  // namespace csb::catalogue
