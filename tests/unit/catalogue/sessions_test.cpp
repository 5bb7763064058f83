#include <cstdint>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

/// Three sessions present, one deleted on day 8.
struct Listed : Fixture {
  Listed() {
    add(1, "beta", 10, 3, 30, "/home/me/Alpha");
    add(2, "Alpha", 30, 1, 10, "/srv/100%_done");
    add(3, "", 20, 2, 20, "/srv/x");
    backup(add(4, "gone", 99, 9, 90, "/home/me/alpha"), 8, ChangeOp::remove);
  }

  FileState add(unsigned number, std::string title, std::uint64_t messages, int first, int last,
                std::string cwd) {
    FileState state = transcript(session_id(number), std::move(title), messages);
    state.stamp.mtime_ns = day(100 - last);  // expiration in the opposite order of activity
    state.session_facts->first_ns = day(first);
    state.session_facts->last_ns = day(last);
    state.session_facts->cwd = std::move(cwd);
    state.session_facts->first_prompt = "Prompt number " + std::to_string(number);
    backup(state, 1);
    return state;
  }
};

}  // namespace

TEST_CASE("sessions are listed in the order asked for") {
  Listed f;
  const auto sorted = [&](SessionSort sort) {
    return f.titles({.deleted = DeletedFilter::all, .sort = sort});
  };
  CHECK(f.titles({}) == Titles{"beta", "", "Alpha"});
  CHECK(sorted(SessionSort::active) == Titles{"gone", "beta", "", "Alpha"});
  CHECK(sorted(SessionSort::oldest) == Titles{"Alpha", "", "beta", "gone"});
  CHECK(sorted(SessionSort::started) == Titles{"gone", "beta", "", "Alpha"});
  CHECK(sorted(SessionSort::size) == Titles{"gone", "Alpha", "", "beta"});
  CHECK(sorted(SessionSort::messages) == Titles{"gone", "Alpha", "", "beta"});
  CHECK(sorted(SessionSort::title) == Titles{"Alpha", "beta", "gone", ""});
  CHECK(sorted(SessionSort::expiration) == Titles{"beta", "", "Alpha", "gone"});
}

TEST_CASE("deleted sessions are hidden, listed or the only ones, and always counted") {
  Listed f;
  SessionPage page = f.catalogue.sessions({});
  CHECK(page.matched == 3);
  CHECK(page.hidden_deleted == 1);
  page = f.catalogue.sessions({.deleted = DeletedFilter::all});
  CHECK(page.matched == 4);
  CHECK(page.hidden_deleted == 0);
  page = f.catalogue.sessions({.deleted = DeletedFilter::only});
  CHECK(page.matched == 1);
  CHECK(page.hidden_deleted == 0);
  REQUIRE(page.sessions.size() == 1);
  CHECK(page.sessions[0].title == "gone");
  CHECK(f.catalogue.totals().sessions_present == 3);
  CHECK(f.catalogue.totals().sessions_deleted == 1);
}

TEST_CASE("a limit cuts the list, not the count") {
  Listed f;
  for (const std::vector<std::string>& words : {std::vector<std::string>{}, {"prompt"}}) {
    const SessionPage page = f.catalogue.sessions({.words = words, .limit = 2});
    CHECK(page.sessions.size() == 2);
    CHECK(page.matched == 3);
    CHECK(page.hidden_deleted == 1);
    CHECK(f.catalogue.sessions({.words = words, .limit = 0}).sessions.empty());
    CHECK(f.catalogue.sessions({.words = words, .limit = SIZE_MAX}).sessions.size() == 3);
  }
}

TEST_CASE("each word must occur somewhere, in any case") {
  Listed f;
  CHECK(f.titles({.words = {"ALPHA"}}) == Titles{"beta", "Alpha"});
  CHECK(f.titles({.words = {"alpha", "number 1"}}) == Titles{"beta"});
  CHECK(f.titles({.words = {"alpha", "number 3"}}).empty());
  CHECK(f.titles({.words = {"", "alpha"}}).size() == 2);
  CHECK(f.titles({.words = {session_id(3).text()}}) == Titles{""});
  CHECK(f.titles({.words = {"-home-ME-work"}}).size() == 3);
  CHECK(f.titles({.words = {"alpha"}, .deleted = DeletedFilter::only}) == Titles{"gone"});
  CHECK(f.catalogue.sessions({.words = {"alpha"}}).hidden_deleted == 1);
}

TEST_CASE("no character of a word is special, and bytes that are no ASCII count as they are") {
  Listed f;
  CHECK(f.titles({.words = {"100%_"}}) == Titles{"Alpha"});
  CHECK(f.titles({.words = {"%"}}) == Titles{"Alpha"});
  CHECK(f.titles({.words = {"_"}}) == Titles{"Alpha"});
  for (const char* word : {"*", "?", "[a-z]", "'", "\"", "\\", ".*", "1 OR 1"})
    CHECK(f.titles({.words = {word}}).empty());
  f.add(5, "Größe \xff", 1, 1, 1, "");
  CHECK(f.titles({.words = {"GRöß"}}).size() == 1);
  CHECK(f.titles({.words = {"GRÖß"}}).empty());
  CHECK(f.titles({.words = {"\xff"}}).size() == 1);
  CHECK(f.titles({.words = {"\xb6"}}).size() == 1);  // a part of a character is bytes, too
}

TEST_CASE("what was deleted since a time") {
  Listed f;
  CHECK(f.titles({.deleted_since_ns = day(8)}) == Titles{"gone"});
  CHECK(f.titles({.deleted_since_ns = day(8) + 1}).empty());
  CHECK(f.titles({.words = {"beta"}, .deleted_since_ns = 0}).empty());
  const SessionPage page = f.catalogue.sessions({.deleted_since_ns = day(1)});
  CHECK(page.matched == 1);
  CHECK(page.hidden_deleted == 0);
}

TEST_CASE("an empty catalogue lists nothing") {
  Fixture f;
  CHECK(f.catalogue.sessions({}).sessions.empty());
  CHECK(f.catalogue.sessions({.words = {"x"}}).matched == 0);
  CHECK_FALSE(f.catalogue.session(session_id(1)));
}
