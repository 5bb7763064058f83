#include "csb/catalogue/text_index.hpp"

#include <algorithm>

#include "csb/catalogue/catalogue.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;

namespace {

using Access = TextIndex::Access;

void remove_index() {
  for (const char* part : {"", "-wal", "-shm"}) fs::remove_file(std::string("search.db") + part);
}

NewText text(std::uint64_t key, std::string_view said, TextKind kind = TextKind::prompt) {
  return {key, kind, 7, kind == TextKind::tool_input ? "Bash" : "", said};
}

std::vector<std::uint64_t> keys(const TextIndex& index, const std::string& expression) {
  std::vector<std::uint64_t> found;
  index.match(expression, [&](const TextDocument& document) {
    found.push_back(document.key);
    return true;
  });
  return found;
}

}  // namespace

TEST_CASE("texts are found by their words, the last indexed first") {
  remove_index();
  TextIndex index = TextIndex::open("search.db", Access::write);
  {
    auto update = index.begin();
    const TextFile file = update.ensure_file("b", "p/a.jsonl", std::nullopt);
    CHECK(update.put({file.id, 1, 0, 0}, text(11, "The quick fox, csv_parser")));
    CHECK(update.put({file.id, 1, 50, 0}, text(UINT64_MAX, "quick Größe", TextKind::tool_input)));
    CHECK(update.put({file.id, 1, 90, 0}, text(13, "fox quick")));
    update.commit();
  }
  CHECK(keys(index, TextIndex::phrase("QUICK", false)) == std::vector<std::uint64_t>{13, UINT64_MAX, 11});
  CHECK(keys(index, TextIndex::phrase("quick fox", false)) == std::vector<std::uint64_t>{11});
  CHECK(keys(index, TextIndex::phrase("pars", false)).empty());
  CHECK(keys(index, TextIndex::phrase("csv-pars", true)) == std::vector<std::uint64_t>{11});
  CHECK(keys(index, TextIndex::phrase("größe", false)) == std::vector<std::uint64_t>{UINT64_MAX});
  CHECK(keys(index, TextIndex::phrase("grosse", false)).empty());
  CHECK(keys(index, TextIndex::phrase("\" OR quick*", false)).empty());
  CHECK(keys(index, TextIndex::phrase(std::string_view("quick\0fox", 9), false)) ==
        std::vector<std::uint64_t>{11});
  index.match(TextIndex::phrase("größe", false), [](const TextDocument& document) {
    CHECK(document.tool == "Bash");
    CHECK(document.kind == TextKind::tool_input);
    CHECK(document.time_ns == 7);
    return true;
  });
  int seen = 0;
  index.match(TextIndex::phrase("quick", false), [&](const TextDocument&) { return ++seen < 2; });
  CHECK(seen == 2);
}

TEST_CASE("a text that several files hold is one document with several places") {
  remove_index();
  TextIndex index = TextIndex::open("search.db", Access::write);
  auto update = index.begin();
  const TextFile one =
      update.ensure_file("b", "one", SessionId::parse("11111111-1111-4111-8111-111111111111"));
  const TextFile two = update.ensure_file("b", "two", std::nullopt);
  CHECK(update.put({one.id, 1, 0, 0}, text(1, "shared words")));
  CHECK_FALSE(update.put({two.id, 1, 30, 2}, text(1, "shared words")));
  CHECK_FALSE(update.put({one.id, 2, 10, 0}, text(1, "shared words")));
  update.commit();
  CHECK(keys(index, TextIndex::phrase("shared", false)) == std::vector<std::uint64_t>{1});
  auto places = index.places_of(1);
  std::sort(places.begin(), places.end(), [](auto& a, auto& b) { return a.file < b.file; });
  REQUIRE(places.size() == 2);
  CHECK(places[0].generation == 2);
  CHECK(places[0].offset == 10);
  CHECK(places[1].offset == 30);
  CHECK(places[1].block == 2);
  auto files = index.files_matching(TextIndex::phrase("shared", false));
  CHECK(files.size() == 2);
  CHECK(index.find_file("b", "one")->session == SessionId::parse("11111111-1111-4111-8111-111111111111"));
  CHECK_FALSE(index.find_file("c", "one"));
}

TEST_CASE("progress is kept, and what was not committed is not") {
  remove_index();
  Oid commit;
  commit.bytes.fill(7);
  {
    TextIndex index = TextIndex::open("search.db", Access::write);
    auto update = index.begin();
    TextFile file = update.ensure_file("b", "p", std::nullopt);
    file.generation = 3;
    file.indexed_to = 99;
    file.commit = commit;
    update.set_progress(file);
    update.set_head("b", commit);
    update.set_note("store", "here");
    update.commit();
  }
  {
    TextIndex index = TextIndex::open("search.db", Access::write);
    auto update = index.begin();
    update.set_note("store", "there");
    CHECK(update.put({1, 1, 0, 0}, text(5, "gone")));
  }
  const TextIndex index = TextIndex::open("search.db", Access::read);
  const auto file = index.find_file("b", "p");
  REQUIRE(file);
  CHECK(file->generation == 3);
  CHECK(file->indexed_to == 99);
  CHECK(file->commit == commit);
  CHECK(index.head("b") == commit);
  CHECK_FALSE(index.head("c"));
  CHECK(index.note("store") == "here");
  CHECK(keys(index, TextIndex::phrase("gone", false)).empty());
}

TEST_CASE("what is no text index is damage, and none at all is not") {
  remove_index();
  try {
    static_cast<void>(TextIndex::open("search.db", Access::read));
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
  }
  fs::replace_file("search.db", std::string(10000, 'x'));
  for (const Access access : {Access::read, Access::write}) {
    bool damaged = false;
    try {
      static_cast<void>(TextIndex::open("search.db", access));
    } catch (const std::exception& error) {
      damaged = Catalogue::is_damage(error);
    }
    CHECK(damaged);
  }
}
