#include "text_index_open.hpp"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include "csb/util/fs.hpp"
#include "database_file.hpp"
#include "errors.hpp"

namespace csb::catalogue {
namespace {

/// PRAGMA application_id: "csbt". Says whose file this is.
constexpr int kApplicationId = 0x63736274;
constexpr int kVersion = 3;

// Paths are BLOBs: bytes. Unsigned numbers are kept as the signed number of the same bits. Of diacritics the
// tokenizer must keep what a search for the literal text would tell apart. "columnsize=0": documents
// are ranked by their time, and need no lengths. One column: a second one would cost two bytes for each word
// of each text in it, a fifth of the index. SQLite 3.40 cannot delete from a contentless table; nothing is
// ever deleted. "hashsize", "automerge": words are gathered in memory, and what was written is merged with
// eight of its size at a time; with FTS5's own 1 MiB and four, most of the time goes into writing the same
// words again. "documents": see DocumentPacker; "first" is the id of its first one. "places": where a text
// stands besides the place it was seen first, or instead, when that is in the same file. "pieces": the second
// and later parts of a long text, rows of "documents" and "texts" of their own; "document" is the first part.
constexpr const char* kSchema = R"sql(
  CREATE TABLE files(
    id INTEGER PRIMARY KEY,
    branch TEXT NOT NULL, path BLOB NOT NULL, session TEXT,
    generation INTEGER NOT NULL, indexed_to INTEGER NOT NULL, commit_oid BLOB,
    UNIQUE(branch, path));
  CREATE TABLE tools(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE documents(first INTEGER PRIMARY KEY, packed BLOB NOT NULL);
  CREATE TABLE keys(key INTEGER PRIMARY KEY, document INTEGER NOT NULL);
  CREATE TABLE places(
    document INTEGER NOT NULL, file INTEGER NOT NULL,
    generation INTEGER NOT NULL, at INTEGER NOT NULL, block INTEGER NOT NULL,
    PRIMARY KEY(document, file)) WITHOUT ROWID;
  CREATE TABLE pieces(id INTEGER PRIMARY KEY, document INTEGER NOT NULL);
  CREATE TABLE heads(branch TEXT PRIMARY KEY, head BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE notes(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE VIRTUAL TABLE texts USING fts5(
    text, content='', columnsize=0, tokenize="unicode61 remove_diacritics 0");
  INSERT INTO texts(texts, rank) VALUES('hashsize', 8388608);
  INSERT INTO texts(texts, rank) VALUES('automerge', 8);
)sql";

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

bool is_empty(SQLite::Database& database) {
  return database.execAndGet("SELECT NOT EXISTS(SELECT 1 FROM sqlite_master)").getInt() != 0;
}

void require_schema(SQLite::Database& database, const std::string& path) {
  if (is_empty(database)) throw Error(ErrorCode::not_found, "there is no text index '" + path + "'");
  if (pragma(database, "application_id") != kApplicationId || pragma(database, "user_version") != kVersion)
    throw Damage("'" + path + "' is no text index of this csb");
}

void create_schema(SQLite::Database& database) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (!is_empty(database)) return;  // another process did it meanwhile
  database.exec(kSchema);
  database.exec("PRAGMA user_version = " + std::to_string(kVersion));
  database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  transaction.commit();
}

}  // namespace

SQLite::Database open_text_index_for_writing(const std::string& path) {
  make_private(path);
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
  // Of a new file. What merging leaves free can be given back: TextIndex::give_back_space().
  database.exec("PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL");
  set_journal(database, path);
  // Texts come in no order of their keys: of a smaller cache, pages go to the log and come back over and
  // over.
  database.exec("PRAGMA cache_size = -16384");
  if (is_empty(database)) create_schema(database);
  require_schema(database, path);
  return database;
}

SQLite::Database open_text_index_for_reading(const std::string& path) {
  if (!fs::exists(path)) throw Error(ErrorCode::not_found, "there is no text index '" + path + "'");
  try {
    SQLite::Database database(path, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
    require_schema(database, path);
    return database;
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode() & 0xFF;
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) throw;
  }
  SQLite::Database database = open_immutable(path);
  require_schema(database, path);
  return database;
}

SQLite::Database open_text_index_for_reading_alone(const std::string& path) {
  if (!fs::exists(path) || !is_whole_without_log(path)) return open_text_index_for_reading(path);
  SQLite::Database database = open_immutable(path);
  require_schema(database, path);
  return database;
}

}  // namespace csb::catalogue
