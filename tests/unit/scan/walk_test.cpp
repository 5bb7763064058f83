#include "csb/scan/walk.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "support/catch.hpp"
#include "tree.hpp"

using namespace csb;
using namespace csb::test;

TEST_CASE("a walk finds every file once, in byte order, whatever the number of threads") {
  const Tree tree;
  for (const char* path : {"a/x", "a/y/z", "a-b/x", "a0", "a.x", "b/\xff\n", "b/ ", "B", "z/a/b/c/d/e"})
    tree.file(path);
  for (int i = 0; i < 200; ++i)
    tree.file("many/" + std::to_string(i % 20) + (i % 3 == 0 ? "" : "-x") + "/f" + std::to_string(i));
  tree.directory("empty");
  Paths expected = paths_of(scan::walk(tree.fd(), name_policy(), 1));
  CHECK(expected.size() == 209);
  CHECK(std::is_sorted(expected.begin(), expected.end()));
  CHECK(std::adjacent_find(expected.begin(), expected.end()) == expected.end());
  for (const std::size_t threads : {0, 2, 3, 8})
    CHECK(paths_of(scan::walk(tree.fd(), name_policy(), threads)) == expected);
}

TEST_CASE("the policy is asked before a file is touched") {
  const Tree tree;
  for (const char* path : {"f", "user.md", "secret.json", "skip.db", "unknown.x", "secret-dir/f",
                           "skip-dir/f", "unknown-dir/deep/f", "user-dir/secret", "user-dir/unknown"})
    tree.file(path);
  const scan::WalkResult result = scan::walk(tree.fd(), name_policy(), 2);
  CHECK(paths_of(result) == Paths{"f", "user.md"});
  CHECK(result.files[0].path_class == PathClass::noise);
  CHECK(result.files[1].path_class == PathClass::user);
  CHECK(result.secrets == Paths{"secret-dir", "secret.json", "user-dir/secret"});
  CHECK(result.unknown == Paths{"unknown-dir", "unknown.x", "user-dir/unknown"});
  CHECK(result.problems.empty());
  CHECK(result.stats == 2);
}

TEST_CASE("a stamp is what stat says") {
  const Tree tree;
  tree.file("f", "12345");
  const timespec times[2] = {{1, 2}, {1700000000, 123456789}};
  REQUIRE(::utimensat(tree.fd(), "f", times, 0) == 0);
  const scan::WalkResult result = scan::walk(tree.fd(), name_policy(), 1);
  struct stat st {};
  REQUIRE(::stat(tree.at("f").c_str(), &st) == 0);
  const FileStamp& stamp = result.files.at(0).stamp;
  CHECK(stamp.size == 5);
  CHECK(stamp.mtime_ns == 1700000000 * kNsPerSecond + 123456789);
  CHECK(stamp.inode == st.st_ino);
  CHECK(stamp.mode == st.st_mode);
}

TEST_CASE("names of any bytes and of full length") {
  const Tree tree;
  const Paths names{std::string(255, 'n'),
                    "with space",
                    "line\nbreak",
                    "\x01\x1b[31m",
                    "\xff\xfe",
                    "-rf",
                    "*",
                    "日本",
                    "a\\b"};
  for (const std::string& name : names) {
    tree.file(name);
    tree.file("dir/" + name + "/" + name);
  }
  const scan::WalkResult result = scan::walk(tree.fd(), name_policy(), 2);
  CHECK(result.files.size() == 2 * names.size());
  CHECK(result.problems.empty());
  for (const std::string& name : names) {
    const Paths paths = paths_of(result);
    CHECK(std::count(paths.begin(), paths.end(), "dir/" + name + "/" + name) == 1);
  }
}

