#include "csb/archive/store.hpp"

#include <unistd.h>

#include "archive/refs.hpp"
#include "csb/archive/config_file.hpp"
#include "csb/archive/transaction.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "git_oracle.hpp"

using namespace csb;
using namespace csb::archive;

namespace {

ErrorCode failure_of(const std::string& path) {
  try {
    (void)Store::open(path);
  } catch (const Error& error) {
    INFO(error.what());
    CHECK_FALSE(error.hint().empty());
    return error.code();
  }
  FAIL(path << " was opened");
  return ErrorCode::failed;
}

std::string run(const std::string& command) {
  int status = 0;
  std::string out = shell(command, status);
  INFO(command << ": " << out);
  REQUIRE(status == 0);
  return out;
}

}  // namespace

TEST_CASE("what cannot be used is refused with a reason, untouched") {
  CHECK(failure_of("nowhere") == ErrorCode::not_found);
  run("git init -q --object-format=sha256 sha256");
  CHECK(failure_of("sha256") == ErrorCode::refused);
  run("git init -q ext && git -C ext config core.repositoryformatversion 1 && git -C ext config "
      "extensions.refStorage reftable");
  CHECK(failure_of("ext") == ErrorCode::refused);
}

TEST_CASE("harmless extensions are accepted") {
  run("git init -q wt && git -C wt config core.repositoryformatversion 1 && git -C wt config "
      "extensions.worktreeConfig true");
  CHECK_NOTHROW(Store::open("wt"));
}

TEST_CASE("the tip is known without libgit2, loose or packed") {
  const std::string branch = "refs/heads/m/claude-code";
  Store store = Store::create("peek.git", branch);
  CHECK_FALSE(Store::peek_tip("peek.git", branch));
  Transaction tx(store, {});
  CommitRequest request;
  request.branch = branch;
  request.edits.push_back({"f", 0100644, {tx.add_slice(as_bytes("x")).slice}});
  const auto commit = tx.commit(request);
  tx.finish();
  CHECK(Store::peek_tip("peek.git", branch) == commit);
  git("peek.git", "pack-refs --all");
  CHECK(Store::peek_tip("peek.git", branch) == commit);
  CHECK(store.tip(branch) == commit);
}

TEST_CASE("a branch that was not listed is noticed; what is none is not, and links are not followed") {
  fs::remove_tree("refs.git");
  fs::make_directories("refs.git/refs/heads/box");
  fs::write_file_atomically("refs.git/refs/heads/box/claude-code", std::string(40, 'a') + "\n");
  fs::write_file_atomically("refs.git/refs/heads/box/claude-code.lock", std::string(40, 'a') + "\n");
  fs::write_file_atomically("refs.git/refs/heads/garbage", "no ref");
  fs::write_file_atomically("refs.git/refs/heads/large", std::string(10'000, 'a'));
  for (const char* link : {"one", "two"})
    REQUIRE(::symlink(".", ("refs.git/refs/heads/" + std::string(link)).c_str()) == 0);
  CHECK(find_unlisted("refs.git", {}) == "refs/heads/box/claude-code");
  CHECK_FALSE(find_unlisted("refs.git", {"refs/heads/box/claude-code"}));
  CHECK_FALSE(find_unlisted("refs.git/none", {}));
}

TEST_CASE("commits of another tool are compared") {
  run("git init -q -b main other && cd other && git config user.name x && git config user.email x@x && "
      "mkdir -p projects/-a && echo one > projects/-a/s.jsonl && echo y > unrelated && git add . && git "
      "commit -qm 1 && "
      "echo two >> projects/-a/s.jsonl && git commit -qam 2 && git rm -q projects/-a/s.jsonl && git commit "
      "-qm 3");
  const Store store = Store::open("other");
  const auto branches = store.branches();
  REQUIRE(branches.size() == 1);
  CHECK_FALSE(branches[0].by_csb);
  const auto history = store.history(branches[0].tip);
  REQUIRE(history.size() == 3);
  const auto first = store.changes(history[0], "projects");
  REQUIRE(first.size() == 1);
  CHECK(first[0].path == "projects/-a/s.jsonl");
  CHECK(first[0].op == ChangeOp::add);
  CHECK(first[0].size == 4);
  CHECK(store.changes(history[1])[0].op == ChangeOp::rewrite);
  CHECK(store.changes(history[2])[0].op == ChangeOp::remove);
  CHECK(store.changes(history[0]).size() == 2);
}

TEST_CASE("a damaged object is named, not returned") {
  const std::string branch = "refs/heads/m/claude-code";
  Store store = Store::create("damage.git", branch);
  Transaction tx(store, {});
  CommitRequest request;
  request.branch = branch;
  const auto slice = tx.add_slice(as_bytes(std::string(5000, 'a') + "secret of the pack")).slice;
  request.edits.push_back({"f", 0100644, {slice}});
  REQUIRE(tx.commit(request));
  tx.finish();
  run("chmod u+w damage.git/objects/pack/*.pack; printf 'XX' | dd of=$(ls damage.git/objects/pack/*.pack) "
      "bs=1 seek=20 conv=notrunc 2>/dev/null");
  const Store again = Store::open("damage.git");
  try {
    (void)again.read_blob(slice.blob);
    FAIL("damage was not noticed");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find(slice.blob.hex()) != std::string::npos);
  }
}

TEST_CASE("configuration files are git's") {
  fs::write_file_atomically("config", "[csb]\n\tstore = /a b\n\tinclude = x\n\tinclude = y\n\tflag\n");
  const auto values = read_config_file("config");
  REQUIRE(values.size() == 4);
  CHECK(values[0] == std::pair<std::string, std::string>{"csb.store", "/a b"});
  CHECK(values[3].second == "true");
  write_config_value("config", "csb.machine", "laptop");
  CHECK(read_file("config").find("include = y") != std::string::npos);
  CHECK(run("git config -f config csb.machine") == "laptop\n");
  CHECK(read_config_file("absent").empty());
  fs::write_file_atomically("broken", "[csb\n");
  CHECK_THROWS_AS(read_config_file("broken"), Error);
}
