#include "csb/catalogue/text_index.hpp"

#include <algorithm>
#include <set>

#include "catalogue/text_documents.hpp"
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

TEST_CASE("a long text is one document, found by what stands anywhere in it") {
  remove_index();
  TextIndex index = TextIndex::open("search.db", Access::write);
  // Words of eight bytes, each once; the borders of the pieces lie somewhere among them.
  const auto word = [](int n) { return "w" + std::to_string(1'000'000 + n); };
  constexpr int kWords = 260'000;
  std::string long_text;
  for (int n = 0; n < kWords; ++n) long_text += word(n) + ' ';
  TextFile other;
  {
    auto update = index.begin();
    const TextFile file = update.ensure_file("b", "p/a.jsonl", std::nullopt);
    other = update.ensure_file("b", "p/b.jsonl", std::nullopt);
    CHECK(update.put({file.id, 1, 0, 0}, text(1, "a short one: " + word(5))));
    CHECK(update.put({file.id, 1, 20, 0}, text(2, long_text)));
    CHECK(update.put({file.id, 1, 90, 0}, text(3, "a short one: " + word(kWords - 1))));
    CHECK_FALSE(update.put({other.id, 1, 7, 0}, text(2, long_text)));
    update.commit();
  }
  const auto found = [&](const std::string& expression) {
    std::set<std::uint64_t> keys_found;
    std::set<std::int64_t> documents;
    index.match(expression, [&](const TextDocument& document) {
      keys_found.insert(document.key);
      documents.insert(document.id);
      CHECK(document.time_ns == 7);
      return true;
    });
    CHECK(documents.size() == keys_found.size());
    return keys_found;
  };
  CHECK(found(TextIndex::phrase(word(5), false)) == std::set<std::uint64_t>{1, 2});
  CHECK(found(TextIndex::phrase(word(kWords - 1), false)) == std::set<std::uint64_t>{2, 3});
  CHECK(found(TextIndex::phrase("w", true)) == std::set<std::uint64_t>{1, 2, 3});
  for (int n = 0; n + 300 < kWords; n += 200) {  // phrases across every border
    std::string phrase;
    for (int k = 0; k < 300; ++k) phrase += word(n + k) + ' ';
    if (found(TextIndex::phrase(phrase, false)) != std::set<std::uint64_t>{2})
      FAIL("not found from word " << n);
  }
  const std::string far_apart =
      TextIndex::phrase(word(5), false) + " OR " + TextIndex::phrase(word(kWords - 1), false);
  std::vector<std::uint64_t> later;
  index.match_later_pieces(far_apart, [&](const TextDocument& document) {
    later.push_back(document.key);
    CHECK(index.places_of(document.id).size() == 2);
    return true;
  });
  CHECK(later == std::vector<std::uint64_t>{2});
  CHECK(index.files_matching(TextIndex::phrase(word(kWords - 2), false)).size() == 2);
  CHECK(index.files_matching(TextIndex::phrase(word(5), false)).size() == 2);
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

TEST_CASE("rows of documents are read as they were packed") {
  constexpr std::int64_t kMs = 1'000'000;
  const std::vector<DocumentRow> rows{
      {1, 1'763'000'000'123 * kMs, TextKind::prompt, 0, {1, 1, 0, 0}},
      {UINT64_MAX, 1'763'000'000'122 * kMs, TextKind::tool_input, 3, {1, 1, 4096, 0}},
      {7, 1'763'000'000'122 * kMs + 1, TextKind::attachment, 0, {1, 1, 17, 0}},
      {8, 1'763'000'000'125 * kMs, TextKind::answer, INT64_MAX, {1, 2, 0, 5}},
      {9, INT64_MIN, TextKind::title, 0, {INT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}},
      {0, INT64_MAX, TextKind::notice, 0, {1, 0, 0, 0}},
      {0, 0, TextKind::client, 0, {0, 0, UINT64_MAX, 0}},
      {5, -7 * kMs, TextKind::thinking, 0, {0, 0, 1, 0}}};
  DocumentPacker packer;
  for (const DocumentRow& row : rows) packer.add(row);
  CHECK(packer.count() == rows.size());
  const std::string packed = std::move(packer).bytes();
  CHECK(unpack_documents(packed) == rows);
  CHECK(unpack_documents("").empty());
  // Of the whole only the first so many bytes: torn, or fewer rows; never others.
  for (std::size_t size = 0; size < packed.size(); ++size) {
    try {
      const auto read = unpack_documents(std::string_view(packed).substr(0, size));
      CHECK(std::equal(read.begin(), read.end(), rows.begin()));
    } catch (const Error& error) {
      CHECK(Catalogue::is_damage(error));
    }
  }
  CHECK_THROWS(unpack_documents(std::string("\x0f", 1)));
}

TEST_CASE("many texts keep their rows, whatever transactions they came in") {
  remove_index();
  TextIndex index = TextIndex::open("search.db", Access::write);
  constexpr std::uint64_t kTexts = 300;  // several blocks, torn by the transactions' ends
  for (std::uint64_t key = 1; key <= kTexts;) {
    auto update = index.begin();
    const TextFile file = update.ensure_file("b", "p", std::nullopt);
    for (std::uint64_t i = 0; i < 37 && key <= kTexts; ++i, ++key)
      CHECK(update.put({file.id, 1, key * 10, 0}, text(key, "word number" + std::to_string(key))));
    update.commit();
    if (key == 38) {  // and one that came to nothing
      auto broken = index.begin();
      CHECK(broken.put({file.id, 1, 1, 0}, text(9999, "word")));
    }
  }
  std::vector<std::uint64_t> expected;
  for (std::uint64_t key = kTexts; key > 0; --key) expected.push_back(key);
  CHECK(keys(index, TextIndex::phrase("word", false)) == expected);
  for (const std::uint64_t key : {std::uint64_t{1}, std::uint64_t{64}, std::uint64_t{65}, kTexts}) {
    index.match(TextIndex::phrase("number" + std::to_string(key), false), [&](const TextDocument& document) {
      CHECK(document.key == key);
      REQUIRE(index.places_of(document.id).size() == 1);
      CHECK(index.places_of(document.id)[0].offset == key * 10);
      return true;
    });
  }
  index.give_back_space();
  CHECK(keys(index, TextIndex::phrase("number300", false)) == std::vector<std::uint64_t>{300});
}
