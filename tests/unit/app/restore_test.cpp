#include "csb/app/restore.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/source/claude_code/source.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "archived_session.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "restore_check.hpp"
#include "restore_root.hpp"
#include "restore_temporary.hpp"
#include "restore_times.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::testing;
using Outcome = app::RestoredFile::Outcome;

namespace {

app::RestoreOptions options_for(const std::string& session) {
  app::RestoreOptions options;
  options.sessions = {session};
  return options;
}

const app::RestoredFile& file_of(const app::RestoredSession& session, const std::string& path) {
  for (const auto& file : session.files)
    if (file.path == path) return file;
  throw Error(ErrorCode::failed, "no " + path);
}

}  // namespace

TEST_CASE("a link may stay inside the root and nowhere else") {
  const claude_code::PathPolicy policy;
  const auto refused = [&](const std::string& target) {
    return !app::why_link_is_refused("projects/-a/" + kId + "/link", target, policy, "/r/claude").empty();
  };
  CHECK_FALSE(refused("beside"));
  CHECK_FALSE(refused("../" + kId + ".jsonl"));
  CHECK_FALSE(refused("../../../settings.json"));
  CHECK_FALSE(refused("./a//b/../c"));
  CHECK_FALSE(refused("/r/claude/projects/-a/x.jsonl"));
  CHECK(refused("../../../../outside"));
  CHECK(refused("a/../../../../../outside"));
  CHECK(refused("/r/claudette/x"));
  CHECK(refused("/r/claude/../x"));
  CHECK(refused("/r/claude/.."));
  CHECK(refused("/etc/passwd"));
  CHECK(refused("../../../.credentials.json"));
  CHECK(refused("/r/claude/.credentials.json"));
  CHECK(refused(""));
  CHECK(refused(std::string("a\0b", 3)));
}

TEST_CASE("no path leads out of the root") {
  fs::make_directories("root/a");
  fs::make_directories("outside");
  REQUIRE(::symlink("../outside", "root/link") == 0);
  REQUIRE(::symlink("a", "root/inner") == 0);
  fs::write_file_atomically("root/file", "x");
  app::RestoreRoot root("root");
  CHECK(root.find("a"));
  CHECK_FALSE(root.find("missing/deeper"));
  CHECK(root.make("a/b/c"));
  CHECK(fs::is_directory("root/a/b/c"));
  CHECK_THROWS_AS(root.make("link"), Error);
  CHECK_THROWS_AS(root.make("link/x"), Error);
  CHECK_THROWS_AS(root.make("inner/x"), Error);
  CHECK_THROWS_AS(root.make("file/x"), Error);
  CHECK_THROWS_AS(root.make("../outside/x"), Error);
  CHECK_THROWS_AS(root.make("/etc"), Error);
  CHECK_THROWS_AS(root.look("link/x"), Error);
  CHECK(root.look("link"));
  CHECK_FALSE(root.look("a/missing"));
  CHECK(fs::list_directory("outside").empty());
  root.sync_changed();
}

TEST_CASE("a temporary file replaces nothing unless told") {
  fs::make_directories("temporary");
  const Fd directory = open_at(AT_FDCWD, "temporary", O_RDONLY | O_DIRECTORY);
  const auto made = [&](const char* text) {
    app::TemporaryFile file(directory.get());
    write_all(file.fd(), as_bytes(text), "it");
    return file;
  };
  { auto dropped = made("dropped"); }
  CHECK(fs::list_directory("temporary").empty());
  auto first = made("first");
  CHECK(first.put("name"));
  auto second = made("second");
  CHECK_FALSE(second.put("name"));
  CHECK(read_file("temporary/name") == "first");
  second.replace("name");
  CHECK(read_file("temporary/name") == "second");
  fs::write_file_atomically("temporary/other", "other");
  CHECK_FALSE(app::rename_new(directory.get(), "other", "name"));
  CHECK(app::rename_new(directory.get(), "other", "third"));
  CHECK(fs::list_directory("temporary") == std::vector<std::string>{"name", "third"});
}

TEST_CASE("what a killed restore left is swept, what another one is writing is not") {
  fs::make_directories("sweep");
  const std::string left = "sweep/.csb-restore.0123456789abcdef.tmp";
  fs::write_file_atomically(left, "left");
  fs::write_file_atomically("sweep/.csb-restore.theirs.tmp", "not csb's");
  const Fd held = open_at(AT_FDCWD, "sweep", O_RDONLY | O_DIRECTORY);
  app::TemporaryFile writing(held.get());
  const Fd other = open_at(AT_FDCWD, left, O_RDONLY);
  REQUIRE(::flock(other.get(), LOCK_EX) == 0);
  app::sweep_temporary_files(held.get());
  CHECK(fs::exists(left));
  REQUIRE(::flock(other.get(), LOCK_UN) == 0);
  app::sweep_temporary_files(held.get());
  CHECK(fs::list_directory("sweep") == std::vector<std::string>{".csb-restore.theirs.tmp"});
  CHECK(writing.put("name"));
}

