#include "csb/catalogue/catalogue.hpp"

#include <cstring>

#include "open.hpp"
#include "schema.hpp"
#include "state.hpp"

namespace csb::catalogue {
namespace {

SQLite::Database open_database(const std::string& path, Catalogue::Access access) {
  switch (access) {
    case Catalogue::Access::write:
      return open_for_writing(path);
    case Catalogue::Access::draft:
      return open_draft(path);
    case Catalogue::Access::read:
      return open_for_reading(path);
    case Catalogue::Access::read_alone:
      return open_for_reading_alone(path);
    case Catalogue::Access::memory:
      break;
  }
  return open_in_memory();
}

Root read_root(const Query& row) {
  Columns columns(row);
  Root root;
  root.id = columns.integer();
  root.path = columns.bytes();
  root.source = columns.bytes();
  root.branch = columns.bytes();
  if (const std::string head = columns.bytes(); !head.empty()) root.head = to_oid(head);
  return root;
}

}  // namespace

Oid to_oid(std::string_view bytes) {
  Oid oid;
  if (bytes.size() != oid.bytes.size()) throw Damage("the catalogue holds an impossible object name");
  std::memcpy(oid.bytes.data(), bytes.data(), bytes.size());
  return oid;
}

std::optional<SessionId> to_session(std::string_view text) {
  if (text.empty()) return std::nullopt;
  auto session = SessionId::parse(text);
  if (!session) throw Damage("the catalogue holds an impossible session id");
  return session;
}

Catalogue::Catalogue(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

Catalogue Catalogue::open(const std::string& path, Access access) {
  return translated(path, [&] {
    auto state = std::make_unique<State>(State{Connection(path, open_database(path, access))});
    if (access == Access::draft) state->postponed = postpone_indexes(state->connection.database());
    return Catalogue(std::move(state));
  });
}

void Catalogue::settle(const std::string& path) {
  translated(path, [&] {
    SQLite::Database database = open_for_writing(path);
    // Without waiting, then with: readers of an earlier state keep the rest of the log in use.
    for (const char* const pragma : {"PRAGMA wal_checkpoint(PASSIVE)", "PRAGMA wal_checkpoint(TRUNCATE)"}) {
      SQLite::Statement statement(database, pragma);
      if (!statement.executeStep()) return;
      const std::int64_t in_log = statement.getColumn(1).getInt64(),
                         moved = statement.getColumn(2).getInt64();
      if (in_log == moved) return;
    }
    throw Locked("catalogue '" + path + "' is being read");
  });
}

std::vector<Root> Catalogue::roots() const {
  return state_->run([](Connection& db) {
    std::vector<Root> roots;
    Query row = db.query("SELECT id, path, source, branch, head FROM roots ORDER BY id");
    while (row.step()) roots.push_back(read_root(row));
    return roots;
  });
}

std::optional<Root> Catalogue::find_root(std::string_view branch) const {
  return state_->run([&](Connection& db) -> std::optional<Root> {
    Query row = db.query("SELECT id, path, source, branch, head FROM roots WHERE branch = ?1", branch);
    if (!row.step()) return std::nullopt;
    return read_root(row);
  });
}

std::set<std::string> Catalogue::prefixes_of(std::int64_t root_id) const {
  return state_->run([&](Connection& db) {
    std::set<std::string> prefixes;
    Query row = db.query("SELECT prefix FROM prefixes WHERE root_id = ?1", root_id);
    while (row.step()) prefixes.insert(row.bytes(0));
    return prefixes;
  });
}

bool Catalogue::all_reported(std::int64_t root_id, const std::vector<std::string>& paths) const {
  return state_->run([&](Connection& db) {
    for (const std::string& path : paths) {
      Query row = db.query("SELECT 1 FROM reported WHERE root_id = ?1 AND path = ?2", root_id, Blob{path});
      if (!row.step()) return false;
    }
    return true;
  });
}

Totals Catalogue::totals() const {
  return state_->run([](Connection& db) {
    Query row = db.query(
        "SELECT (SELECT count(*) FROM sessions WHERE present = 1), (SELECT count(*) FROM sessions WHERE "
        "present = 0),"
        " count(*), coalesce(sum(size), 0), (SELECT count(*) FROM versions)"
        " FROM files INDEXED BY files_present WHERE present = 1");
    Totals totals;
    if (!row.step()) return totals;
    Columns columns(row);
    totals.sessions_present = columns.number();
    totals.sessions_deleted = columns.number();
    totals.files_present = columns.number();
    totals.bytes_present = columns.number();
    totals.versions = columns.number();
    return totals;
  });
}

std::vector<RunRecord> Catalogue::last_runs(std::size_t count) const {
  return state_->run([&](Connection& db) {
    std::vector<RunRecord> runs;
    Query row = db.query(
        "SELECT started_ns, ended_ns, command, exit_status, summary FROM runs ORDER BY id DESC LIMIT ?1",
        std::uint64_t{count});
    while (row.step()) {
      Columns columns(row);
      RunRecord& run = runs.emplace_back();
      run.started_ns = columns.integer();
      run.ended_ns = columns.integer();
      run.command = columns.bytes();
      run.exit_status = static_cast<int>(columns.integer());
      run.summary = columns.bytes();
    }
    return runs;
  });
}

std::string Catalogue::note(std::string_view key) const {
  return state_->run([&](Connection& db) {
    Query row = db.query("SELECT value FROM notes WHERE key = ?1", key);
    return row.step() ? row.bytes(0) : std::string();
  });
}

Catalogue::Update Catalogue::begin() {
  return state_->run([&](Connection&) { return Update(std::make_unique<Update::State>(*state_)); });
}

}  // namespace csb::catalogue
