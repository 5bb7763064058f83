#include "csb/scan/file_reader.hpp"

#include <array>
#include <cerrno>

#include "csb/scan/open_beneath.hpp"
#include "support/catch.hpp"
#include "tree.hpp"

using namespace csb;
using namespace csb::test;
using scan::FileReader;
using scan::OpenFailure;

namespace {

OpenFailure failure_of(const Tree& tree, const std::string& path) {
  OpenFailure failure = OpenFailure::none;
  int error = 0;
  const auto reader = FileReader::open(tree.fd(), path, failure, error);
  CHECK(reader.has_value() == (failure == OpenFailure::none));
  return failure;
}

}  // namespace

TEST_CASE("a file is read at any offset, and its change is seen") {
  const Tree tree;
  tree.file("d/f", "0123456789");
  OpenFailure failure{};
  int error = 0;
  const auto reader = FileReader::open(tree.fd(), "d/f", failure, error);
  REQUIRE(reader);
  CHECK(reader->stamp().size == 10);
  CHECK(reader->current_stamp() == reader->stamp());
  std::array<std::byte, 8> buffer{};
  REQUIRE(reader->read_at(4, buffer) == 6);
  CHECK(as_text(buffer).substr(0, 6) == "456789");
  CHECK(reader->read_at(10, buffer) == 0);
  CHECK(reader->read_at(99, buffer) == 0);
  tree.file("d/f", "012");
  CHECK(reader->current_stamp().size == 3);
  CHECK(reader->current_stamp() != reader->stamp());
}

TEST_CASE("nothing but a regular file beneath the root is opened") {
  const Tree tree;
  tree.file("d/f");
  tree.link("d", "link");
  tree.link("f", "d/alias");
  tree.link("/etc", "etc");
  REQUIRE(::mkfifoat(tree.fd(), "fifo", 0600) == 0);
  CHECK(failure_of(tree, "d/f") == OpenFailure::none);
  CHECK(failure_of(tree, "d/gone") == OpenFailure::vanished);
  CHECK(failure_of(tree, "gone/f") == OpenFailure::vanished);
  CHECK(failure_of(tree, "d/f/x") == OpenFailure::vanished);
  CHECK(failure_of(tree, "d") == OpenFailure::not_regular);
  CHECK(failure_of(tree, "d/alias") == OpenFailure::not_regular);
  CHECK(failure_of(tree, "fifo") == OpenFailure::not_regular);
  CHECK(failure_of(tree, "link/f") == OpenFailure::outside);
  CHECK(failure_of(tree, "etc/passwd") == OpenFailure::outside);
  for (const char* path : {"../x", "/etc/passwd", "d/../d/f", "", "d//f"})
    CHECK(failure_of(tree, path) == OpenFailure::outside);
}

TEST_CASE("a file that may not be read says so") {
  const Tree tree;
  tree.file("f");
  REQUIRE(::chmod(tree.root().c_str(), 0755) == 0);
  REQUIRE(::chmod(tree.at("f").c_str(), 0) == 0);
  const Unprivileged now;
  REQUIRE(now.works());
  OpenFailure failure{};
  int error = 0;
  CHECK_FALSE(FileReader::open(tree.fd(), "f", failure, error));
  CHECK(failure == OpenFailure::unreadable);
  CHECK(error == EACCES);
}

TEST_CASE("somebody else's file is read although its atime cannot be spared") {
  const Tree tree;
  tree.file("f");
  REQUIRE(::chmod(tree.root().c_str(), 0755) == 0);
  REQUIRE(::chmod(tree.at("f").c_str(), 0644) == 0);
  const Unprivileged now;
  CHECK(failure_of(tree, "f") == OpenFailure::none);
}

TEST_CASE("reading leaves the atime alone") {
  const Tree tree;
  tree.file("f");
  const timespec times[2] = {{1000, 0}, {2000, 0}};
  REQUIRE(::utimensat(tree.fd(), "f", times, 0) == 0);
  OpenFailure failure{};
  int error = 0;
  std::array<std::byte, 1> buffer{};
  REQUIRE(FileReader::open(tree.fd(), "f", failure, error)->read_at(0, buffer) == 1);
  struct stat st {};
  REQUIRE(::stat(tree.at("f").c_str(), &st) == 0);
  CHECK(st.st_atime == 1000);
}

TEST_CASE("without openat2 the same is opened, and the same is not") {
  const Tree tree;
  tree.file("d/e/f");
  tree.link("e", "d/link");
  tree.link("f", "d/e/alias");
  for (const auto open : {&scan::open_beneath, &scan::open_by_component}) {
    CHECK(open(tree.fd(), "d/e/f", O_RDONLY, 0));
    CHECK(open(tree.fd(), "d/e", O_RDONLY | O_DIRECTORY, 0));
    CHECK(open(tree.fd(), "d/new", O_WRONLY | O_CREAT, 0600));
    for (const char* path : {"d/link/f", "d/e/alias", "d/link"}) {
      CHECK_FALSE(open(tree.fd(), path, O_RDONLY, 0));
      CHECK(errno == ELOOP);
    }
    CHECK_FALSE(open(tree.fd(), "d/link", O_RDONLY | O_DIRECTORY, 0));
    CHECK(errno == ELOOP);
    CHECK_FALSE(open(tree.fd(), "d/e/f/x", O_RDONLY, 0));
    CHECK(errno == ENOTDIR);
    CHECK_FALSE(open(tree.fd(), "d/x/f", O_RDONLY, 0));
    CHECK(errno == ENOENT);
  }
}

TEST_CASE("a link's target is read whole") {
  const Tree tree;
  const std::string target(1000, 't');
  tree.link(target, "d/l");
  tree.file("f");
  CHECK(scan::read_link(tree.fd(), "d/l") == target);
  CHECK_FALSE(scan::read_link(tree.fd(), "f"));
  CHECK_FALSE(scan::read_link(tree.fd(), "gone"));
  CHECK_FALSE(scan::read_link(tree.fd(), "../x"));
}
