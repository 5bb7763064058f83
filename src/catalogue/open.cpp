#include "open.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include <array>
#include <cerrno>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "csb/catalogue/catalogue.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "errors.hpp"
#include "schema.hpp"

namespace csb::catalogue {
namespace {

constexpr int kBusyTimeoutMs = 10'000;
constexpr auto kPrivate = mode_t{0600};

/// Makes the file before SQLite does, private whatever the umask; -wal and -shm inherit its mode. A file
/// that exists is not opened here: closing it would drop the locks of this process's other connections.
void make_private(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0) {
    if (S_ISREG(st.st_mode) && (st.st_mode & 07777) != kPrivate && ::chmod(path.c_str(), kPrivate) != 0)
      throw errno_error("cannot protect '" + path + "'", errno);
    return;
  }
  if (const std::string_view parent = parent_path(path); !parent.empty())
    fs::make_directories(std::string(parent));
  const Fd fd = open_at(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL, kPrivate);
  if (!fd && errno == EEXIST) return;  // another process was faster, and does the same
  if (!fd) throw errno_error("cannot create '" + path + "'", errno);
  if (::fchmod(fd.get(), kPrivate) != 0) throw errno_error("cannot protect '" + path + "'", errno);
}

/// WAL needs memory shared by all its users: on these file systems it hangs or breaks.
bool on_network(const std::string& path) {
#ifdef __linux__
  // statfs(2): NFS, SMB, CIFS, SMB2, 9P
  static constexpr std::array<std::uint32_t, 5> kNetwork{0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x01021997};
  struct statfs info {};
  if (::statfs(path.c_str(), &info) != 0) return false;
  for (const std::uint32_t type : kNetwork)
    if (static_cast<std::uint32_t>(info.f_type) == type) return true;
#else
  static_cast<void>(path);
#endif
  return false;
}

void set_journal(SQLite::Database& database, const std::string& path) {
  const bool network = on_network(path);
  // Exclusive while leaving WAL: then SQLite does without the shared memory.
  if (network) database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.execAndGet(network ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
  if (network) database.exec("PRAGMA locking_mode = NORMAL");
  // NORMAL: a power cut may take the last transactions, which the store has; it never damages the file.
  database.exec("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384");
}

/// A file: URI of any path (https://www.sqlite.org/uri.html).
std::string immutable_uri(const std::string& path) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  static constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-~";
  std::string uri = path.starts_with('/') ? "file://" : "file:";
  for (const char c : path) {
    if (kPlain.find(c) != std::string_view::npos) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    (uri += '%') += kHex[byte >> 4];
    uri += kHex[byte & 15];
  }
  return uri + "?immutable=1";
}

/// For a read-only disk, where there is nobody to write either. What a dead writer left in the -wal is not
/// seen; if it died while moving that into the file, the check finds out.
SQLite::Database open_immutable(const std::string& path) {
  SQLite::Database database(immutable_uri(path),
                            SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX | SQLite::OPEN_URI);
  struct stat wal {};
  if (::stat((path + "-wal").c_str(), &wal) == 0 && S_ISREG(wal.st_mode) && wal.st_size > 0 &&
      database.execAndGet("PRAGMA quick_check(1)").getString() != "ok")
    throw Damage("catalogue '" + path + "' was left in the middle of a write");
  return database;
}

Error no_catalogue(const std::string& path) {
  return {ErrorCode::not_found, "there is no catalogue '" + path + "'", "csb backup makes it"};
}

void require_readable_schema(SQLite::Database& database, const std::string& path) {
  const int version = schema_version(database);
  if (version == 0) throw no_catalogue(path);  // no damage: a writer may be about to fill it
  if (version < kSchemaVersion) throw Damage("catalogue '" + path + "' is of an older csb");
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

SQLite::Database open_for_reading(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) throw no_catalogue(path);
    throw errno_error("cannot open the catalogue '" + path + "'", errno);
  }
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
  // A writer that ended well leaves no -wal, or an empty one: then the file holds everything.
  struct stat wal {};
  const bool unfinished = ::stat((path + "-wal").c_str(), &wal) == 0 && wal.st_size > 0;
  if (!fs::exists(path) || unfinished) return open_for_reading(path);
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
