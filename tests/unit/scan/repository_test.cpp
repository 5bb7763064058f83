#include "csb/scan/walk.hpp"
#include "support/catch.hpp"
#include "tree.hpp"

using namespace csb;
using namespace csb::test;

namespace {

constexpr const char* kId = "0123456789abcdef0123456789abcdef01234567";

scan::WalkResult walk(const Tree& tree) { return scan::walk(tree.fd(), name_policy(), 2); }

/// What csb reads of a repository whose config is `config`.
std::string url_of(const std::string& config) {
  const Tree tree;
  tree.file("r/.git/config", config);
  return walk(tree).foreign.at(0).url;
}

std::string git(const std::string& directory, const std::string& arguments) {
  return "git -C " + directory + " -c user.name=x -c user.email=x@x -c init.defaultBranch=main " + arguments;
}

std::string head_of(const Tree& tree, const std::string& directory) {
  tree.shell(git(directory, "rev-parse HEAD > '") + tree.at("head") + "'");
  std::string head = read_file(tree.at("head"));
  head.pop_back();
  tree.shell("rm head");
  return head;
}

}  // namespace

TEST_CASE("repositories made by git: url and commit, content left out, siblings kept") {
  const Tree tree;
  tree.file("a/clone/file");
  tree.file("a/sibling");
  tree.shell(git("a/clone", "init -q") + " && " +
             git("a/clone", "remote add origin https://me:pw@example.org/x.git") + " && " +
             git("a/clone", "add file") + " && " + git("a/clone", "commit -qm 1"));
  const std::string head = head_of(tree, "a/clone");
  SECTION("a loose ref") {}
  SECTION("a packed ref") {
    tree.shell(git("a/clone", "tag v1") + " && " + git("a/clone", "pack-refs --all"));
  }
  SECTION("a detached HEAD") { tree.shell(git("a/clone", "checkout -q --detach")); }
  const scan::WalkResult result = walk(tree);
  CHECK(result.foreign ==
        std::vector<scan::ForeignRepository>{{"a/clone", "https://example.org/x.git", head}});
  CHECK(paths_of(result) == Paths{"a/sibling"});
  CHECK(result.problems.empty());
  CHECK(scan::walk_paths(tree.fd(), name_policy(), {"a/clone/file"}).foreign == result.foreign);
}

TEST_CASE("work trees and submodules, whose .git is a file") {
  const Tree tree;
  tree.file("main/file");
  tree.shell(git("main", "init -q") + " && " + git("main", "remote add up git@example.org:x/y") + " && " +
             git("main", "add file") + " && " + git("main", "commit -qm 1") + " && " +
             git("main", "worktree add -q ../wt"));
  const std::string head = head_of(tree, "wt");
  const scan::WalkResult result = walk(tree);
  CHECK(result.foreign == std::vector<scan::ForeignRepository>{{"main", "git@example.org:x/y", head},
                                                               {"wt", "git@example.org:x/y", head}});
  CHECK(result.files.empty());
}

TEST_CASE("a repository without a commit or a remote is noted") {
  const Tree tree;
  tree.directory("empty");
  tree.shell(git("empty", "init -q"));
  const scan::WalkResult result = walk(tree);
  CHECK(result.foreign == std::vector<scan::ForeignRepository>{{"empty", "", ""}});
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].severity == Problem::Severity::note);
}

TEST_CASE("garbage in .git is no repository data, and no danger") {
  const Tree tree;
  tree.file("garbage/.git", "no such thing\n");
  tree.file("nul/.git", std::string("gitdir: \0x", 10));
  tree.file("gone/.git", "gitdir: /nowhere/at/all\n");
  tree.file("hostile/.git/HEAD", "ref: refs/../../../secret\n");
  tree.file("secret", kId);
  tree.file("loop/.git/HEAD", "ref: refs/heads/a\n");
  tree.file("loop/.git/refs/heads/a", "ref: refs/heads/a\n");
  tree.file("short/.git/HEAD", "0123456\n");
  tree.file("sha256/.git/HEAD", std::string(64, 'a') + "\n");
  tree.link("/nowhere", "link/.git");
  REQUIRE(::mkdir(tree.at("fifo").c_str(), 0700) == 0);
  REQUIRE(::mkfifo(tree.at("fifo/.git").c_str(), 0600) == 0);
  tree.file("fifos/.git/config", "");
  REQUIRE(::mkfifo(tree.at("fifos/.git/HEAD").c_str(), 0600) == 0);
  tree.file("reftable/.git/HEAD", "ref: refs/heads/.invalid\n");
  const scan::WalkResult result = walk(tree);
  CHECK(result.foreign.size() == 11);
  for (const scan::ForeignRepository& repository : result.foreign) {
    CHECK(repository.url.empty());
    CHECK(repository.commit.empty());
  }
  CHECK(result.files.empty());
}

