#include <algorithm>
#include <array>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

struct Forked : Fixture {
  FileState add(unsigned number, std::string first_uuid, std::string forked_from, unsigned commit) {
    FileState state = transcript(session_id(number), "t" + std::to_string(number));
    state.session_facts->first_uuid = std::move(first_uuid);
    state.session_facts->forked_from = std::move(forked_from);
    state.session_facts->first_ns = day(1);
    backup(state, commit);
    return state;
  }
  [[nodiscard]] std::string parent_of(unsigned number) const {
    return catalogue.session(session_id(number))->forked_from;
  }
};

}  // namespace

TEST_CASE("a fork that says nothing is known by its first message") {
  Forked f;
  f.add(5, "u1", "", 1);
  CHECK(f.parent_of(5).empty());
  f.add(3, "u1", "", 2);
  f.add(4, "u1", "", 2);
  f.add(9, "u2", "", 2);
  f.add(8, "", "", 2);
  f.add(7, "", "", 2);
  CHECK(f.parent_of(5).empty());
  CHECK(f.parent_of(3) == session_id(5).text());
  CHECK(f.parent_of(4) == session_id(5).text());
  CHECK(f.parent_of(9).empty());
  CHECK(f.parent_of(8).empty());
  CHECK(f.catalogue.forks_of(session_id(5)) == std::vector{session_id(3), session_id(4)});
  CHECK(f.catalogue.forks_of(session_id(3)).empty());
}

TEST_CASE("what the rows say counts for more") {
  Forked f;
  f.add(1, "u1", session_id(9).text(), 1);  // archived first, but itself a fork
  f.add(2, "u1", "", 2);
  f.add(3, "u1", "", 3);
  CHECK(f.parent_of(1) == session_id(9).text());  // known or not
  CHECK(f.parent_of(2).empty());
  CHECK(f.parent_of(3) == session_id(2).text());
  CHECK(f.catalogue.forks_of(session_id(9)) == std::vector{session_id(1)});
  f.add(4, "u4", session_id(4).text(), 4);  // of itself: of none
  CHECK(f.parent_of(4).empty());
}

TEST_CASE("the parent goes on to be one when it is deleted, and no more when it is rewritten") {
  Forked f;
  const FileState first = f.add(1, "u1", "", 1);
  f.add(2, "u1", "", 2);
  f.backup(first, 3, ChangeOp::remove);
  CHECK(f.parent_of(2) == session_id(1).text());
  f.add(1, "other", "", 4);
  CHECK(f.parent_of(2).empty());
  f.add(1, "u1", "", 5);
  CHECK(f.parent_of(2) == session_id(1).text());
  f.write([&](Catalogue::Update& update) { update.clear_root(f.root); });
  CHECK(f.catalogue.forks_of(session_id(1)).empty());
}

TEST_CASE("lineage does not hang on the order in which sessions are read") {
  std::array<unsigned, 4> order{1, 2, 3, 4};
  do {
    Forked f;
    f.write([&](Catalogue::Update& update) {  // the commits are known before the sessions are
      for (const unsigned number : {3U, 1U, 2U, 4U})
        update.add_version(version(f.root, transcript(session_id(number), ""), number == 3 ? 1 : 2));
    });
    for (const unsigned number : order) {
      FileState state = transcript(session_id(number), "t");
      state.session_facts->first_uuid = "u";
      f.write([&](Catalogue::Update& update) {
        update.put_file(f.root, state);
        update.refresh_session(f.root, session_id(number));
      });
    }
    for (const unsigned number : {1U, 2U, 4U}) REQUIRE(f.parent_of(number) == session_id(3).text());
    REQUIRE(f.catalogue.forks_of(session_id(3)).size() == 3);
  } while (std::next_permutation(order.begin(), order.end()));
}
