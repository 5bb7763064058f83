#include <algorithm>

#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

std::vector<std::string> known_paths(const Fixture& f) {
  std::vector<std::string> paths;
  for (const KnownFile& known : f.catalogue.known_files(f.root)) paths.push_back(known.path);
  return paths;
}

bool same(const FileState& a, const FileState& b) {
  return a.path == b.path && a.stamp == b.stamp && a.path_class == b.path_class && a.racy == b.racy &&
         a.present == b.present && a.session == b.session && a.slices == b.slices &&
         a.parsed_to == b.parsed_to && a.facts == b.facts && a.session_facts == b.session_facts;
}

FileState full_state() {
  FileState state = transcript(session_id(1), "A title");
  state.stamp = {5'000'000'000, -3, 0xFFFF'FFFF'FFFF'FFFE, 0100755};
  state.path_class = PathClass::user;
  state.racy = true;
  state.slices = {{oid(1), 0xFEDC'BA98'7654'3210}, {oid(0), 0}, {oid(513), 1}};
  state.parsed_to = 4'999'999'999;
  state.facts = std::string("{\"a\":\"\xff\"}\0tail", 15);
  SessionFacts& facts = *state.session_facts;
  facts = {"t\xff", "first", "/start", "/cwd", "main", "2.1", "model", "parent", "first-uuid",
           11,      12,      13,       14,     15,     16,    17,      18,       {"bright-plan", "dull\xfe"}};
  return state;
}

}  // namespace

TEST_CASE("what is remembered of a path comes back as it was given") {
  Fixture f;
  const FileState state = full_state();
  f.write([&](auto& update) { update.put_file(f.root, state); });
  const auto back = f.catalogue.file_state(f.root, state.path);
  REQUIRE(back);
  CHECK(same(*back, state));

  const auto known = f.catalogue.known_files(f.root);
  REQUIRE(known.size() == 1);
  CHECK(known[0].path == state.path);
  CHECK(known[0].stamp == state.stamp);
  CHECK(known[0].path_class == PathClass::user);
  CHECK(known[0].racy);
  CHECK_FALSE(f.catalogue.file_state(f.root, "projects"));
  CHECK_FALSE(f.catalogue.file_state(f.root + 1, state.path));
}

TEST_CASE("putting a path again replaces everything, its transcript facts too") {
  Fixture f;
  f.write([&](auto& update) { update.put_file(f.root, full_state()); });
  FileState plain = file(full_state().path, 1);
  f.write([&](auto& update) { update.put_file(f.root, plain); });
  CHECK(same(*f.catalogue.file_state(f.root, plain.path), plain));
  plain = full_state();
  plain.session_facts->plan_slugs = {"other"};
  f.write([&](auto& update) { update.put_file(f.root, plain); });
  CHECK(same(*f.catalogue.file_state(f.root, plain.path), plain));
  CHECK(f.catalogue.known_files(f.root).size() == 1);
}

TEST_CASE("paths are bytes, in the order of bytes") {
  Fixture f;
  const std::vector<std::string> sorted{"A", "a", "a b", "a\nb", "a/b", "a/b\x80", "a0", "\xc3\x28", "\xff"};
  std::vector<std::string> expected = sorted;
  std::sort(expected.begin(), expected.end());
  f.write([&](auto& update) {
    for (auto path = sorted.rbegin(); path != sorted.rend(); ++path) update.put_file(f.root, file(*path));
  });
  CHECK(known_paths(f) == expected);
  for (const std::string& path : sorted) CHECK(f.catalogue.file_state(f.root, path));
}

TEST_CASE("a removed path leaves the stat cache and keeps its content") {
  Fixture f;
  FileState state = full_state();
  f.write([&](auto& update) {
    update.put_file(f.root, state);
    update.put_file(f.root, file("other"));
    update.remove_file(f.root, state.path);
    update.remove_file(f.root, "never seen");
  });
  CHECK(known_paths(f) == std::vector<std::string>{"other"});
  state.present = false;
  state.racy = false;
  CHECK(same(*f.catalogue.file_state(f.root, state.path), state));
  f.write([&](auto& update) { update.put_file(f.root, full_state()); });
  CHECK(known_paths(f).size() == 2);
}

TEST_CASE("a touched file has a new stamp and its old content") {
  Fixture f;
  FileState state = full_state();
  f.write([&](auto& update) { update.put_file(f.root, state); });
  state.stamp.mtime_ns = 99;
  state.stamp.inode = 5;
  state.racy = false;
  const std::int64_t id = f.catalogue.known_files(f.root).at(0).id;
  f.write([&](auto& update) { update.touch_file(id, state.stamp, false); });
  CHECK(same(*f.catalogue.file_state(f.root, state.path), state));
  CHECK(f.catalogue.known_files(f.root).at(0).stamp == state.stamp);
}

TEST_CASE("a footprint is a session's paths of one root, present and gone") {
  Fixture f;
  const SessionId id = session_id(1);
  const auto owned = [&](const char* path) {
    FileState state = file(path);
    state.session = id;
    return state;
  };
  f.write([&](auto& update) {
    update.put_file(f.root, owned("tasks/b"));
    update.put_file(f.root, owned("tasks/a"));
    update.put_file(f.root, file("tasks/c"));
    update.remove_file(f.root, "tasks/a");
    const auto elsewhere = update.ensure_root("refs/heads/other/claude-code", "claude-code", "");
    update.put_file(elsewhere, owned("tasks/d"));
  });
  const auto files = f.catalogue.footprint(f.root, id);
  REQUIRE(files.size() == 2);
  CHECK(files[0].path == "tasks/a");
  CHECK_FALSE(files[0].present);
  CHECK(files[1].path == "tasks/b");
  CHECK(files[1].session == id);
  CHECK(f.catalogue.footprint(f.root, session_id(2)).empty());
}
