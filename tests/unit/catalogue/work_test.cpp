// The speed of the frequent questions, as the bytes they read: a clock would judge the machine.
#include <array>
#include <cstdlib>
#include <span>

#include "csb/util/fd.hpp"
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

constexpr unsigned kFiles = 4000, kSessions = 1000;
constexpr std::uint64_t kKiB = 1024;

/// Bytes this process has read or written by system calls (Linux), 0 elsewhere.
std::uint64_t bytes_by(std::string_view field) {
  const Fd fd = open_at(-1, "/proc/self/io", 0);
  std::array<char, 64> text{};
  if (!fd || pread_full(fd.get(), std::as_writable_bytes(std::span(text)).first(63), 0) <= 0) return 0;
  const auto at = std::string_view(text.data()).find(field);
  return at == std::string_view::npos ? 0 : std::strtoull(text.data() + at + field.size(), nullptr, 10);
}

std::uint64_t bytes_read() { return bytes_by("rchar: "); }

template <typename Work>
std::uint64_t cost_of(Work work) {
  const std::uint64_t before = bytes_read();
  work();
  return bytes_read() - before;
}

const std::string& large_catalogue() {
  static const std::string path = [] {
    Catalogue catalogue = Catalogue::open("large.db", Catalogue::Access::write);
    auto update = catalogue.begin();
    const auto root = update.ensure_root(kBranch, "claude-code", "/r");
    for (unsigned i = 0; i < kFiles; ++i) {
      const bool main = i < kSessions;
      FileState state = main ? transcript(session_id(i), "title") : file("tasks/" + std::to_string(i));
      state.session = session_id(i % kSessions);
      state.facts = std::string(3000, 'x');
      update.put_file(root, state);
      update.add_version(version(root, state, 1));
    }
    for (unsigned i = 0; i < kSessions; ++i) update.refresh_session(root, session_id(i));
    update.commit();
    return std::string("large.db");
  }();
  return path;
}

}  // namespace

TEST_CASE("opening and one question read a few pages") {
  large_catalogue();
  CHECK(cost_of([] {
          const Catalogue catalogue = Catalogue::open("large.db", Catalogue::Access::read);
          CHECK(catalogue.find_root(kBranch));
        }) < 64 * kKiB);
}

TEST_CASE("the stat cache is read without what is remembered of contents") {
  const Catalogue catalogue = Catalogue::open(large_catalogue(), Catalogue::Access::read);
  const auto root = catalogue.find_root(kBranch);
  REQUIRE(root);
  std::size_t files = 0;
  const std::uint64_t cost = cost_of([&] { files = catalogue.known_files(root->id).size(); });
  CHECK(files == kFiles);
  CHECK(cost < kFiles * 160);  // paths of 50 to 70 bytes, stamps, and the pages' unused ends
}

TEST_CASE("the newest sessions are listed without reading the others") {
  const Catalogue catalogue = Catalogue::open(large_catalogue(), Catalogue::Access::read);
  CHECK(cost_of([&] { CHECK(catalogue.sessions({.limit = 20}).matched == kSessions); }) < 512 * kKiB);
}

TEST_CASE("one session is looked up, not looked for") {
  const Catalogue catalogue = Catalogue::open(large_catalogue(), Catalogue::Access::read);
  CHECK(cost_of([&] { CHECK(catalogue.session(session_id(500))); }) < 96 * kKiB);
  CHECK(cost_of([&] { CHECK(catalogue.versions_of(session_id(600)).size() == 4); }) < 128 * kKiB);
  CHECK(cost_of([&] { CHECK(catalogue.footprint(1, session_id(700)).size() == 4); }) < 96 * kKiB);
}

TEST_CASE("what a long conversation grew by is written, not what it amounts to") {
  FileState state = transcript(session_id(1), "title");
  const auto put = [&](std::uint64_t first, std::uint64_t count) {
    state.details.emplace();
    for (std::uint64_t i = first; i < first + count; ++i)
      state.details->answers[i * 0x9E3779B97F4A7C15U] = {
          i * 0x9E3779B97F4A7C15U, day(1), "opus", "/p", {.output = i}};
    state.details_go_on = first > 0;
    Catalogue catalogue = Catalogue::open("long.db", Catalogue::Access::write);
    auto update = catalogue.begin();
    const auto root = update.ensure_root(kBranch, "claude-code", "/r");
    update.put_file(root, state);
    update.refresh_session(root, session_id(1));
    update.commit();
  };
  put(0, 20'000);
  for (std::uint64_t round = 0; round < 8; ++round) {
    const std::uint64_t before = bytes_by("wchar: ");
    put(20'000 + round * 10, 10);
    CHECK(bytes_by("wchar: ") - before < 200 * kKiB);  // all of it: half a megabyte, twice
  }
}
