#include "csb/util/fs.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/lock.hpp"
#include "csb/util/parallel.hpp"
#include "support/catch.hpp"

using namespace csb;

TEST_CASE("a file is replaced whole, private, and without leavings") {
  fs::make_directories("fs/a/b");
  fs::write_file_atomically("fs/a/b/f", "one");
  fs::write_file_atomically("fs/a/b/f", "two");
  CHECK(read_file("fs/a/b/f") == "two");
  struct stat st {};
  REQUIRE(::stat("fs/a/b/f", &st) == 0);
  CHECK((st.st_mode & 0777) == 0600);
  REQUIRE(::stat("fs/a", &st) == 0);
  CHECK((st.st_mode & 0777) == 0700);
  CHECK(fs::list_directory("fs/a/b") == std::vector<std::string>{"f"});
  CHECK_THROWS_AS(fs::write_file_atomically("fs/none/f", "x"), Error);
  CHECK_THROWS_AS(fs::make_directories("fs/a/b/f/c"), Error);
}

TEST_CASE("what cannot be read is not an empty directory") {
  fs::make_directories("listed");
  CHECK(fs::read_directory("listed").empty());
  CHECK(fs::read_directory("listed/none").empty());
  fs::write_file_atomically("listed/file", "x");
  CHECK(fs::read_directory("listed/file").empty());
  CHECK(fs::read_directory("listed") == std::vector<std::string>{"file"});
  REQUIRE(::symlink("loop", "listed/loop") == 0);
  CHECK(fs::list_directory("listed/loop").empty());
  CHECK_THROWS_AS(fs::read_directory("listed/loop"), Error);
}

TEST_CASE("a lock is exclusive and ends with its holder") {
  auto first = FileLock::acquire("lock");
  REQUIRE(first);
  CHECK_FALSE(FileLock::acquire("lock"));
  first.reset();
  CHECK(FileLock::acquire("lock"));
}

TEST_CASE("parallel_for does each piece once and passes the failure on") {
  std::atomic<int> sum{0};
  parallel_for(100, 4, [&](std::size_t i) { sum += static_cast<int>(i); });
  CHECK(sum == 4950);
  CHECK_THROWS_AS(parallel_for(10, 2,
                               [](std::size_t i) {
                                 if (i == 3) throw Error(ErrorCode::failed, "x");
                               }),
                  Error);
}
