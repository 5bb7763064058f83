#pragma once

#include <string>

#include <SQLiteCpp/Database.h>

namespace csb::catalogue {

// Opens the file, ready for use. Exceptions are SQLite's own, Damage and Error.

/// Created (0600, its directory too) and migrated when needed. @throws Error{refused} for a newer schema
[[nodiscard]] SQLite::Database open_for_writing(const std::string& path);
/// A new file (0600), written as Access::draft says.
[[nodiscard]] SQLite::Database open_draft(const std::string& path);
/// Writes nothing but the -wal and -shm beside it, and works where those cannot be made.
/// @throws Error{not_found}, also for an empty file; Damage for an older schema
[[nodiscard]] SQLite::Database open_for_reading(const std::string& path);
/// The same without locks or shared memory, for a caller that knows that nobody writes.
[[nodiscard]] SQLite::Database open_for_reading_alone(const std::string& path);
[[nodiscard]] SQLite::Database open_in_memory();

}  // namespace csb::catalogue