TEST_CASE("FIFOs, sockets and devices are passed over at once, with a note") {
  const Tree tree;
  tree.file("f");
  REQUIRE(::mkfifoat(tree.fd(), "fifo", 0600) == 0);
  REQUIRE(::mkfifoat(tree.fd(), "skip-fifo", 0600) == 0);
  REQUIRE(::mkfifoat(tree.fd(), "secret-fifo", 0600) == 0);
  const Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = tree.at("socket");
  REQUIRE(path.size() < sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const std::int64_t start = now_ns();
  const scan::WalkResult result = scan::walk(tree.fd(), name_policy(), 2);
  CHECK(now_ns() - start < kNsPerSecond);
  CHECK(paths_of(result) == Paths{"f"});
  CHECK(result.secrets == Paths{"secret-fifo"});
  REQUIRE(result.problems.size() == 2);
  CHECK(result.problems[0].path == "fifo");
  CHECK(result.problems[0].what == "is a FIFO, which has no content to store");
  CHECK(result.problems[1].path == "socket");
  for (const Problem& problem : result.problems) CHECK(problem.severity == Problem::Severity::note);
}

TEST_CASE("names git has for itself are reported, not stored") {
  const Tree tree;
  for (const char* path : {".GIT", "a/git~1", "a/.git ", "a/gitte", "a/.gitignore"}) tree.file(path);
  const scan::WalkResult result = scan::walk(tree.fd(), name_policy(), 1);
  CHECK(paths_of(result) == Paths{"a/.gitignore", "a/gitte"});
  REQUIRE(result.problems.size() == 3);
  for (const Problem& problem : result.problems) CHECK(problem.severity == Problem::Severity::not_saved);
}

TEST_CASE("an unreadable directory is a problem, and nothing beneath it counts as deleted") {
  const Tree tree;
  for (const char* path : {"open/f", "closed/f", "blind/f", "blind/g"}) tree.file(path);
  for (const char* path : {"", "open", "open/f"}) REQUIRE(::chmod(tree.at(path).c_str(), 0755) == 0);
  REQUIRE(::chmod(tree.at("closed").c_str(), 0) == 0);
  REQUIRE(::chmod(tree.at("blind").c_str(), 0744) == 0);  // names can be read, files cannot be asked
  if (::geteuid() != 0) REQUIRE(::chmod(tree.at("blind").c_str(), 0400) == 0);
  const Unprivileged now;
  REQUIRE(now.works());
  const scan::WalkResult result = scan::walk(tree.fd(), name_policy(), 2);
  CHECK(paths_of(result) == Paths{"open/f"});
  CHECK(result.unreadable == Paths{"blind", "closed"});
  REQUIRE(result.problems.size() == 2);
  for (const Problem& problem : result.problems) {
    CHECK(problem.severity == Problem::Severity::not_saved);
    CHECK(problem.what == "this directory cannot be read: Permission denied");
  }
  CHECK(scan::walk_paths(tree.fd(), name_policy(), {"closed/f", "closed/g"}).unreadable == Paths{"closed"});
}

TEST_CASE("a root that cannot be read is an error, not an empty result") {
  const Tree tree;
  tree.file("f");
  const Fd gone = open_at(AT_FDCWD, tree.at("f"), O_RDONLY);
  CHECK_THROWS_AS(scan::walk(gone.get(), name_policy(), 2), Error);
  CHECK_THROWS_AS(scan::walk(-1, name_policy(), 2), Error);
}

TEST_CASE("what a policy throws ends the walk and reaches the caller") {
  const Tree tree;
  for (int i = 0; i < 50; ++i) tree.file("d" + std::to_string(i) + "/f");
  scan::Policy policy = name_policy();
  policy.classify = [](std::string_view) -> PathClass { throw Error(ErrorCode::failed, "no"); };
  CHECK_THROWS_AS(scan::walk(tree.fd(), policy, 4), Error);
}

TEST_CASE("files and directories that vanish or change kind meanwhile are no problem") {
  const Tree tree;
  tree.file("stays/f");
  tree.directory("outside");  // stands for anything beyond the root of the walk
  tree.file("outside/stolen");
  tree.directory("root/dir");
  tree.file("root/kept");
  std::atomic<bool> stop{false};
  std::jthread restless([&] {
    while (!stop) {
      tree.file("root/dir/f");
      tree.file("root/dir/sub/deep/f");
      tree.shell("rm -rf root/dir && ln -s ../outside root/dir && rm root/dir && mkdir root/dir");
    }
  });
  const Fd root = open_at(AT_FDCWD, tree.at("root"), O_RDONLY | O_DIRECTORY);
  for (const std::int64_t end = now_ns() + 300'000'000; now_ns() < end;) {
    const scan::WalkResult result = scan::walk(root.get(), name_policy(), 2);
    const Paths paths = paths_of(result);
    REQUIRE(std::count(paths.begin(), paths.end(), "root/dir/stolen") +
                std::count(paths.begin(), paths.end(), "dir/stolen") ==
            0);
    REQUIRE(std::count(paths.begin(), paths.end(), "kept") == 1);
    REQUIRE(result.unreadable.empty());
  }
  stop = true;
}

TEST_CASE("walk_paths gives for some paths what walk gives for all") {
  const Tree tree;
  for (const char* path : {"p/s/id.jsonl", "p/s/id/sub/a", "p/s/id/sub/b", "p/s/other", "t/id/1",
                           "secret-d/x/y", "unknown-d/x", "skip-d/x", "d-x", "d/y"})
    tree.file(path);
  const auto some = [&](const Paths& paths) { return scan::walk_paths(tree.fd(), name_policy(), paths); };
  CHECK(paths_of(some({"t/id", "p/s/id", "p/s/id.jsonl", "p/s/id/sub/a", "missing/x", "p/s/missing"})) ==
        Paths{"p/s/id.jsonl", "p/s/id/sub/a", "p/s/id/sub/b", "t/id/1"});
  CHECK(paths_of(some({"d", "d-x"})) == Paths{"d-x", "d/y"});
  CHECK(some({"secret-d/x/y"}).secrets == Paths{"secret-d"});
  CHECK(some({"unknown-d/x"}).unknown == Paths{"unknown-d"});
  CHECK(some({"skip-d/x"}).files.empty());
  for (const char* hostile : {"../", "..", "/etc/passwd", "", "p//s", "p/../p"})
    CHECK(some({hostile}).files.empty());
  CHECK(some({"p/s/id.jsonl"}).stats <= 2);
}
