#include "database_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif

#include <array>
#include <cerrno>
#include <string_view>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "csb/model/rel_path.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "errors.hpp"

namespace csb::catalogue {
namespace {

constexpr auto kPrivate = mode_t{0600};

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

}  // namespace

void require_regular(const struct stat& st, const std::string& path) {
  if (!S_ISREG(st.st_mode))
    throw Error(ErrorCode::failed, "'" + path + "' is no file: no database can be in it");
}

void make_private(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0) {
    require_regular(st, path);
    if ((st.st_mode & 07777) != kPrivate && ::chmod(path.c_str(), kPrivate) != 0)
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

void set_journal(SQLite::Database& database, const std::string& path) {
  const bool network = on_network(path);
  // Exclusive while leaving WAL: then SQLite does without the shared memory.
  if (network) database.exec("PRAGMA locking_mode = EXCLUSIVE");
  database.execAndGet(network ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
  if (network) database.exec("PRAGMA locking_mode = NORMAL");
  // NORMAL: a power cut may take the last transactions, which the store has; it never damages the file.
  // FAST: Debian's SQLite would fill every freed page with zeros and write it, half of what an append writes.
  database.exec("PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096; PRAGMA secure_delete = FAST");
}

bool is_whole_without_log(const std::string& path) {
  struct stat wal {};
  return ::stat((path + "-wal").c_str(), &wal) != 0 || wal.st_size == 0;
}

SQLite::Database open_immutable(const std::string& path) {
  SQLite::Database database(immutable_uri(path),
                            SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX | SQLite::OPEN_URI);
  struct stat wal {};
  if (::stat((path + "-wal").c_str(), &wal) == 0 && S_ISREG(wal.st_mode) && wal.st_size > 0 &&
      database.execAndGet("PRAGMA quick_check(1)").getString() != "ok")
    throw Damage("'" + path + "' was left in the middle of a write");
  return database;
}

}  // namespace csb::catalogue
