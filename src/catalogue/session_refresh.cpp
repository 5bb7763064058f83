// The row of a session, derived from its transcripts, their versions and its footprint.
#include "session_refresh.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "codes.hpp"
#include "csb/util/clock.hpp"
#include "lineage.hpp"
#include "state.hpp"

// In small statements, each answered by one look into an index: as one large statement it took 300 µs a
// session, most of it to set up SQLite's temporary tables.
namespace csb::catalogue {
namespace {

/// A transcript by the session's id, in whatever root and folder.
struct Transcript {
  std::int64_t file_id = 0, root_id = 0, active_ns = 0;
  std::string path;
  bool present = false;
  std::uint64_t messages = 0;
  std::optional<std::int64_t> last_op;  ///< of its newest version
  std::int64_t last_commit = 0;
  /// Its newest version is its end by a move: only a former name of another transcript.
  bool moved_away = false;
};

void read_newest_version(Connection& db, Transcript& transcript) {
  Query row =
      db.query("SELECT op, commit_id FROM versions WHERE file_id = ?1 ORDER BY commit_id DESC LIMIT 1",
               transcript.file_id);
  if (!row.step()) return;
  transcript.last_op = row.integer(0);
  transcript.last_commit = row.integer(1);
}

std::vector<Transcript> transcripts_of(Connection& db, const SessionId& session) {
  std::vector<Transcript> transcripts;
  {
    // Where no row has a time, the file's own tells it: as it was stored. A touch since then says nothing.
    Query row = db.query(
        "SELECT f.id, f.root_id, f.path, f.present, t.messages, iif(t.last_ns > 0, t.last_ns, coalesce("
        "  (SELECT v.mtime_ns FROM versions v WHERE v.file_id = f.id AND v.op <> ?2"
        "   ORDER BY v.commit_id DESC LIMIT 1), f.mtime_ns))"
        " FROM files f INDEXED BY files_by_session CROSS JOIN transcripts t ON t.file_id = f.id"
        " WHERE f.session = ?1",
        session.text(), kOpRemove);
    while (row.step()) {
      Columns columns(row);
      Transcript& transcript = transcripts.emplace_back();
      transcript.file_id = columns.integer();
      transcript.root_id = columns.integer();
      transcript.path = columns.bytes();
      transcript.present = columns.flag();
      transcript.messages = columns.number();
      transcript.active_ns = columns.integer();
    }
  }
  for (Transcript& transcript : transcripts) read_newest_version(db, transcript);
  return transcripts;
}

/// The transcript among `all` but `self` to which this commit did `op`.
const Transcript* other_in_commit(Connection& db, const std::vector<Transcript>& all, const Transcript& self,
                                  std::int64_t commit_id, std::int64_t op) {
  for (const Transcript& other : all) {
    if (other.file_id == self.file_id) continue;
    Query row = db.query("SELECT 1 FROM versions WHERE file_id = ?1 AND commit_id = ?2 AND op = ?3",
                         other.file_id, commit_id, op);
    if (row.step()) return &other;
  }
  return nullptr;
}

/// Its root is a directory of this machine, not a branch that somebody else commits to.
bool is_in_directory(Connection& db, const Transcript& transcript) {
  Query row = db.query("SELECT length(path) > 0 FROM roots WHERE id = ?1", transcript.root_id);
  return row.step() && row.integer(0) != 0;
}

/// Where its newest version stands in time; 0 when it has none.
std::int64_t order_of(Connection& db, const Transcript& transcript) {
  Query row = db.query("SELECT order_ns FROM commits WHERE id = ?1", transcript.last_commit);
  return row.step() ? row.integer(0) : 0;
}

const Transcript& choose(Connection& db, std::vector<Transcript>& transcripts) {
  for (Transcript& t : transcripts)
    t.moved_away =
        t.last_op == kOpRemove && other_in_commit(db, transcripts, t, t.last_commit, kOpAdd) != nullptr;
  // Within a root the one with more of the conversation counts: the other is a stub that a client left. In
  // two roots the session was gone on with in one of them: the newest row counts.
  const auto in_root = [](const Transcript& t) {
    return std::tuple(t.present, !t.moved_away, t.messages, t.active_ns, t.last_commit, t.file_id);
  };
  std::map<std::int64_t, const Transcript*> best;  // by root
  for (const Transcript& t : transcripts) {
    const Transcript*& so_far = best[t.root_id];
    if (so_far == nullptr || in_root(*so_far) < in_root(t)) so_far = &t;
  }
  if (best.size() == 1) return *best.begin()->second;
  // Where nothing tells them apart, what lies in a directory here counts, then what was stored last. (The
  // ids of commits say in which order they were catalogued, which is another one after a rebuild.)
  const auto between_roots = [&db](const Transcript& t) {
    return std::tuple(t.present, !t.moved_away, t.messages > 0, t.active_ns, t.messages,
                      is_in_directory(db, t), order_of(db, t), t.file_id);
  };
  return *std::max_element(best.begin(), best.end(), [&](const auto& a, const auto& b) {
            return between_roots(*a.second) < between_roots(*b.second);
          })->second;
}

/// A move is an addition and a removal of the same session by one commit.
std::string moved_from(Connection& db, const std::vector<Transcript>& all, const Transcript& transcript) {
  std::int64_t added_by = 0;
  {
    Query row = db.query("SELECT coalesce(max(commit_id), 0) FROM versions WHERE file_id = ?1 AND op = ?2",
                         transcript.file_id, kOpAdd);
    if (row.step()) added_by = row.integer(0);
  }
  const Transcript* before = other_in_commit(db, all, transcript, added_by, kOpRemove);
  return before != nullptr ? before->path : std::string();
}

/// Found gone by the commit that says so; without one, by the run that first writes it down.
std::int64_t deleted_ns(Connection& db, const SessionId& session, const Transcript& transcript) {
  if (transcript.present) return 0;
  if (transcript.last_op == kOpRemove) {
    Query row = db.query("SELECT time_ns FROM commits WHERE id = ?1", transcript.last_commit);
    if (row.step()) return row.integer(0);
  }
  Query row = db.query("SELECT deleted_ns FROM sessions WHERE id = ?1 AND deleted_ns > 0", session.text());
  return row.step() ? row.integer(0) : now_ns();
}

std::int64_t count_versions(Connection& db, const std::vector<Transcript>& transcripts) {
  std::int64_t count = 0;
  for (const Transcript& transcript : transcripts) {
    Query row = db.query("SELECT count(*) FROM versions WHERE file_id = ?1 AND op <> ?2", transcript.file_id,
                         kOpRemove);
    if (row.step()) count += row.integer(0);
  }
  return count;
}

struct Footprint {
  std::int64_t files = 0, bytes = 0;
};

Footprint footprint_of(Connection& db, const SessionId& session, std::int64_t root_id) {
  Query row = db.query(
      "SELECT count(*), coalesce(sum(size), 0) FROM files INDEXED BY files_by_session"
      " WHERE session = ?1 AND root_id = ?2",
      session.text(), root_id);
  if (!row.step()) return {};
  return {row.integer(0), row.integer(1)};
}

void write_row(Connection& db, const SessionId& session) {
  std::vector<Transcript> transcripts = transcripts_of(db, session);
  if (transcripts.empty()) {
    db.run("DELETE FROM sessions WHERE id = ?1", session.text());
    return;
  }
  const Transcript& chosen = choose(db, transcripts);
  const Footprint footprint = footprint_of(db, session, chosen.root_id);
  db.run(
      "INSERT OR REPLACE INTO sessions(id, file_id, present, active_ns, deleted_ns, versions, last_op, "
      "moved_from,"
      " footprint_files, footprint_bytes, parent, first_message)"
      " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, iif(forked_from = ?1, '', forked_from), first_uuid"
      " FROM transcripts WHERE file_id = ?2",
      session.text(), chosen.file_id, chosen.present, chosen.active_ns, deleted_ns(db, session, chosen),
      count_versions(db, transcripts), chosen.last_op, Blob{moved_from(db, transcripts, chosen)},
      footprint.files, footprint.bytes);
}

}  // namespace

void refresh_session_row(Connection& db, const SessionId& session) {
  const std::string before = first_message_of(db, session);
  write_row(db, session);
  const std::string after = first_message_of(db, session);
  refresh_lineage(db, after);
  if (before != after) refresh_lineage(db, before);
}

}  // namespace csb::catalogue
