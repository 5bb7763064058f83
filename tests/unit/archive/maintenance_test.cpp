#include "csb/archive/maintenance.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "archive/pack_file.hpp"
#include "archive/pack_state.hpp"
#include "csb/archive/transaction.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "git_oracle.hpp"

using namespace csb;
using namespace csb::archive;

namespace {

const std::string kBranch = "refs/heads/m/claude-code";

std::string random_text(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

/// One commit with one new file; the content is what repair may find on disk.
Oid add(Store& store, const std::string& path, const std::string& content) {
  Transaction tx(store, std::chrono::seconds(5));
  CommitRequest request;
  request.branch = kBranch;
  request.message = "add " + path;
  request.edits.push_back({path, S_IFREG | 0600, {tx.add_slice(as_bytes(content)).slice}});
  Change change;
  change.path = path;
  request.changes.push_back(change);
  const auto commit = tx.commit(request);
  tx.finish();
  return commit.value();
}

/// Overwrites one byte in the middle of an object's entry.
void damage_entry(const std::string& store, const Oid& oid) {
  const PackPaths paths{store};
  for (const std::string& name : list_packs(paths)) {
    std::uint64_t at = 0;
    {
      const auto pack = PackFile::open(paths.pack(name));
      const std::uint32_t index = pack->find(oid);
      if (index == PackedEntry::kNoBase) continue;
      const PackedEntry& entry = pack->entries()[index];
      at = entry.offset + entry.length / 2;
    }
    const Fd fd = open_at(AT_FDCWD, paths.pack(name), O_RDWR);
    std::byte byte{};
    REQUIRE(::pread(fd.get(), &byte, 1, static_cast<off_t>(at)) == 1);
    byte ^= std::byte{0xFF};
    REQUIRE(::pwrite(fd.get(), &byte, 1, static_cast<off_t>(at)) == 1);
    return;
  }
  FAIL("object not found");
}

bool names(const VerifyReport& report, const std::string& object) {
  for (const Fault& fault : report.faults)
    if (fault.object == object) return true;
  return false;
}

}  // namespace

TEST_CASE("a sound store has no faults, and every object is counted") {
  fs::remove_tree("sound.git");
  Store store = Store::create("sound.git", kBranch);
  for (unsigned i = 0; i < 5; ++i) add(store, "f" + std::to_string(i), random_text(1000 + i, i));
  const VerifyReport report = verify(store, false);
  CHECK(report.faults.empty());
  CHECK(report.commits == 5);
  CHECK(report.objects == std::stoul(git("sound.git", "cat-file --batch-all-objects --batch-check | wc -l")));
  CHECK(verify(store, true).faults.empty());
  git("sound.git", "gc --aggressive -q");
  CHECK(verify(Store::open("sound.git"), false).faults.empty());
}

TEST_CASE("a flipped bit is found, named, set aside and rewritten from disk") {
  fs::remove_tree("flip.git");
  Store store = Store::create("flip.git", kBranch);
  const std::string good = random_text(5000, 1), bad = random_text(5000, 2);
  const Oid first = add(store, "good", good);
  add(store, "bad", bad);
  damage_entry("flip.git", blob_id(as_bytes(bad)));
  const VerifyReport report = verify(Store::open("flip.git"), false);
  CHECK(names(report, blob_id(as_bytes(bad)).hex()));
  CHECK_FALSE(names(report, blob_id(as_bytes(good)).hex()));
  CHECK_FALSE(verify(Store::open("flip.git"), true).faults.empty());

  Store again = Store::open("flip.git");
  const RepairReport repaired = repair(
      again, report,
      {.content =
           [&](const Oid& oid) {
             const auto bytes = as_bytes(bad);
             return oid == blob_id(bytes) ? std::optional(std::vector<std::byte>(bytes.begin(), bytes.end()))
                                          : std::nullopt;
           },
       .files = {},
       .own = {}});
  CHECK(repaired.recovered == 1);
  CHECK(repaired.lost.empty());
  CHECK_FALSE(repaired.set_aside.empty());
  CHECK(verify(Store::open("flip.git"), false).faults.empty());
  require_sound("flip.git");
  Store last = Store::open("flip.git");
  CHECK(last.read_text(*last.find(first, "good"), 10000) == good);
  add(last, "more", "works on");
  require_sound("flip.git");
}

TEST_CASE("a pack whose checksum alone is damaged is replaced by its sound copy, and nothing is lost") {
  fs::remove_tree("trailer.git");
  Store store = Store::create("trailer.git", kBranch);
  const Oid first = add(store, "a", random_text(5000, 1));
  add(store, "b", random_text(5000, 2));
  for (const std::string& name : fs::list_directory("trailer.git/objects/pack")) {
    if (!name.ends_with(".pack")) continue;
    const std::string path = "trailer.git/objects/pack/" + name;
    std::string bytes = read_file(path);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    fs::remove_file(path);
    fs::write_file_atomically(path, bytes);
  }
  Store again = Store::open("trailer.git");
  const VerifyReport report = verify(again, false);
  REQUIRE_FALSE(report.faults.empty());
  const RepairReport repaired = repair(again, report, {});
  CHECK(repaired.lost.empty());
  CHECK(repaired.rewound.empty());
  CHECK(verify(Store::open("trailer.git"), false).faults.empty());
  require_sound("trailer.git");
  Store last = Store::open("trailer.git");
  CHECK(last.read_text(*last.find(first, "a"), 10000) == random_text(5000, 1));
  add(last, "more", "works on");
  require_sound("trailer.git");
}

TEST_CASE("what no source has is said to be lost, and the rest lives on") {
  fs::remove_tree("lost.git");
  Store store = Store::create("lost.git", kBranch);
  const std::string bad = random_text(5000, 2);
  add(store, "bad", bad);
  const Oid tip = add(store, "good", "good");
  damage_entry("lost.git", blob_id(as_bytes(bad)));
  Store again = Store::open("lost.git");
  const RepairReport repaired = repair(again, verify(again, false), {});
  CHECK(repaired.lost == std::vector<Oid>{blob_id(as_bytes(bad))});
  Store last = Store::open("lost.git");
  CHECK(last.read_text(*last.find(tip, "good"), 100) == "good");
  add(last, "more", "works on");
  CHECK(names(verify(last, false), blob_id(as_bytes(bad)).hex()));
}

TEST_CASE("a branch whose newest tree is lost goes back to its newest whole commit") {
  fs::remove_tree("rewind.git");
  Store store = Store::create("rewind.git", kBranch);
  const Oid first = add(store, "a", "one");
  const Oid second = add(store, "b", "two");
  damage_entry("rewind.git", store.commit(second).tree);
  Store again = Store::open("rewind.git");
  const RepairReport repaired = repair(again, verify(again, false), {});
  CHECK(repaired.rewound == std::vector<std::string>{kBranch});
  Store last = Store::open("rewind.git");
  CHECK(last.tip(kBranch) == first);
  add(last, "b", "two");
  require_sound("rewind.git");
}

TEST_CASE("a damaged hot pack does not stop a backup") {
  fs::remove_tree("hot.git");
  Store store = Store::create("hot.git", kBranch);
  const std::string text = random_text(5000, 3);
  add(store, "a", text);
  damage_entry("hot.git", blob_id(as_bytes(text)));
  Store again = Store::open("hot.git");
  const Oid commit = add(again, "b", "still saved");
  CHECK(again.read_text(*again.find(commit, "b"), 100) == "still saved");
}

TEST_CASE("an empty loose object is found and set aside") {
  fs::remove_tree("loose.git");
  Store store = Store::create("loose.git", kBranch);
  add(store, "a", "one");
  const std::string oid = blob_id(as_bytes("elsewhere")).hex();
  fs::make_directories("loose.git/objects/" + oid.substr(0, 2));
  fs::write_file_atomically("loose.git/objects/" + oid.substr(0, 2) + "/" + oid.substr(2), "");
  const VerifyReport report = verify(store, false);
  CHECK(names(report, oid));
  const RepairReport repaired = repair(store, report, {});
  CHECK(repaired.set_aside.size() == 1);
  CHECK(verify(store, false).faults.empty());
}

TEST_CASE("sealed packs are merged until their sizes rise geometrically") {
  fs::remove_tree("merge.git");
  Store store = Store::create("merge.git", kBranch);
  std::vector<std::pair<Oid, std::string>> commits;
  for (unsigned i = 0; i < 8; ++i) {
    // Larger than the hot limit at once: each is a sealed pack.
    Transaction tx(store, {});
    CommitRequest request;
    request.branch = kBranch;
    request.message = "bulk";
    StoredSlices slices;
    std::string all;
    for (unsigned k = 0; k < 5; ++k) {
      const std::string piece = random_text(kSliceBytes, i * 10 + k);
      slices.push_back(tx.add_slice(as_bytes(piece)).slice);
      all += piece;
    }
    request.edits.push_back({"f" + std::to_string(i), S_IFREG | 0600, slices});
    Change change;
    change.path = "f" + std::to_string(i);
    request.changes.push_back(change);
    commits.emplace_back(tx.commit(request).value(), all);
    tx.finish();
  }
  const PackPaths paths{"merge.git"};
  REQUIRE(list_packs(paths).size() == 8);
  const MaintainReport report = maintain(store, false);
  CHECK(report.packs_before == 8);
  CHECK(report.packs_after < 4);
  require_sound("merge.git");
  for (std::size_t i = 0; i < commits.size(); ++i)
    CHECK(store.read_text(*store.find(commits[i].first, "f" + std::to_string(i)), std::size_t{1} << 30) ==
          commits[i].second);
  CHECK(maintain(store, false).packs_after == report.packs_after);
  CHECK(maintain(store, true).packs_after == 1);
  require_sound("merge.git");
}
