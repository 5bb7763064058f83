#include "forest.hpp"

#include <random>

#include "support/catch.hpp"

using csb::app::Forest;
using csb::app::make_forest;

namespace {
constexpr std::size_t kNone = Forest::kNone;

std::vector<std::int64_t> births(std::size_t count) { return std::vector<std::int64_t>(count, 0); }
}  // namespace

TEST_CASE("forest: trees, and nodes by themselves") {
  // 1 and 2 from 0, 3 from 2; 4 alone
  const Forest forest = make_forest({kNone, 0, 0, 2, kNone}, births(5));
  CHECK(forest.children[0] == std::vector<std::size_t>{1, 2});
  CHECK(forest.children[2] == std::vector<std::size_t>{3});
  CHECK(forest.root == std::vector<std::size_t>{0, 0, 0, 0, 4});
  CHECK(forest.order == std::vector<std::size_t>{0, 4, 1, 2, 3});
  CHECK(forest.cut.empty());
}

TEST_CASE("forest: cycles are cut at the node that was born first") {
  const Forest one = make_forest({0}, births(1));
  CHECK(one.parent == std::vector<std::size_t>{kNone});
  CHECK(one.cut == std::vector<std::size_t>{0});

  // 0 → 1 → 2 → 0, and 3 hangs on 1; 2 is the oldest.
  const Forest three = make_forest({1, 2, 0, 1}, {30, 20, 10, 40});
  CHECK(three.cut == std::vector<std::size_t>{2});
  CHECK(three.parent == std::vector<std::size_t>{1, 2, kNone, 1});
  CHECK(three.root == std::vector<std::size_t>{2, 2, 2, 2});
}

TEST_CASE("forest: whatever the input, every node has one place") {
  std::mt19937 random(20261121);
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = random() % 40 + 1;
    std::vector<std::size_t> parent(count);
    std::vector<std::int64_t> birth(count);
    for (std::size_t i = 0; i < count; ++i) {
      parent[i] = random() % 3 == 0 ? kNone : random() % count;
      birth[i] = random() % 5;
    }
    const Forest forest = make_forest(parent, birth);
    REQUIRE(forest.order.size() == count);
    std::vector<bool> seen(count);
    for (const std::size_t i : forest.order) {
      REQUIRE_FALSE(seen[i]);
      seen[i] = true;
      const std::size_t from = forest.parent[i];
      REQUIRE((from == kNone || (from == parent[i] && seen[from])));  // behind its parent
      REQUIRE(forest.root[i] == (from == kNone ? i : forest.root[from]));
    }
    std::size_t roots = 0, given = 0;
    for (std::size_t i = 0; i < count; ++i) {
      roots += forest.parent[i] == kNone ? 1U : 0U;
      given += parent[i] == kNone ? 1U : 0U;
    }
    REQUIRE(roots == given + forest.cut.size());  // no edge is lost but those that were cut
  }
}

TEST_CASE("forest: a long chain needs no stack") {
  constexpr std::size_t kCount = 200'000;
  std::vector<std::size_t> parent(kCount);
  for (std::size_t i = 0; i < kCount; ++i) parent[i] = i + 1 < kCount ? i + 1 : kNone;
  const Forest forest = make_forest(std::move(parent), births(kCount));
  CHECK(forest.order.back() == 0);
  CHECK(forest.root[0] == kCount - 1);
}
