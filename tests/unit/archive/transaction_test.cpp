#include "csb/archive/transaction.hpp"

#include <sys/stat.h>

#include <random>
#include <thread>

#include "archive/hot_pack.hpp"
#include "archive/pack_state.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "git_oracle.hpp"

using namespace csb;
using namespace csb::archive;

namespace {

const std::string kBranch = "refs/heads/m/claude-code";

std::string text(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string out;
  while (out.size() < size) out += "{\"type\":\"user\",\"n\":" + std::to_string(random()) + "}\n";
  out.resize(size);
  return out;
}

/// A file as a test keeps it between backups: what ingest does, in short.
struct File {
  std::string path, content;
  StoredSlices slices;
  std::uint64_t stored_size = 0;

  TreeEdit store(Transaction& tx) {
    StoredSlices fresh;
    std::size_t at = 0;
    do {
      const std::string_view piece = std::string_view(content).substr(at, kSliceBytes);
      const std::size_t i = fresh.size();
      std::optional<PriorSlice> prior;
      if (i < slices.size())
        prior = PriorSlice{slices[i].blob, std::min<std::uint64_t>(stored_size - at, kSliceBytes)};
      fresh.push_back(tx.add_slice(as_bytes(piece), prior).slice);
      at += piece.size();
    } while (at < content.size());
    slices = fresh;
    stored_size = content.size();
    return {path, S_IFREG | 0600, fresh};
  }
};

std::optional<Oid> backup(Store& store, std::vector<File*> files, std::vector<std::string> gone = {}) {
  Transaction tx(store, std::chrono::seconds(5));
  CommitRequest request;
  request.branch = kBranch;
  request.message = "test";
  request.time_ns = 1'700'000'000'000'000'000;
  for (File* file : files) {
    request.edits.push_back(file->store(tx));
    Change change;
    change.path = file->path;
    request.changes.push_back(change);
  }
  for (const auto& path : gone) {
    request.edits.push_back({path, 0, {}});
    Change change;
    change.path = path;
    change.op = ChangeOp::remove;
    request.changes.push_back(change);
  }
  const auto commit = tx.commit(request);
  tx.finish();
  return commit;
}

std::string content(const Store& store, const Oid& commit, const std::string& path) {
  const auto entry = store.find(commit, path);
  REQUIRE(entry);
  return store.read_text(*entry, std::size_t{1} << 30);
}

/// What plain git makes of it, in slice order.
std::string archived(const std::string& store, const Oid& commit, const std::string& path) {
  return git(store, "archive " + commit.hex() + " '" + path + "' | tar -xO");
}

std::size_t pack_count(const std::string& store) {
  std::size_t count = 0;
  for (const auto& name : fs::list_directory(store + "/objects/pack"))
    count += name.ends_with(".pack") ? 1 : 0;
  return count;
}

std::uint64_t pack_bytes(const std::string& store) {
  std::uint64_t bytes = 0;
  for (const auto& name : fs::list_directory(store + "/objects/pack")) {
    struct stat st {};
    REQUIRE(::stat((store + "/objects/pack/" + name).c_str(), &st) == 0);
    bytes += static_cast<std::uint64_t>(st.st_size);
  }
  return bytes;
}

}  // namespace

