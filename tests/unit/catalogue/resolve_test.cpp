#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

struct Resolving : Fixture {
  Resolving() {
    add("12345678-aaaa-4bbb-8ccc-0000000000ff", "Fix the build", 1);
    add("12349999-aaaa-4bbb-8ccc-00000000beef", "fix the Build", 2);
    add("fedcba98-aaaa-4bbb-8ccc-00000000dead", "beef stew", 3);
    add("00000000-aaaa-4bbb-8ccc-000000000000", "Rebuild all", 4, "-srv-cafe", true);
  }

  void add(std::string_view id, std::string title, int active, std::string_view slug = "-w",
           bool gone = false) {
    FileState state = transcript(*SessionId::parse(id), std::move(title), 1, slug);
    state.session_facts->last_ns = day(active);
    state.session_facts->first_prompt = "say 100% hello";
    state.session_facts->cwd = "/home/me/Kitchen";
    backup(state, 1);
    if (gone) backup(state, 2, ChangeOp::remove);
  }

  [[nodiscard]] Titles resolve(std::string_view text) const {
    Titles titles;
    for (const Session& session : catalogue.resolve(text)) titles.push_back(session.title);
    return titles;
  }
};

}  // namespace

TEST_CASE("an id is found whole, in either case, deleted or not") {
  Resolving f;
  CHECK(f.resolve("12345678-aaaa-4bbb-8ccc-0000000000ff") == Titles{"Fix the build"});
  CHECK(f.resolve("12345678-AAAA-4BBB-8CCC-0000000000FF") == Titles{"Fix the build"});
  CHECK(f.resolve("12345678aaaa4bbb8ccc0000000000ff") == Titles{"Fix the build"});
  CHECK(f.resolve("00000000-aaaa-4bbb-8ccc-000000000000") == Titles{"Rebuild all"});
  CHECK(f.resolve("11111111-aaaa-4bbb-8ccc-0000000000ff").empty());
}

TEST_CASE("the beginning or the end of an id is enough, with or without dashes") {
  Resolving f;
  CHECK(f.resolve("1234567") == Titles{"Fix the build"});
  CHECK(f.resolve("12345678-AA") == Titles{"Fix the build"});
  CHECK(f.resolve("12345678aa") == Titles{"Fix the build"});
  CHECK(f.resolve("ccc-0000000000ff") == Titles{"Fix the build"});
  CHECK(f.resolve("ccc0000000000ff") == Titles{"Fix the build"});
  CHECK(f.resolve("DEAD") == Titles{"beef stew"});
  CHECK(f.resolve("12345678-aaaa-4bbb-8ccc-0000000000ff0").empty());
}

TEST_CASE("an ambiguous beginning gives all candidates, newest first") {
  Resolving f;
  CHECK(f.resolve("1234") == Titles{"fix the Build", "Fix the build"});
}

TEST_CASE("fewer than four digits are no id; digits inside of one neither") {
  Resolving f;
  CHECK(f.resolve("123").empty());
  CHECK(f.resolve("12-3-").empty());
  CHECK(f.resolve("aaaa-4bbb").empty());
  CHECK(f.resolve("-").size() == 4);  // a keyword of every folder's name
}

TEST_CASE("an id is meant before a title, a title before a keyword") {
  Resolving f;
  CHECK(f.resolve("beef") == Titles{"fix the Build"});
  CHECK(f.resolve("FIX the build") == Titles{"fix the Build", "Fix the build"});
  CHECK(f.resolve("beef stew") == Titles{"beef stew"});
  CHECK(f.resolve("stew") == Titles{"beef stew"});
  CHECK(f.resolve("the build") == Titles{"fix the Build", "Fix the build"});
  CHECK(f.resolve("REBUILD") == Titles{"Rebuild all"});
  CHECK(f.resolve("cafe") == Titles{"Rebuild all"});
}

TEST_CASE("keywords look into first prompt and folder, never at patterns or file names") {
  Resolving f;
  CHECK(f.resolve("100%").size() == 4);
  CHECK(f.resolve("kitchen").size() == 4);
  CHECK(f.resolve("-SRV-") == Titles{"Rebuild all"});
  CHECK(f.resolve("jsonl").empty());
  CHECK(f.resolve("f%").empty());
  CHECK(f.resolve("").empty());
  CHECK(f.resolve("nothing of the kind").empty());
}

TEST_CASE("a folder that is no UTF-8 is found by its bytes") {
  Resolving f;
  f.add("77777777-aaaa-4bbb-8ccc-000000000007", "odd", 5, "-\xffx\xc3");
  CHECK(f.resolve("-\xffX\xc3") == Titles{"odd"});
  CHECK(f.resolve("\xc3/7777").empty());
}
