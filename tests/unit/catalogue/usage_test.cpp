#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <random>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

SessionDetails answers(std::initializer_list<Answer> list) {
  SessionDetails details;
  for (const Answer& answer : list) details.answers[answer.message] = answer;
  return details;
}

std::string short_form(const std::vector<UsageRow>& rows) {
  std::string text;
  for (const UsageRow& row : rows)
    text += row.session.substr(0, 8) + ":" + row.model + "*" + std::to_string(row.answers) + "=" +
            std::to_string(row.tokens.output) + " ";
  return text;
}

struct Used : Fixture {
  void add(unsigned number, const std::string& forked_from, std::initializer_list<Answer> list,
           std::int64_t first_ns = day(1)) {
    FileState state = transcript(session_id(number), "t");
    state.session_facts->forked_from = forked_from;
    state.session_facts->first_ns = first_ns;
    state.details = answers(list);
    backup(state, ++commit);
  }
  unsigned commit = 0;
};

}  // namespace

TEST_CASE("an answer counts its largest usage once, however often it is told") {
  Used f;
  f.add(1, "", {{5, 200, "opus", "/a", {.input = 3, .output = 1}}});
  FileState state = transcript(session_id(1), "t");
  state.details =
      answers({{5, 100, "other", "/b", {.input = 1, .output = 9, .cache_write_1h = 4}}, {6, 0, "", "", {}}});
  state.details_go_on = true;
  f.backup(state, 9);
  const auto rows = f.catalogue.usage({});
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].day.empty());  // nobody knows when
  CHECK(rows[1].model == "opus");
  CHECK(rows[1].project == "/a");
  CHECK(rows[1].day.size() == 10);
  CHECK(rows[1].answers == 1);
  CHECK(rows[1].tokens == Tokens{.input = 3, .output = 9, .cache_write_1h = 4});
  CHECK(f.catalogue.usage({.since_ns = 101}).empty());
  CHECK(f.catalogue.usage({.since_ns = 100, .until_ns = 100}).size() == 1);
}

TEST_CASE("answers told in many parts amount to what they would if told at once") {
  Used parts, once;
  std::mt19937 random(17);  // NOLINT(cert-msc51-cpp): the same run every time
  SessionDetails all;
  bool is_anew = true;
  for (unsigned round = 0; round < 120; ++round) {
    SessionDetails told;
    if (round == 70) is_anew = true;  // the rows so far were replaced: their answers were given all the same
    for (unsigned i = 0; i < 60; ++i) {
      const std::uint64_t message = random() % 2000;
      told.answers[message] = {message,
                               day(1) + static_cast<std::int64_t>(random() % 1000),
                               "opus",
                               "/p",
                               {.output = random() % 5000}};
    }
    FileState state = transcript(session_id(1), "t");
    state.details = told;
    state.details_go_on = !is_anew;
    parts.backup(state, round + 1);
    if (is_anew && round > 0) {
      FileState before = transcript(session_id(1), "t");
      before.details = all;
      once.backup(before, 1);
      all = {};
    }
    is_anew = false;
    for (const auto& [message, answer] : told.answers) {
      const auto [known, is_new] = all.answers.emplace(message, answer);
      if (is_new) continue;
      known->second.time_ns = std::min(known->second.time_ns, answer.time_ns);
      known->second.tokens.output = std::max(known->second.tokens.output, answer.tokens.output);
    }
  }
  FileState state = transcript(session_id(1), "t");
  state.details = all;
  once.backup(state, 2);
  REQUIRE_FALSE(short_form(once.catalogue.usage({})).empty());
  CHECK(short_form(parts.catalogue.usage({})) == short_form(once.catalogue.usage({})));
}

TEST_CASE("what forks share counts for the one it was made in, in whatever order they came") {
  // 1 → 2 → 3; answer 10 of 1, 20 of 2, 30 of 3; 4 was forked from something unknown and holds 10 too.
  const std::string one = session_id(1).text(), two = session_id(2).text();
  const Answer a{10, day(1), "opus", "/p", {.output = 1}}, b{20, day(1), "opus", "/p", {.output = 10}},
      c{30, day(1), "opus", "/p", {.output = 100}};
  std::array<int, 4> order{1, 2, 3, 4};
  do {
    Used f;
    for (const int number : order) {
      if (number == 1) f.add(1, "", {a});
      if (number == 2) f.add(2, one, {a, b});
      if (number == 3) f.add(3, two, {a, b, c});
      if (number == 4) f.add(4, session_id(77).text(), {a}, day(2));
    }
    REQUIRE(short_form(f.catalogue.usage({})) == "00000001:opus*1=1 00000002:opus*1=10 00000003:opus*1=100 ");
    CHECK(short_form(f.catalogue.usage({.session = session_id(2)})) == "00000002:opus*1=10 ");
    CHECK(f.catalogue.usage({.session = session_id(4)}).empty());
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("two that name each other as parents count once") {
  Used f;
  const Answer a{10, day(1), "opus", "/p", {.output = 1}};
  f.add(1, session_id(2).text(), {a});
  f.add(2, session_id(1).text(), {a});
  CHECK(short_form(f.catalogue.usage({})) == "00000001:opus*1=1 ");
}

TEST_CASE("a day is the person's own") {
  ::setenv("TZ", "Asia/Tokyo", 1);
  ::tzset();
  Used f;
  f.add(1, "", {{1, *parse_rfc3339("2026-11-20T16:00:00Z"), "opus", "/p", {.output = 1}}});
  f.add(2, "", {{2, *parse_rfc3339("2026-11-20T14:59:59Z"), "opus", "/p", {.output = 1}}});
  const auto rows = f.catalogue.usage({});
  ::unsetenv("TZ");
  ::tzset();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].day == "2026-11-20");
  CHECK(rows[1].day == "2026-11-21");
}

TEST_CASE("usage outlives the rows and the session") {
  Used f;
  f.add(1, "", {{1, day(1), "opus", "/p", {.output = 1}}});
  f.add(1, "", {{2, day(1), "opus", "/p", {.output = 5}}});  // rewritten
  f.backup(transcript(session_id(1), "t"), 9, ChangeOp::remove);
  CHECK(short_form(f.catalogue.usage({})) == "00000001:opus*2=6 ");
}
