#pragma once

#include <sys/stat.h>

#include <string>

#include <SQLiteCpp/Database.h>

/// What all of csb's databases have in common as files.
namespace csb::catalogue {

inline constexpr int kBusyTimeoutMs = 10'000;

/// SQLite would say of a directory what it says of a broken disk. @throws Error for what is no file
void require_regular(const struct stat& st, const std::string& path);

/// Makes the file before SQLite does, private whatever the umask; -wal and -shm inherit its mode. A file
/// that exists is not opened here: closing it would drop the locks of this process's other connections.
void make_private(const std::string& path);

/// WAL, where the file system allows it. A power cut may take the last transactions; it never damages the
/// file.
void set_journal(SQLite::Database& database, const std::string& path);

/// Whether the last writer left nothing in a -wal: then the file itself holds everything.
[[nodiscard]] bool is_whole_without_log(const std::string& path);

/// For a read-only disk, where there is nobody to write either. What a dead writer left in the -wal is not
/// seen; if it died while moving that into the file, the check finds out. @throws Damage
[[nodiscard]] SQLite::Database open_immutable(const std::string& path);

}  // namespace csb::catalogue
