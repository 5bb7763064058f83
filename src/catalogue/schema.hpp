#pragma once

#include <span>
#include <string>

#include <SQLiteCpp/Database.h>

namespace csb::catalogue {

/// One step of the schema's history: from the version before `version` to `version`.
struct Migration {
  int version = 0;
  const char* sql = nullptr;
};

/// All steps, oldest first; the first makes everything, the last one's version is kSchemaVersion. A step that
/// was released is never changed: a new one is added.
[[nodiscard]] std::span<const Migration> migrations();

/// PRAGMA user_version: 0 in a new file. @throws Damage when the database is another program's
[[nodiscard]] int schema_version(SQLite::Database& database);

/// Brings the database up to the last of `steps`, in one IMMEDIATE transaction; does nothing when it is
/// there. What is older than the first step (no such was ever released) is emptied: it is filled from the
/// store.
void migrate(SQLite::Database& database, std::span<const Migration> steps);

/// Drops the indexes by which conversations are found by their details. To make them of all details at once
/// takes three fifths of the work of keeping them up row by row. @return the statements that make them
[[nodiscard]] std::string postpone_indexes(SQLite::Database& database);

}  // namespace csb::catalogue
