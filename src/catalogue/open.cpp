#include "open.hpp"

#include <sys/stat.h>

#include <cerrno>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "csb/catalogue/catalogue.hpp"
#include "csb/util/fs.hpp"
#include "database_file.hpp"
#include "errors.hpp"
#include "schema.hpp"

namespace csb::catalogue {
namespace {

Error no_catalogue(const std::string& path) {
  return {ErrorCode::not_found, "there is no catalogue '" + path + "'", "csb backup makes it"};
}

void require_readable_schema(SQLite::Database& database, const std::string& path) {
  const int version = schema_version(database);
  if (version == 0) throw no_catalogue(path);  // no damage: a writer may be about to fill it
  if (version < kSchemaVersion) throw Outdated("the catalogue '" + path + "' is of an older csb");
}

}  // namespace

SQLite::Database open_for_writing(const std::string& path) {
  make_private(path);
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
  if (const int version = schema_version(database); version > kSchemaVersion)
    throw Error(ErrorCode::refused,
                "catalogue '" + path + "' has schema " + std::to_string(version) +
                    "; this csb writes up to " + std::to_string(kSchemaVersion),
                "use the newer csb, or move the file away: it is rebuilt from the store");
  set_journal(database, path);
  migrate(database, migrations());
  return database;
}

SQLite::Database open_draft(const std::string& path) {
  make_private(path);
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX);
  // A journal in memory costs nothing here: it keeps pages as they were, and in a new file there were none.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096");
  database.execAndGet("PRAGMA journal_mode = MEMORY");
  migrate(database, migrations());
  return database;
}

SQLite::Database open_for_reading(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) throw no_catalogue(path);
    throw errno_error("cannot open the catalogue '" + path + "'", errno);
  }
  require_regular(st, path);
  try {
    SQLite::Database database(path, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
    require_readable_schema(database, path);
    return database;
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode() & 0xFF;
    if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY) throw;
  }
  SQLite::Database database = open_immutable(path);
  require_readable_schema(database, path);
  return database;
}

SQLite::Database open_for_reading_alone(const std::string& path) {
  if (!fs::exists(path) || !is_whole_without_log(path)) return open_for_reading(path);
  SQLite::Database database = open_immutable(path);
  require_readable_schema(database, path);
  return database;
}

SQLite::Database open_in_memory() {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX);
  migrate(database, migrations());
  return database;
}

}  // namespace csb::catalogue
