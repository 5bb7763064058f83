#include "tracked_secrets.hpp"

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "csb/archive/store.hpp"
#include "support/catch.hpp"

using namespace csb;
using Found = std::vector<std::string>;

namespace {

/// A repository of another tool, of four commits: the first one has a secret, the second takes it out.
archive::Store repository(const std::string& name) {
  const std::string commands =
      "git init -q -b main " + name + " && cd " + name +
      " && git config user.name x && git config user.email x@x && echo {} > "
      "settings.json && echo key > .credentials.json && git add -f . && git commit -qm 1 "
      "&& git rm -q --cached .credentials.json && git commit -qm 2 && git commit "
      "-qm 3 --allow-empty && git commit -qm 4 --allow-empty";
  REQUIRE(std::system(commands.c_str()) == 0);  // NOLINT(cert-env33-c): git makes what is looked at
  return archive::Store::open(name);
}

}  // namespace

TEST_CASE("a secret of the past is found, and what was looked at is said") {
  const auto tracked = app::find_tracked_secrets(repository("whole"));
  REQUIRE(tracked.found.size() == 1);
  CHECK(tracked.found[0].ends_with(":.credentials.json"));
  CHECK(tracked.commits == 4);
  CHECK(tracked.all);
}

TEST_CASE("a search that ends at its bound says that it is not all") {
  const archive::Store store = repository("bounded");
  for (const std::size_t most : {0U, 1U, 3U}) {
    const auto tracked = app::find_tracked_secrets(store, {.most_commits = most});
    CHECK(tracked.found.empty());
    CHECK(tracked.commits == most);
    CHECK_FALSE(tracked.all);
  }
  const auto just = app::find_tracked_secrets(store, {.most_commits = 4});
  CHECK(just.found.size() == 1);
  CHECK(just.all);
}

TEST_CASE("a search whose time is over looked at the newest trees") {
  const archive::Store store = repository("late");
  const auto tracked = app::find_tracked_secrets(store, {.patience = std::chrono::milliseconds(0)});
  CHECK(tracked.found.empty());
  CHECK(tracked.commits == 0);
  CHECK_FALSE(tracked.all);
  REQUIRE(std::system("cd late && git add -f .credentials.json && git commit -qm 5") ==
          0);  // NOLINT(cert-env33-c)
  const auto tip =
      app::find_tracked_secrets(archive::Store::open("late"), {.patience = std::chrono::milliseconds(0)});
  CHECK(tip.found == Found{"refs/heads/main:.credentials.json"});
  CHECK_FALSE(tip.all);
}
