#include "schema.hpp"

#include <array>
#include <string>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include "csb/catalogue/catalogue.hpp"
#include "errors.hpp"

namespace csb::catalogue {
namespace {

/// PRAGMA application_id: "csbc". Says whose file this is.
constexpr int kApplicationId = 0x63736263;

// Paths and plan names are BLOBs: bytes, ordered by memcmp. Times are nanoseconds since the epoch. Unsigned
// numbers (inodes) are kept as the signed number of the same bits. Numbers of classes and operations: see
// codes.hpp.
constexpr const char* kVersion3 = R"sql(
  CREATE TABLE roots(
    id INTEGER PRIMARY KEY,
    branch TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    path BLOB NOT NULL,
    head BLOB);

  -- Where in the trees of a branch's commits the root lies: told by the transcripts they ever held.
  CREATE TABLE prefixes(root_id INTEGER NOT NULL, prefix BLOB NOT NULL, PRIMARY KEY(root_id, prefix)) WITHOUT ROWID;

  -- Every path ever seen. One seen in history only has what its newest version said.
  CREATE TABLE files(
    id INTEGER PRIMARY KEY,
    root_id INTEGER NOT NULL,
    path BLOB NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, mode INTEGER NOT NULL,
    class INTEGER NOT NULL, racy INTEGER NOT NULL, present INTEGER NOT NULL,
    session TEXT,
    UNIQUE(root_id, path));
  -- The stat cache: all that a walk compares with, in the order of the walk, without the paths that are gone.
  CREATE INDEX files_present ON files(root_id, path, size, mtime_ns, inode, mode, class, racy)
    WHERE present = 1;
  CREATE INDEX files_by_session ON files(session) WHERE session IS NOT NULL;

  -- What only a changed file needs: 28 bytes for each slice, and the state of its parser.
  CREATE TABLE contents(
    file_id INTEGER PRIMARY KEY,
    slices BLOB NOT NULL, parsed_to INTEGER NOT NULL, facts BLOB NOT NULL);

  -- A file with a row here is the main transcript of its session.
  CREATE TABLE transcripts(
    file_id INTEGER PRIMARY KEY,
    title TEXT NOT NULL, first_prompt TEXT NOT NULL, start_cwd TEXT NOT NULL, cwd TEXT NOT NULL,
    git_branch TEXT NOT NULL, version TEXT NOT NULL, model TEXT NOT NULL, forked_from TEXT NOT NULL,
    first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,
    messages INTEGER NOT NULL, prompts INTEGER NOT NULL, tool_calls INTEGER NOT NULL,
    bad_rows INTEGER NOT NULL, compactions INTEGER NOT NULL,
    rewinds INTEGER NOT NULL, first_uuid TEXT NOT NULL);
  CREATE TABLE plans(file_id INTEGER NOT NULL, slug BLOB NOT NULL, PRIMARY KEY(file_id, slug)) WITHOUT ROWID;

  -- What the rows of a conversation amount to. Folders, files, models and tools are named once.
  CREATE TABLE names(id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);
  CREATE TABLE tools(
    file_id INTEGER NOT NULL, tool INTEGER NOT NULL, calls INTEGER NOT NULL,
    PRIMARY KEY(file_id, tool)) WITHOUT ROWID;
  CREATE INDEX tools_by_name ON tools(tool, file_id);
  CREATE TABLE folders(
    file_id INTEGER NOT NULL, folder INTEGER NOT NULL,
    work INTEGER NOT NULL, rows INTEGER NOT NULL, origin INTEGER NOT NULL,
    PRIMARY KEY(file_id, folder)) WITHOUT ROWID;
  CREATE INDEX folders_by_name ON folders(folder, file_id);
  -- Without any count: by rows that only an older version has. gone_ns: the latest of those, where it is later
  -- than last_ns, else 0.
  CREATE TABLE touched(
    file_id INTEGER NOT NULL, path INTEGER NOT NULL,
    reads INTEGER NOT NULL, writes INTEGER NOT NULL, searches INTEGER NOT NULL,
    last_ns INTEGER NOT NULL, gone_ns INTEGER NOT NULL,
    PRIMARY KEY(file_id, path)) WITHOUT ROWID;
  CREATE INDEX touched_by_path ON touched(path, file_id);
  CREATE TABLE activity(
    file_id INTEGER NOT NULL, start_ns INTEGER NOT NULL, end_ns INTEGER NOT NULL, messages INTEGER NOT NULL,
    PRIMARY KEY(file_id, start_ns)) WITHOUT ROWID;
  -- All of a file's, as answers.cpp packs them, in parts of which a later one adds to those before. Answers stay
  -- when their rows are gone (then so marked): what was used was used.
  CREATE TABLE answers(
    file_id INTEGER NOT NULL, part INTEGER NOT NULL, packed BLOB NOT NULL,
    PRIMARY KEY(file_id, part)) WITHOUT ROWID;

