#include <string>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

/// One session for each folder, titled so.
struct Folders : Fixture {
  unsigned count = 0;

  FileState add(const std::string& folder, const std::string& start = "/start") {
    FileState state = transcript(session_id(++count), folder);
    state.session_facts->start_cwd = start;
    state.session_facts->cwd = start;
    SessionDetails& details = state.details.emplace();
    details.folders[folder] = {1, 1, FolderOrigin::cwd};
    details.files[folder + "/file.cpp"] = {.reads = 1};
    details.tools["Tool" + std::to_string(count)] = 1;
    details.activity = {{day(static_cast<int>(count)), day(static_cast<int>(count)) + 5, 1}};
    state.session_facts->last_ns = day(static_cast<int>(count)) + 5;
    backup(state, 1);
    return state;
  }
  [[nodiscard]] Titles in(FolderFilter::How how, std::string path) const {
    return titles({.sort = SessionSort::title, .folder = FolderFilter{how, std::move(path)}});
  }
};

using How = FolderFilter::How;

}  // namespace

TEST_CASE("sessions are found by the folders they worked in") {
  Folders f;
  f.add("/a/my.proj");
  f.add("/a/my.proj/src");
  f.add("/a/my.proj2");
  f.add("/a/mÿ proj", "/other/start");
  f.add("/b%_/x");
  CHECK(f.in(How::exactly, "/a/my.proj") == Titles{"/a/my.proj"});
  CHECK(f.in(How::below, "/a/my.proj") == Titles{"/a/my.proj", "/a/my.proj/src"});
  CHECK(f.in(How::prefix, "/a/my.proj") == Titles{"/a/my.proj", "/a/my.proj/src", "/a/my.proj2"});
  CHECK(f.in(How::below, "/a/mÿ proj") == Titles{"/a/mÿ proj"});
  CHECK(f.in(How::started, "/other/start") == Titles{"/a/mÿ proj"});
  CHECK(f.in(How::started, "/a/mÿ proj").empty());
  CHECK(f.in(How::below, "/other") == Titles{"/a/mÿ proj"});
  CHECK(f.in(How::exactly, "/other/start") == Titles{"/a/mÿ proj"});
  CHECK(f.in(How::below, "/").size() == 5);
  CHECK(f.in(How::below, "/b__").empty());  // no character is special
  CHECK(f.in(How::below, "/a/my").empty());
  CHECK(f.in(How::prefix, "").size() == 5);
  CHECK(f.in(How::prefix, "/a/my.proj\xFF").empty());
}

TEST_CASE("sessions are found by file, tool, source and time") {
  Folders f;
  f.add("/a");
  f.add("/b");
  CHECK(f.titles({.touched_file = "/a/file.cpp"}) == Titles{"/a"});
  CHECK(f.titles({.touched_file = "file.cpp"}).size() == 2);
  CHECK(f.titles({.touched_file = "b/file.cpp"}) == Titles{"/b"});
  CHECK(f.titles({.touched_file = "ile.cpp"}).empty());  // whole names only
  CHECK(f.titles({.tool = "Tool2"}) == Titles{"/b"});
  CHECK(f.titles({.tool = "Tool"}).empty());
  CHECK(f.titles({.source = "claude-code"}).size() == 2);
  CHECK(f.titles({.source = "claude.ai"}).empty());
  CHECK(f.titles({.since_ns = day(2)}) == Titles{"/b"});
  CHECK(f.titles({.until_ns = day(1)}) == Titles{"/a"});
  CHECK(f.titles({.since_ns = day(1) + 5, .until_ns = day(2)}).size() == 2);
  CHECK(f.titles({.since_ns = day(1) + 6, .until_ns = day(2) - 1}).empty());
  CHECK(f.titles({.words = {"/b"}, .touched_file = "file.cpp", .tool = "Tool2"}) == Titles{"/b"});
}

TEST_CASE("filters count what they hide and keep to the limit") {
  Folders f;
  f.add("/a");
  f.add("/a/b");
  f.backup(f.add("/a/c"), 3, ChangeOp::remove);
  const SessionPage page = f.catalogue.sessions({.limit = 1, .folder = FolderFilter{How::below, "/a"}});
  CHECK(page.sessions.size() == 1);
  CHECK(page.matched == 2);
  CHECK(page.hidden_deleted == 1);
}
