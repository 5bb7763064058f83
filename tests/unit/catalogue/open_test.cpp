#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <span>

#include <SQLiteCpp/SQLiteCpp.h>

#include "catalogue/schema.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

using Access = Catalogue::Access;

mode_t mode_of(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 ? st.st_mode & 07777 : 0;
}

void put_one(Catalogue& catalogue, const std::string& path) {
  auto update = catalogue.begin();
  update.put_file(update.ensure_root(kBranch, "claude-code", "/r"), file(path));
  update.commit();
}

void make_catalogue(const std::string& path) {
  Catalogue catalogue = Catalogue::open(path, Access::write);
  put_one(catalogue, "a");
}

ErrorCode error_of(const std::string& path, Access access) {
  try {
    static_cast<void>(Catalogue::open(path, access));
  } catch (const Error& error) {
    CHECK_FALSE(Catalogue::is_damage(error));
    return error.code();
  }
  FAIL("it opened");
  return {};
}

std::size_t files_in(const std::string& path, Access access = Access::read) {
  const Catalogue catalogue = Catalogue::open(path, access);
  const auto root = catalogue.find_root(kBranch);
  return root ? catalogue.known_files(root->id).size() : 0;
}

void set_schema(const std::string& path, int version) {
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = " + std::to_string(version));
}

/// Makes that nobody can open or create this file, not even root: as on a read-only disk.
void refuse(const std::string& path) { REQUIRE(::symlink("no such directory/file", path.c_str()) == 0); }

}  // namespace

TEST_CASE("a catalogue and what SQLite keeps beside it are private, whatever the umask") {
  for (const mode_t mask : {mode_t{0}, mode_t{0777}, mode_t{022}}) {
    const std::string path = "mode" + std::to_string(mask) + ".db";
    const mode_t before = ::umask(mask);
    Catalogue catalogue = Catalogue::open(path, Access::write);
    put_one(catalogue, "a");
    ::umask(before);
    CHECK(mode_of(path) == 0600);
    CHECK(mode_of(path + "-wal") == 0600);
    CHECK(mode_of(path + "-shm") == 0600);
  }
  make_catalogue("loose.db");
  REQUIRE(::chmod("loose.db", 0644) == 0);
  make_catalogue("loose.db");
  CHECK(mode_of("loose.db") == 0600);
}

TEST_CASE("a writer makes the directory, private too; a reader makes nothing") {
  make_catalogue("home/csb/catalogue.db");
  CHECK(mode_of("home/csb") == 0700);
  CHECK(files_in("home/csb/catalogue.db") == 1);
  CHECK(error_of("none/catalogue.db", Access::read) == ErrorCode::not_found);
  CHECK(error_of("home/csb/catalogue.db/x", Access::read) == ErrorCode::not_found);
  CHECK_FALSE(fs::exists("none"));
}

TEST_CASE("a name that looks like a URI or a pattern is a name") {
  make_catalogue("odd dir?mode=ro#%41\xff/cat%20alogue.db");
  CHECK(files_in("odd dir?mode=ro#%41\xff/cat%20alogue.db") == 1);
}

TEST_CASE("what cannot be a catalogue is an error that says so, not damage") {
  fs::make_directories("directory.db");
  CHECK(error_of("directory.db", Access::write) == ErrorCode::failed);
  CHECK(error_of("directory.db", Access::read) == ErrorCode::failed);
  make_catalogue("file.db");
  CHECK(error_of("file.db/x/catalogue.db", Access::write) == ErrorCode::failed);
}

TEST_CASE("the journal is a write-ahead log") {
  make_catalogue("wal.db");
  SQLite::Database database("wal.db");
  CHECK(database.execAndGet("PRAGMA journal_mode").getString() == "wal");
  CHECK(database.execAndGet("PRAGMA user_version").getInt() == kSchemaVersion);
}

TEST_CASE("a newer schema is read, and never written") {
  make_catalogue("newer.db");
  set_schema("newer.db", kSchemaVersion + 1);
  CHECK(error_of("newer.db", Access::write) == ErrorCode::refused);
  CHECK(files_in("newer.db") == 1);
  CHECK(SQLite::Database("newer.db").execAndGet("PRAGMA user_version").getInt() == kSchemaVersion + 1);
}