  CREATE TABLE commits(
    id INTEGER PRIMARY KEY,
    root_id INTEGER NOT NULL, sequence INTEGER NOT NULL, oid BLOB NOT NULL,
    time_ns INTEGER NOT NULL,
    -- time_ns, but never before the branch's earlier commits: orders commits of several branches.
    order_ns INTEGER NOT NULL,
    UNIQUE(root_id, oid), UNIQUE(root_id, sequence));
  CREATE TABLE versions(
    id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL, commit_id INTEGER NOT NULL, op INTEGER NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, mode INTEGER NOT NULL,
    messages INTEGER, compactions INTEGER, tree_path BLOB NOT NULL,
    UNIQUE(file_id, commit_id));

  -- One row for each session with a transcript; file_id is the transcript that counts.
  CREATE TABLE sessions(
    id TEXT PRIMARY KEY,
    file_id INTEGER NOT NULL, present INTEGER NOT NULL,
    active_ns INTEGER NOT NULL, deleted_ns INTEGER NOT NULL,
    versions INTEGER NOT NULL, last_op INTEGER, moved_from BLOB NOT NULL,
    footprint_files INTEGER NOT NULL, footprint_bytes INTEGER NOT NULL,
    -- The session it was forked from, as its rows or (lineage.cpp) those of others say; '' when none.
    parent TEXT NOT NULL,
    -- The transcript's first_uuid when the row was written.
    first_message TEXT NOT NULL);
  CREATE INDEX sessions_by_parent ON sessions(parent) WHERE parent <> '';
  CREATE INDEX sessions_by_first_message ON sessions(first_message) WHERE first_message <> '';
  CREATE INDEX sessions_by_activity ON sessions(present, active_ns);

  CREATE TABLE reported(
    root_id INTEGER NOT NULL, path BLOB NOT NULL,
    PRIMARY KEY(root_id, path)) WITHOUT ROWID;
  CREATE TABLE runs(
    id INTEGER PRIMARY KEY,
    started_ns INTEGER NOT NULL, ended_ns INTEGER NOT NULL, command TEXT NOT NULL,
    exit_status INTEGER NOT NULL, summary TEXT NOT NULL);
  CREATE TABLE notes(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
)sql";

constexpr std::array<Migration, 1> kMigrations{{{3, kVersion3}}};
static_assert(kMigrations.back().version == kSchemaVersion);

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

void drop_all_tables(SQLite::Database& database) {
  std::string drops;
  {
    SQLite::Statement tables(database,
                             "SELECT printf('DROP TABLE \"%w\";', name) FROM sqlite_master"
                             " WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
    while (tables.executeStep()) drops += tables.getColumn(0).getString();
  }
  database.exec(drops);
}

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

int schema_version(SQLite::Database& database) {
  // In this order: another process may create the schema between two of these reads.
  const bool empty = database.execAndGet("SELECT NOT EXISTS(SELECT 1 FROM sqlite_master)").getInt() != 0;
  const int version = pragma(database, "user_version");
  const bool ours = version == 0 ? empty : pragma(database, "application_id") == kApplicationId;
  if (!ours) throw Damage("'" + database.getFilename() + "' is a database, but not a csb catalogue");
  return version;
}

void migrate(SQLite::Database& database, std::span<const Migration> steps) {
  if (schema_version(database) >= steps.back().version) return;
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const int version = schema_version(database);  // again: another process may have done it meanwhile
  if (version != 0 && version < steps.front().version) drop_all_tables(database);
  for (const Migration& step : steps) {
    if (step.version <= version) continue;
    database.exec(step.sql);
    database.exec("PRAGMA user_version = " + std::to_string(step.version));
  }
  database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  transaction.commit();
}

std::string postpone_indexes(SQLite::Database& database) {
  std::string drops, statements;
  {
    SQLite::Statement indexes(database,
                              "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
                              " AND tbl_name IN ('tools', 'folders', 'touched')");
    while (indexes.executeStep()) {
      drops += "DROP INDEX " + indexes.getColumn(0).getString() + ";";
      statements += indexes.getColumn(1).getString() + ";";
    }
  }
  database.exec(drops);
  return statements;
}

}  // namespace csb::catalogue
