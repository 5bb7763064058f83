#include "csb/util/handover.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace csb;

TEST_CASE("what is handed over arrives in order, and no more is on the way than allowed") {
  Handover<int> way(10);
  std::atomic<int> given{0};
  int taken = 0;
  int most = 0;
  std::jthread giver([&] {
    for (int i = 0; i < 1000; ++i) {
      if (!way.give(i, 3)) return;
      ++given;
    }
    way.end();
  });
  while (const auto item = way.take()) {
    REQUIRE(*item == taken);
    ++taken;
    most = std::max(most, given.load() - taken);
  }
  CHECK(taken == 1000);
  CHECK(most <= 3);  // the one that is being taken counts
}

TEST_CASE("one item that is larger than the limit passes, alone") {
  Handover<int> way(10);
  std::atomic<int> given{0};
  std::jthread giver([&] {
    for (int i = 0; i < 3; ++i)
      if (way.give(i, i == 1 ? 100 : 1)) ++given;
    way.end();
  });
  CHECK(way.take() == 0);
  CHECK(way.take() == 1);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(given == 1);  // the large one is still in use
  CHECK(way.take() == 2);
  CHECK_FALSE(way.take());
  giver.join();
  CHECK(given == 3);
}

TEST_CASE("what ended the giver is thrown at the taker, behind all that was given") {
  Handover<int> way(10);
  CHECK(way.give(1, 1));
  way.end(std::make_exception_ptr(std::runtime_error("broken")));
  CHECK(way.take() == 1);
  CHECK_THROWS_AS(way.take(), std::runtime_error);
  CHECK_FALSE(way.take());
}

TEST_CASE("a giver that waits goes on when the taker leaves") {
  Handover<int> way(1);
  bool is_last_given = true;
  std::jthread giver([&] {
    while (is_last_given) is_last_given = way.give(7, 1);
  });
  {
    const Handover<int>::Taker taker(way);
    CHECK(way.take() == 7);
  }
  giver.join();
  CHECK_FALSE(is_last_given);
  CHECK_FALSE(way.give(8, 1));
}