TEST_CASE("an older schema is refused to a reader, and begun anew by a writer") {
  {
    SQLite::Database old("older.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    old.exec(
        "CREATE TABLE roots(id INTEGER PRIMARY KEY, other TEXT); CREATE TABLE \"so \"\"named\"(a);"
        "INSERT INTO roots VALUES(1, 'x'); CREATE INDEX i ON roots(other);"
        "PRAGMA user_version = 1; PRAGMA application_id = 1668506211");
  }
  try {
    static_cast<void>(Catalogue::open("older.db", Access::read));
    FAIL("it opened");
  } catch (const Error& error) {
    CHECK(Catalogue::is_outdated(error));
    CHECK(Catalogue::is_damage(error));
  }
  make_catalogue("older.db");
  CHECK(files_in("older.db") == 1);
  SQLite::Database made("older.db");
  CHECK(made.execAndGet("PRAGMA user_version").getInt() == kSchemaVersion);
  CHECK_FALSE(made.tableExists("so \"named"));
}

TEST_CASE("a reader cannot write") {
  make_catalogue("reader.db");
  Catalogue catalogue = Catalogue::open("reader.db", Access::read);
  CHECK_THROWS_AS(put_one(catalogue, "b"), Error);
  CHECK(files_in("reader.db") == 1);
}

TEST_CASE("a catalogue in memory leaves no file") {
  Catalogue catalogue = Catalogue::open("memory.db", Access::memory);
  put_one(catalogue, "a");
  CHECK(catalogue.known_files(catalogue.find_root(kBranch)->id).size() == 1);
  CHECK_FALSE(fs::exists("memory.db"));
}

TEST_CASE("where no -wal and -shm can be made, a catalogue is read all the same") {
  for (const char* name : {"readonly.db", "read only?%.db"}) {
    const std::string path = name;
    make_catalogue(path);
    REQUIRE_FALSE(fs::exists(path + "-wal"));
    refuse(path + "-wal");
    refuse(path + "-shm");
    CHECK(files_in(path) == 1);
    CHECK(files_in(fs::real_path(path)) == 1);
  }
}

TEST_CASE("what a dead writer left in the log does not keep a read-only disk from being read") {
  {
    Catalogue catalogue = Catalogue::open("dead.db", Access::write);
    put_one(catalogue, "a");
    SQLite::Database("dead.db", SQLite::OPEN_READWRITE).execAndGet("PRAGMA wal_checkpoint(FULL)");
    put_one(catalogue, "b");
    fs::write_file_atomically("copy.db", read_file("dead.db"));
    fs::write_file_atomically("copy.db-wal", read_file("dead.db-wal"));
  }
  refuse("copy.db-shm");
  CHECK(files_in("copy.db") == 1);
  REQUIRE(fs::remove_file("copy.db-shm"));
  CHECK(files_in("copy.db") == 2);
}

TEST_CASE("migrations are applied forward, in order, once") {
  static constexpr std::array<Migration, 3> kSteps{
      {{1, "CREATE TABLE t(a)"},
       {2, "ALTER TABLE t ADD COLUMN b; INSERT INTO t VALUES(1, 2)"},
       {3, "UPDATE t SET b = b + 1"}}};
  SQLite::Database database("steps.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(database, std::span(kSteps).first(1));
  CHECK(schema_version(database) == 1);
  migrate(database, kSteps);
  migrate(database, kSteps);
  CHECK(schema_version(database) == 3);
  CHECK(database.execAndGet("SELECT b FROM t").getInt() == 3);
  migrate(database, std::span(kSteps).first(2));
  CHECK(schema_version(database) == 3);
}

TEST_CASE("a migration that fails leaves the schema it found") {
  static constexpr std::array<Migration, 2> kSteps{{{1, "CREATE TABLE t(a)"}, {2, "DROP TABLE t; nonsense"}}};
  SQLite::Database database("halfway.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(database, std::span(kSteps).first(1));
  CHECK_THROWS_AS(migrate(database, kSteps), SQLite::Exception);
  CHECK(schema_version(database) == 1);
  CHECK(database.tableExists("t"));
}
