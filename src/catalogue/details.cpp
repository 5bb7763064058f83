// What the rows of one conversation file amount to: as they are now, and what outlives them.
#include "details.hpp"

#include <algorithm>
#include <vector>

#include "answers.hpp"

namespace csb::catalogue {
namespace {

/// Rows that are gone count no more; that a file was touched and an answer given stays known.
void forget_rows(Connection& db, std::int64_t file_id) {
  db.run("DELETE FROM tools WHERE file_id = ?1", file_id);
  db.run("DELETE FROM folders WHERE file_id = ?1", file_id);
  db.run("DELETE FROM activity WHERE file_id = ?1", file_id);
  db.run(
      "UPDATE touched SET reads = 0, writes = 0, searches = 0, gone_ns = max(gone_ns, last_ns), last_ns = 0"
      " WHERE file_id = ?1",
      file_id);
  mark_answers_gone(db, file_id);
}

void add_tools(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details) {
  for (const auto& [tool, calls] : details.tools)
    db.run(
        "INSERT INTO tools(file_id, tool, calls) VALUES(?1, ?2, ?3)"
        " ON CONFLICT(file_id, tool) DO UPDATE SET calls = calls + ?3",
        file_id, names.id_of(db, tool), calls);
}

void add_folders(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details) {
  for (const auto& [path, use] : details.folders)
    db.run(
        "INSERT INTO folders(file_id, folder, work, rows, origin) VALUES(?1, ?2, ?3, ?4, ?5)"
        " ON CONFLICT(file_id, folder) DO UPDATE SET work = work + ?3, rows = rows + ?4,"
        "  origin = min(origin, ?5)",
        file_id, names.id_of(db, path), use.work, use.rows, static_cast<std::int64_t>(use.origin));
}

void add_touched(Connection& db, Names& names, std::int64_t file_id, std::string_view path,
                 const TouchedFile& touched) {
  db.run(
      "INSERT INTO touched(file_id, path, reads, writes, searches, last_ns, gone_ns)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0)"
      " ON CONFLICT(file_id, path) DO UPDATE SET reads = reads + ?3, writes = writes + ?4,"
      "  searches = searches + ?5, last_ns = max(last_ns, ?6),"
      "  gone_ns = iif(gone_ns > max(last_ns, ?6), gone_ns, 0)",
      file_id, names.id_of(db, path), touched.reads, touched.writes, touched.searches, touched.last_ns);
}

/// By rows that are gone.
void keep_touched(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details) {
  for (const auto& [path, touched] : details.files)
    db.run(
        "INSERT INTO touched(file_id, path, reads, writes, searches, last_ns, gone_ns)"
        " VALUES(?1, ?2, 0, 0, 0, 0, ?3)"
        " ON CONFLICT(file_id, path) DO UPDATE SET"
        "  gone_ns = iif(max(gone_ns, ?3) > last_ns, max(gone_ns, ?3), 0)",
        file_id, names.id_of(db, path), touched.last_ns);
}

void add_sitting(Connection& db, std::int64_t file_id, const ActivitySegment& added) {
  std::vector<ActivitySegment> sittings;
  {
    Query row = db.query(
        "SELECT start_ns, end_ns, messages FROM activity"
        " WHERE file_id = ?1 AND start_ns <= ?3 AND end_ns >= ?2 ORDER BY start_ns",
        file_id, added.start_ns - kSittingGapNs, added.end_ns + kSittingGapNs);
    while (row.step()) {
      Columns columns(row);
      ActivitySegment& sitting = sittings.emplace_back();
      sitting.start_ns = columns.integer();
      sitting.end_ns = columns.integer();
      sitting.messages = columns.number();
    }
  }
  for (const ActivitySegment& sitting : sittings)
    db.run("DELETE FROM activity WHERE file_id = ?1 AND start_ns = ?2", file_id, sitting.start_ns);
  add_activity(sittings, added);
  for (const ActivitySegment& sitting : sittings)
    db.run("INSERT INTO activity(file_id, start_ns, end_ns, messages) VALUES(?1, ?2, ?3, ?4)", file_id,
           sitting.start_ns, sitting.end_ns, sitting.messages);
}

}  // namespace

void copy_details(Connection& db, std::int64_t from_file_id, std::int64_t file_id) {
  forget_rows(db, file_id);
  db.run("INSERT INTO tools SELECT ?2, tool, calls FROM tools WHERE file_id = ?1", from_file_id, file_id);
  db.run("INSERT INTO folders SELECT ?2, folder, work, rows, origin FROM folders WHERE file_id = ?1",
         from_file_id, file_id);
  db.run("INSERT INTO activity SELECT ?2, start_ns, end_ns, messages FROM activity WHERE file_id = ?1",
         from_file_id, file_id);
  db.run(
      "INSERT INTO touched SELECT ?2, path, reads, writes, searches, last_ns, 0 FROM touched"
      " WHERE file_id = ?1 AND reads + writes + searches > 0"
      " ON CONFLICT(file_id, path) DO UPDATE SET reads = excluded.reads, writes = excluded.writes,"
      "  searches = excluded.searches, last_ns = excluded.last_ns,"
      "  gone_ns = iif(gone_ns > excluded.last_ns, gone_ns, 0)",
      from_file_id, file_id);
  copy_answers(db, from_file_id, file_id);
}

void put_details(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details,
                 bool go_on) {
  if (!go_on) forget_rows(db, file_id);
  add_tools(db, names, file_id, details);
  add_folders(db, names, file_id, details);
  for (const auto& [path, touched] : details.files) add_touched(db, names, file_id, path, touched);
  for (const ActivitySegment& sitting : details.activity) add_sitting(db, file_id, sitting);
  put_answers(db, names, file_id, details, false);
}

void keep_details(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details) {
  keep_touched(db, names, file_id, details);
  put_answers(db, names, file_id, details, true);
}

void clear_details(Connection& db, std::int64_t root_id) {
  db.run("DELETE FROM tools WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
  db.run("DELETE FROM folders WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
  db.run("DELETE FROM touched WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
  db.run("DELETE FROM activity WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
  db.run("DELETE FROM answers WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
}

}  // namespace csb::catalogue
