// One transaction, and the small things written in it.
#include "details.hpp"
#include "session_refresh.hpp"
#include "state.hpp"

namespace csb::catalogue {
namespace {

constexpr std::int64_t kKeptRuns = 1000;

/// @return all sessions that have a file in this root
std::vector<SessionId> sessions_of_root(Connection& db, std::int64_t root_id) {
  std::vector<SessionId> sessions;
  Query row =
      db.query("SELECT DISTINCT session FROM files WHERE root_id = ?1 AND session IS NOT NULL", root_id);
  while (row.step())
    if (const auto session = to_session(row.bytes(0))) sessions.push_back(*session);
  return sessions;
}

}  // namespace

Catalogue::Update::Update(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalogue::Update::Update(Update&&) noexcept = default;
Catalogue::Update::~Update() = default;

void Catalogue::Update::commit() {
  state_->run([&](Connection&) { state_->transaction.commit(); });
  state_->committed = true;
}

void Catalogue::Update::complete_draft() {
  state_->run([&](Connection& db) { db.database().exec(state_->catalogue.postponed); });
  state_->catalogue.postponed.clear();
}

std::int64_t Catalogue::Update::ensure_root(std::string_view branch, std::string_view source,
                                            std::string_view path) {
  return state_->run([&](Connection& db) {
    db.run(
        "INSERT INTO roots(branch, source, path) VALUES(?1, ?2, ?3)"
        " ON CONFLICT(branch) DO UPDATE SET source = ?2, path = ?3",
        branch, source, Blob{path});
    Query row = db.query("SELECT id FROM roots WHERE branch = ?1", branch);
    if (!row.step()) throw Damage("the catalogue lost a root it was just given");
    return row.integer(0);
  });
}

void Catalogue::Update::set_head(std::int64_t root_id, const Oid& head) {
  state_->run([&](Connection& db) {
    db.run("UPDATE roots SET head = ?2 WHERE id = ?1", root_id, Blob{bytes_of(head)});
  });
}

void Catalogue::Update::forget_head(std::int64_t root_id) {
  state_->run([&](Connection& db) { db.run("UPDATE roots SET head = NULL WHERE id = ?1", root_id); });
}

void Catalogue::Update::add_prefixes(std::int64_t root_id, const std::set<std::string>& prefixes) {
  state_->run([&](Connection& db) {
    for (const std::string& prefix : prefixes)
      db.run("INSERT OR IGNORE INTO prefixes(root_id, prefix) VALUES(?1, ?2)", root_id, Blob{prefix});
  });
}

void Catalogue::Update::refresh_session(std::int64_t /*root_id: a session is one row over all roots*/,
                                        const SessionId& session) {
  state_->run([&](Connection& db) { refresh_session_row(db, session); });
}

std::vector<std::string> Catalogue::Update::newly_reported(std::int64_t root_id,
                                                           const std::vector<std::string>& paths) {
  return state_->run([&](Connection& db) {
    std::vector<std::string> fresh;
    for (const std::string& path : paths)
      if (db.run("INSERT OR IGNORE INTO reported(root_id, path) VALUES(?1, ?2)", root_id, Blob{path}) > 0)
        fresh.push_back(path);
    return fresh;
  });
}

void Catalogue::Update::record_run(const RunRecord& run) {
  state_->run([&](Connection& db) {
    db.run("INSERT INTO runs(started_ns, ended_ns, command, exit_status, summary) VALUES(?1, ?2, ?3, ?4, ?5)",
           run.started_ns, run.ended_ns, run.command, std::int64_t{run.exit_status}, run.summary);
    db.run("DELETE FROM runs WHERE id <= ?1", db.last_id() - kKeptRuns);
  });
}

void Catalogue::Update::set_note(std::string_view key, std::string_view value) {
  state_->run(
      [&](Connection& db) { db.run("INSERT OR REPLACE INTO notes(key, value) VALUES(?1, ?2)", key, value); });
}

void Catalogue::Update::clear_root(std::int64_t root_id) {
  state_->run([&](Connection& db) {
    const std::vector<SessionId> sessions = sessions_of_root(db, root_id);
    db.run("DELETE FROM contents WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
    db.run("DELETE FROM transcripts WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
    db.run("DELETE FROM plans WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
    clear_details(db, root_id);
    db.run("DELETE FROM versions WHERE file_id IN (SELECT id FROM files WHERE root_id = ?1)", root_id);
    db.run("DELETE FROM commits WHERE root_id = ?1", root_id);
    db.run("DELETE FROM files WHERE root_id = ?1", root_id);
    db.run("DELETE FROM reported WHERE root_id = ?1", root_id);
    db.run("DELETE FROM prefixes WHERE root_id = ?1", root_id);
    db.run("UPDATE roots SET head = NULL WHERE id = ?1", root_id);
    for (const SessionId& session : sessions) refresh_session_row(db, session);
    state_->last_commit = {};
  });
}

}  // namespace csb::catalogue
