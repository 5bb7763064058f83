#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

using Access = Catalogue::Access;

void put(Catalogue& catalogue, const std::string& path) {
  auto update = catalogue.begin();
  update.put_file(update.ensure_root(kBranch, "claude-code", "/r"), file(path));
  update.commit();
}

std::size_t count(const Catalogue& catalogue) {
  const auto root = catalogue.find_root(kBranch);
  return root ? catalogue.known_files(root->id).size() : 0;
}

}  // namespace

TEST_CASE("a second writer waits for the first; readers see the state before") {
  Catalogue first = Catalogue::open("two.db", Access::write);
  put(first, "a");
  const Catalogue reader = Catalogue::open("two.db", Access::read);
  std::atomic<bool> second_done{false};
  std::thread second;
  {
    auto update = first.begin();
    update.put_file(update.ensure_root(kBranch, "claude-code", "/r"), file("b"));
    second = std::thread([&] {
      Catalogue catalogue = Catalogue::open("two.db", Access::write);
      put(catalogue, "c");
      second_done = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK_FALSE(second_done);
    CHECK(count(reader) == 1);
    CHECK(count(Catalogue::open("two.db", Access::read)) == 1);
    update.commit();
  }
  second.join();
  CHECK(second_done);
  CHECK(count(reader) == 3);
}

TEST_CASE("a reader that began before a write does not hold up the next reads") {
  Catalogue writer = Catalogue::open("fresh.db", Access::write);
  put(writer, "a");
  const Catalogue reader = Catalogue::open("fresh.db", Access::read);
  // Each of these leaves its statement before its last row: none may keep the old state open.
  CHECK(reader.find_root(kBranch));
  CHECK(reader.file_state(1, "a"));
  CHECK(reader.note("x").empty());
  put(writer, "b");
  CHECK(count(reader) == 2);
}

TEST_CASE("several may create the catalogue at once") {
  constexpr int kWriters = 6;
  std::array<std::string, kWriters> failures;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWriters; ++i) {
    threads.emplace_back([&failure = failures[static_cast<std::size_t>(i)], i] {
      try {
        Catalogue catalogue = Catalogue::open("together/catalogue.db", Access::write);
        put(catalogue, "file " + std::to_string(i));
      } catch (const std::exception& error) {
        failure = error.what();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& failure : failures) CHECK(failure == "");
  CHECK(count(Catalogue::open("together/catalogue.db", Access::read)) == kWriters);
}