TEST_CASE("a growing transcript keeps every version, and git agrees") {
  Store store = Store::create("grow.git", kBranch);
  File a{"projects/-x/a.jsonl", text(3 * kSliceBytes / 2, 1), {}, 0},
      b{"projects/-x/b.jsonl", text(20'000, 2), {}, 0};
  std::vector<std::pair<Oid, std::string>> history;
  for (unsigned i = 0; i < 40; ++i) {
    a.content += text(30'000, 100 + i);
    if (i % 5 == 0) b.content += text(300, 200 + i);
    const auto commit = backup(store, {&a, &b});
    REQUIRE(commit);
    history.emplace_back(*commit, a.content);
  }
  require_sound("grow.git");
  CHECK(pack_count("grow.git") == 1);
  for (const auto& [commit, expected] : history) {
    CHECK(content(store, commit, a.path) == expected);
    if (commit == history[7].first) CHECK(archived("grow.git", commit, a.path) == expected);
  }
  // 40 versions cost little more than the newest alone.
  Store single = Store::create("single.git", kBranch);
  File whole{a.path, a.content, {}, 0};
  REQUIRE(backup(single, {&whole}));
  CHECK(pack_bytes("grow.git") < pack_bytes("single.git") + 60'000);
}

TEST_CASE("truncation, take-back, rewrite and return to an old version") {
  Store store = Store::create("back.git", kBranch);
  File f{"f", text(400'000, 1), {}, 0};
  std::vector<std::pair<Oid, std::string>> history;
  const auto keep = [&] {
    const auto commit = backup(store, {&f});
    if (commit) history.emplace_back(*commit, f.content);
  };
  const std::string first = f.content;
  keep();
  f.content.resize(300'000);
  f.content += text(5'000, 2);
  keep();
  f.content += text(50'000, 3);
  keep();
  f.content = first;
  keep();
  f.content += text(10, 4);
  keep();
  f.content.clear();
  keep();
  f.content = text(100, 9);
  keep();
  f.content = text(kSliceBytes * 2 + 1, 10);
  keep();
  f.content = "small again";
  keep();
  CHECK(history.size() == 9);
  require_sound("back.git");
  for (const auto& [commit, expected] : history) CHECK(content(store, commit, f.path) == expected);
}

TEST_CASE("random histories read back, and git finds them sound") {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U);
  std::mt19937 random(seed);
  const std::string name = "random" + std::to_string(seed) + ".git";
  Store store = Store::create(name, kBranch);
  std::vector<File> files(5);
  for (std::size_t i = 0; i < files.size(); ++i)
    files[i].path = (i % 2 ? "d/" : "") + std::string("f") + std::to_string(i);
  std::vector<std::tuple<Oid, std::string, std::string>> history;
  for (unsigned step = 0; step < 60; ++step) {
    File& f = files[random() % files.size()];
    switch (random() % 6) {
      case 0:
        f.content = text(random() % 3000, static_cast<unsigned>(random()));
        break;
      case 1:
        f.content.resize(f.content.size() * (random() % 10) / 10);
        break;
      case 2:
        if (!f.content.empty()) f.content[random() % f.content.size()] = '#';
        break;
      default:
        f.content += text(random() % 200000, static_cast<unsigned>(random()));
    }
    if (step == 30) git(name, "gc --aggressive --prune=now -q");
    const auto commit = backup(store, {&f});
    if (commit) history.emplace_back(*commit, f.path, f.content);
  }
  require_sound(name);
  for (const auto& [commit, path, expected] : history) CHECK(content(store, commit, path) == expected);
}

TEST_CASE("file to directory and back; empty directories vanish") {
  Store store = Store::create("dir.git", kBranch);
  File f{"x", "file", {}, 0}, inner{"x/y/z", "inner", {}, 0};
  const Oid one = *backup(store, {&f});
  const Oid two = *backup(store, {&inner}, {"x"});
  File again{"x", "file", {}, 0};
  const Oid three = *backup(store, {&again}, {"x/y/z"});
  require_sound("dir.git");
  CHECK(content(store, one, "x") == "file");
  CHECK(content(store, two, "x/y/z") == "inner");
  CHECK(content(store, three, "x") == "file");
  const auto last = backup(store, {}, {"x"});
  REQUIRE(last);
  CHECK(git("dir.git", "ls-tree -r --name-only " + last->hex()) == ".csb/changes.jsonl\n.csb/format\n");
}

TEST_CASE("sealing keeps growing slices hot and everything readable") {
  Store store = Store::create("seal.git", kBranch);
  File growing{"grow.jsonl", "", {}, 0};
  std::vector<std::pair<Oid, std::string>> history;
  std::mt19937 random(5);
  std::string incompressible(700'000, '\0');
  for (unsigned i = 0; i < 40; ++i) {
    growing.content += text(2'000, i);
    for (char& c : incompressible) c = static_cast<char>(random());
    File bulk{"bulk" + std::to_string(i), incompressible, {}, 0};
    const auto commit = backup(store, {&growing, &bulk});
    history.emplace_back(*commit, growing.content);
  }
  require_sound("seal.git");
  CHECK(pack_count("seal.git") >= 2);
  const PackState state = read_state(PackPaths{"seal.git"});
  CHECK_FALSE(state.hot.empty());
  CHECK(state.sealed.size() + 1 == pack_count("seal.git"));
  for (const auto& [commit, expected] : history) CHECK(content(store, commit, "grow.jsonl") == expected);
  // One whole copy of the growing slice, not one a sealed pack.
  CHECK(pack_bytes("seal.git") < 40 * 701'000 + 60'000);
}

TEST_CASE("many sessions that grow at once cost what was appended, not a copy of each") {
  fs::remove_tree("many.git");
  Store store = Store::create("many.git", kBranch);
  std::vector<File> files(16);
  std::vector<File*> all;
  std::mt19937 random(9);
  const auto noise = [&](std::size_t size) {
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(random());
    return out;
  };
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i].path = "s" + std::to_string(i);
    files[i].content = noise(400'000);  // 6.4 MB in all: more than the hot pack's limit
    all.push_back(&files[i]);
  }
  REQUIRE(backup(store, all));
  std::uint64_t start = 0;
  std::optional<Oid> commit;
  for (unsigned i = 0; i < 12; ++i) {
    for (File& file : files) file.content += noise(1'000);
    commit = backup(store, all);
    if (i == 0) start = pack_bytes("many.git");  // the open slices have been stored once more
  }
  CHECK(pack_bytes("many.git") < start + 11 * 16 * 1'000 + 150'000);
  CHECK(pack_count("many.git") <= 3);
  require_sound("many.git");
  for (const File& file : files) CHECK(content(store, *commit, file.path) == file.content);
}

TEST_CASE("a first backup larger than the limit is sealed at once") {
  Store store = Store::create("bulk.git", kBranch);
  std::mt19937 random(5);
  std::vector<File> files(20);
  std::vector<File*> all;
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i].path = "f" + std::to_string(i);
    files[i].content.resize(1'000'000);
    for (char& c : files[i].content) c = static_cast<char>(random());
    all.push_back(&files[i]);
  }
  REQUIRE(backup(store, all));
  CHECK(read_state(PackPaths{"bulk.git"}).hot.empty());
  files[3].content += "more";
  REQUIRE(backup(store, {&files[3]}));
  CHECK_FALSE(read_state(PackPaths{"bulk.git"}).hot.empty());
  CHECK(pack_count("bulk.git") == 2);
  require_sound("bulk.git");
}

TEST_CASE("a backup that changes nothing writes nothing") {
  Store store = Store::create("same.git", kBranch);
  File f{"f", "content", {}, 0};
  REQUIRE(backup(store, {&f}));
  const auto before = fs::list_directory("same.git/objects/pack");
  {
    Transaction tx(store, {});
    CommitRequest request;
    request.branch = kBranch;
    request.edits.push_back(f.store(tx));
    CHECK_FALSE(tx.commit(request));
    tx.finish();
  }
  CHECK(fs::list_directory("same.git/objects/pack") == before);
}

TEST_CASE("two writers: one waits or is told") {
  Store store = Store::create("busy.git", kBranch);
  Transaction first(store, {});
  try {
    Transaction second(store, {});
    FAIL("the lock was given twice");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::busy);
  }
}

TEST_CASE("slices added from several threads") {
  Store store = Store::create("threads.git", kBranch);
  std::vector<File> files(64);
  Transaction tx(store, {});
  CommitRequest request;
  request.branch = kBranch;
  request.edits.resize(files.size());
  {
    std::vector<std::jthread> threads;
    for (unsigned t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < files.size(); i += 4) {
          files[i].path = "f" + std::to_string(i);
          files[i].content = text(50'000, static_cast<unsigned>(i / 2));  // pairs are equal
          request.edits[i] = files[i].store(tx);
        }
      });
  }
  const auto commit = tx.commit(request);
  tx.finish();
  require_sound("threads.git");
  for (const File& f : files) CHECK(content(store, *commit, f.path) == f.content);
}

TEST_CASE("leavings of killed runs are healed") {
  fs::remove_tree("heal.git");
  Store store = Store::create("heal.git", kBranch);
  File f{"f", text(100'000, 1), {}, 0};
  REQUIRE(backup(store, {&f}));
  const PackPaths paths{"heal.git"};
  const PackState good = read_state(paths);
  SECTION("temporary packs, a kept pack, a stale ref lock") {
    fs::write_file_atomically("heal.git/objects/pack/csb_tmp_1_pack", "x");
    fs::write_file_atomically(paths.keep(good.hot), "csb: being written\n");
    fs::write_file_atomically(paths.keep(good.hot) + ".tmp.1", "");
    fs::write_file_atomically(paths.state() + ".tmp.1", "");
    fs::write_file_atomically("heal.git/" + kBranch + ".lock", "");
    PackState state = good;
    state.ref = kBranch;
    write_state(paths, state);
  }
  SECTION("a next pack without its index") {
    PackState state = good;
    state.next_hot = "pack-" + std::string(40, 'a');
    state.drop = {good.hot};
    write_state(paths, state);
    fs::write_file_atomically(paths.pack(state.next_hot), "half");
  }
  SECTION("the state file lost or garbage") {
    fs::write_file_atomically(paths.state(), std::string("\0\0garbage", 9));
  }
  f.content += "more";
  const auto commit = backup(store, {&f});
  REQUIRE(commit);
  require_sound("heal.git");
  CHECK(content(store, *commit, "f") == f.content);
  for (const auto& name : fs::list_directory("heal.git/objects/pack")) {
    CHECK_FALSE(name.starts_with("csb_tmp_"));
    CHECK(name.find(".tmp.") == std::string::npos);
    CHECK_FALSE(name.ends_with(".keep"));
  }
  CHECK_FALSE(fs::exists("heal.git/" + kBranch + ".lock"));
  CHECK(fs::list_directory("heal.git/csb") == std::vector<std::string>{"lock", "state"});
}

TEST_CASE("a complete next pack becomes the hot pack") {
  Store store = Store::create("promote.git", kBranch);
  File f{"f", text(100'000, 1), {}, 0};
  REQUIRE(backup(store, {&f}));
  const PackPaths paths{"promote.git"};
  const PackState before = read_state(paths);
  int status = 0;
  (void)shell("cp -r promote.git promote.old", status);
  REQUIRE(status == 0);
  f.content += text(1000, 2);
  const auto commit = backup(store, {&f});
  const PackState after = read_state(paths);
  // As if the run had been killed after the ref moved: both packs there, the old state with "next".
  (void)shell("cp promote.old/objects/pack/" + before.hot + ".* promote.git/objects/pack/", status);
  PackState cut = before;
  cut.next_hot = after.hot;
  cut.drop = {before.hot};
  write_state(paths, cut);
  f.content += text(1000, 3);
  REQUIRE(backup(store, {&f}));
  CHECK(pack_count("promote.git") == 1);
  require_sound("promote.git");
  CHECK(content(store, *commit, "f").size() == 101'000);
}
