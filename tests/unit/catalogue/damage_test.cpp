// A file that is no usable catalogue is known for what it is, at the latest when it is read.
#include <fcntl.h>

#include <SQLiteCpp/SQLiteCpp.h>

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

enum class Seen { sound, damaged, failed };

/// Opens the file and asks everything of it.
Seen use(const std::string& path, Access access) {
  try {
    const Catalogue catalogue = Catalogue::open(path, access);
    for (const Root& root : catalogue.roots()) {
      for (const KnownFile& known : catalogue.known_files(root.id))
        static_cast<void>(catalogue.file_state(root.id, known.path));
    }
    for (const Session& session : catalogue.sessions({.deleted = DeletedFilter::all}).sessions) {
      static_cast<void>(catalogue.versions_of(session.id));
      static_cast<void>(catalogue.footprint(session.root_id, session.id));
      static_cast<void>(catalogue.folders_of(session.id));
      static_cast<void>(catalogue.tools_of(session.id));
      static_cast<void>(catalogue.files_touched_by(session.id));
      static_cast<void>(catalogue.activity_of(session.id));
      static_cast<void>(catalogue.forks_of(session.id));
    }
    static_cast<void>(catalogue.usage({}));
    static_cast<void>(catalogue.sessions({.folder = FolderFilter{FolderFilter::How::below, "/f"}}));
    static_cast<void>(catalogue.sessions({.touched_file = "/f/1", .tool = "Bash"}));
    static_cast<void>(catalogue.usage({}));
    static_cast<void>(catalogue.totals());
    return Seen::sound;
  } catch (const Error& error) {
    return Catalogue::is_damage(error) ? Seen::damaged : Seen::failed;
  }
}

std::string sound_catalogue() {
  const std::string path = "sound.db";
  if (fs::exists(path)) return read_file(path);
  {
    Catalogue catalogue = Catalogue::open(path, Access::write);
    auto update = catalogue.begin();
    const auto root = update.ensure_root(kBranch, "claude-code", "/r");
    for (unsigned i = 0; i < 300; ++i) {
      FileState state = transcript(session_id(i), "title " + std::to_string(i));
      state.facts = std::string(200, 'x');
      state.slices = {{oid(i), i}};
      SessionDetails& details = state.details.emplace();
      details.tools["Bash"] = i;
      details.folders["/f/" + std::to_string(i)].work = 1;
      details.files["/f/" + std::to_string(i)].reads = 1;
      details.activity = {{day(1), day(1), 1}};
      details.answers[i] = {i, day(1), "opus", "/f", {}};
      state.session_facts->first_uuid = "first-" + std::to_string(i / 2);
      update.put_file(root, state);
      update.add_version(version(root, state, 1 + i / 10));
      update.refresh_session(root, *state.session);
    }
    update.commit();
  }
  return read_file(path);
}

void write(const std::string& path, std::string_view data) {
  for (const char* suffix : {"-wal", "-shm"}) fs::remove_file(path + suffix);
  const Fd fd = open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  write_all(fd.get(), as_bytes(data), path);
}

}  // namespace

TEST_CASE("garbage is damage") {
  for (const std::string& data :
       {std::string("not a database"), std::string(5000, 'x'), std::string(4096, '\0'),
        std::string("SQLite format 3\0 and no more", 28)}) {
    write("garbage.db", data);
    CHECK(use("garbage.db", Access::read) == Seen::damaged);
    write("garbage.db", data);
    CHECK(use("garbage.db", Access::write) == Seen::damaged);
  }
}

TEST_CASE("an empty file is nothing to read from, and a place to begin") {
  write("empty.db", "");
  try {
    static_cast<void>(Catalogue::open("empty.db", Access::read));
    FAIL("it opened");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
    CHECK_FALSE(Catalogue::is_damage(error));
  }
  CHECK(use("empty.db", Access::write) == Seen::sound);
  CHECK(use("empty.db", Access::read) == Seen::sound);
}

TEST_CASE("a truncated file is damage, wherever it was cut") {
  const std::string whole = sound_catalogue();
  write("cut.db", whole);
  REQUIRE(use("cut.db", Access::read) == Seen::sound);
  for (std::size_t cut = 512; cut < whole.size(); cut += whole.size() / 37) {
    INFO(cut);
    write("cut.db", std::string_view(whole).substr(0, cut));
    CHECK(use("cut.db", Access::read) == Seen::damaged);
    write("cut.db", std::string_view(whole).substr(0, cut));
    CHECK(use("cut.db", Access::write) == Seen::damaged);
  }
}

TEST_CASE("an overwritten page is damage, or was not needed; never a crash or another error") {
  const std::string whole = sound_catalogue();
  int damaged = 0, pages = 0;
  for (std::size_t at = 0; at + 4096 <= whole.size(); at += 4096, ++pages) {
    INFO(at);
    std::string data = whole;
    data.replace(at, 4096, 4096, '\xa5');
    write("page.db", data);
    const Seen seen = use("page.db", Access::read);
    CHECK(seen != Seen::failed);
    damaged += seen == Seen::damaged ? 1 : 0;
  }
  CHECK(damaged * 3 > pages * 2);  // the rest: tables that nothing was put into, free pages
}

TEST_CASE("another program's database is not written to") {
  fs::remove_file("other.db");
  SQLite::Database(std::string("other.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE t(a)");
  CHECK(use("other.db", Access::write) == Seen::damaged);
  CHECK(use("other.db", Access::read) == Seen::damaged);
  SQLite::Database(std::string("other.db"), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 1");
  CHECK(use("other.db", Access::write) == Seen::damaged);
  CHECK(use("other.db", Access::read) == Seen::damaged);
}

TEST_CASE("values that csb never wrote are damage") {
  for (const char* change :
       {"UPDATE files SET class = 77", "UPDATE contents SET slices = x'0102'", "UPDATE versions SET op = -1",
        "UPDATE commits SET oid = x'01' WHERE id = 1", "UPDATE files SET session = 'no id'",
        "UPDATE sessions SET id = '' || rowid", "UPDATE roots SET head = x'0000'"}) {
    INFO(change);
    write("values.db", sound_catalogue());
    SQLite::Database(std::string("values.db"), SQLite::OPEN_READWRITE).exec(change);
    CHECK(use("values.db", Access::read) == Seen::damaged);
  }
}

TEST_CASE("other errors are no damage") {
  CHECK_FALSE(Catalogue::is_damage(Error(ErrorCode::failed, "x")));
  CHECK_FALSE(Catalogue::is_damage(std::runtime_error("x")));
}