TEST_CASE("times before 1970 and the retention window") {
  const auto times = app::modification_time(-1);
  CHECK(times[1].tv_sec == -1);
  CHECK(times[1].tv_nsec == 999'999'999);
  CHECK(times[0].tv_nsec == UTIME_OMIT);
  fs::make_directories("retention");
  const std::int64_t now = 100 * kNsPerDay;
  CHECK(app::oldest_safe_time(claude_code::source().retention("retention"), now) == 71 * kNsPerDay);
  fs::write_file_atomically("retention/settings.json", R"({"cleanupPeriodDays": 1})");
  CHECK(app::oldest_safe_time(claude_code::source().retention("retention"), now) ==
        99 * kNsPerDay + kNsPerDay / 2);
  fs::write_file_atomically("retention/settings.json", "{ broken");
  CHECK_FALSE(app::oldest_safe_time(claude_code::source().retention("retention"), now));
}

TEST_CASE("a session is restored from the store alone") {
  ArchivedSession archived("alone");
  const std::string result = "projects/-home-ada/" + kId + "/tool-results/a.txt";
  archived.commit({{transcript_path(), conversation(2), ChangeOp::add, 2},
                   {result, "one", ChangeOp::add, {}, S_IFREG | 04755},
                   {"file-history/" + kId + "/x@v1", ""}});
  archived.commit({{result, {}}});
  archived.commit({{transcript_path(), {}}, {"file-history/" + kId + "/x@v1", {}}});
  const auto restored = app::restore(archived.settings, options_for(kId));
  REQUIRE(restored.sessions.size() == 1);
  CHECK_FALSE(restored.incomplete());
  CHECK(restored.sessions[0].files.size() == 3);
  CHECK(restored.sessions[0].files[0].path == transcript_path());
  CHECK(restored.sessions[0].resume_directory == "/home/ada");
  CHECK(read_file(archived.settings.claude_dir + "/" + transcript_path()) == conversation(2));
  struct stat st {};
  REQUIRE(::stat((archived.settings.claude_dir + "/" + result).c_str(), &st) == 0);
  CHECK((st.st_mode & 07777) == 0755);
  CHECK(file_of(restored.sessions[0], result).time_moved);  // 2023 is outside of any retention period
  CHECK(st.st_mtime > now_ns() / kNsPerSecond - 29 * 86400);

  const auto again = app::restore(archived.settings, options_for(kId));
  for (const auto& file : again.sessions[0].files) CHECK(file.outcome == Outcome::unchanged);
}

TEST_CASE("a file in one commit and a directory in another: the newer counts") {
  ArchivedSession archived("clash");
  const std::string base = "projects/-home-ada/" + kId + "/";
  archived.commit(
      {{transcript_path(), conversation(1), ChangeOp::add, 1}, {base + "x", "file"}, {base + "y/a", "a"}});
  archived.commit({{base + "x", {}}, {base + "x/inner", "inner"}, {base + "y/a", {}}, {base + "y", "file"}});
  const auto restored = app::restore(archived.settings, options_for(kId));
  CHECK_FALSE(restored.incomplete());
  const auto& session = restored.sessions[0];
  CHECK(file_of(session, base + "x/inner").outcome == Outcome::restored);
  CHECK(file_of(session, base + "y").outcome == Outcome::restored);
  CHECK(session.files.size() == 3);
  CHECK(session.notes.size() >= 2);
}

TEST_CASE("what nobody asked for is a usage error") {
  ArchivedSession archived("usage");
  archived.commit({{transcript_path(), conversation(1), ChangeOp::add, 1}});
  const auto code_of = [&](const app::RestoreOptions& options) {
    try {
      (void)app::restore(archived.settings, options);
      return ErrorCode::interrupted;
    } catch (const Error& error) {
      return error.code();
    }
  };
  CHECK(code_of({}) == ErrorCode::usage);
  auto options = options_for(kId);
  options.version = 1;
  options.at_ns = 1;
  CHECK(code_of(options) == ErrorCode::usage);
  options.at_ns.reset();
  options.version = 7;
  CHECK(code_of(options) == ErrorCode::not_found);
}

TEST_CASE("when nothing can be written, nothing was restored") {
  ArchivedSession archived("nothing");
  archived.commit({{transcript_path(), conversation(1), ChangeOp::add, 1}});
  fs::write_file_atomically(archived.settings.claude_dir + "/projects", "in the way");
  try {
    (void)app::restore(archived.settings, options_for(kId));
    FAIL("restored");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::failed);
  }
}