TEST_CASE("packed refs are matched as whole names") {
  const Tree tree;
  tree.file("r/.git/HEAD", "ref: refs/heads/main\n");
  tree.file("r/.git/packed-refs", std::string("# pack-refs with: peeled fully-peeled sorted\n") +
                                      std::string(40, 'a') + " refs/heads/main-2\n^" + std::string(40, 'b') +
                                      "\n" + kId + " refs/heads/main\n");
  CHECK(walk(tree).foreign.at(0).commit == kId);
}

TEST_CASE("the remote's url as git-config writes it") {
  CHECK(url_of("[remote \"origin\"]\n\turl = https://h/x\n") == "https://h/x");
  CHECK(url_of(
            "[core]\n\turl = no\n[remote \"b\"]\nurl=https://h/b\n[REMOTE \"origin\"] URL = https://h/o\n") ==
        "https://h/o");
  CHECK(url_of("[remote \"b\"]\r\n\turl = https://h/b \r\n\tfetch = x\r\n") == "https://h/b");
  CHECK(url_of("[remote \"or\\\"igin\"]\nurl = \"/a b;c#d\" ; comment\n") == "/a b;c#d");
  CHECK(url_of("[remote \"origin\"]\nurl = /a\\\n/b\n") == "/a/b");
  CHECK(url_of("[remote \"origin\"]\npushurl = /p\n# url = /no\n") == "");
  CHECK(url_of("[remote \"origin\"\nurl") == "");
  CHECK(url_of("[[[\n\"\\") == "");
}

TEST_CASE("no credential is kept with a url") {
  const auto kept = [](const std::string& url) {
    return url_of("[remote \"origin\"]\nurl = \"" + url + "\"\n");
  };
  CHECK(kept("https://token@github.com/o/r.git") == "https://github.com/o/r.git");
  CHECK(kept("https://u:p@ss@h:8443/o/r") == "https://h:8443/o/r");
  CHECK(kept("HTTPS://u:p@h") == "HTTPS://h");
  CHECK(kept("https://h/o?access_token=t#x") == "https://h/o");
  CHECK(kept("ssh://git:pw@h/o") == "ssh://git@h/o");
  CHECK(kept("git@h:o/r.git") == "git@h:o/r.git");
  CHECK(kept("u:pw@h:o/r") == "h:o/r");
  CHECK(kept("../relative") == "../relative");
  CHECK(kept("/path/with@sign:x") == "/path/with@sign:x");
}

TEST_CASE("a repository around session data does not hide it") {
  const Tree tree;
  tree.file("stored/.git/HEAD", "x");
  tree.file("stored/f");
  tree.file("stored/deep/.git/HEAD", "x");
  tree.file("stored/deep/f");
  const scan::WalkResult result = walk(tree);
  CHECK(paths_of(result) == Paths{"stored/f"});
  CHECK(result.foreign.at(0).path == "stored/deep");
}

TEST_CASE("the root itself may be a repository") {
  const Tree tree;
  tree.file("f");
  tree.shell("git init -q");
  scan::Policy policy = name_policy();
  policy.classify_directory = [](std::string_view path) {
    return path == ".git" ? PathClass::skip : PathClass::noise;
  };
  const scan::WalkResult result = scan::walk(tree.fd(), policy, 1);
  CHECK(paths_of(result) == Paths{"f"});
  CHECK(result.foreign.empty());
}
