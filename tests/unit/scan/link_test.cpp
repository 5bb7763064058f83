#include "csb/scan/walk.hpp"
#include "support/catch.hpp"
#include "tree.hpp"

using namespace csb;
using namespace csb::test;

namespace {

const Problem* problem_of(const scan::WalkResult& result, const std::string& path) {
  for (const Problem& problem : result.problems)
    if (problem.path == path) return &problem;
  return nullptr;
}

}  // namespace

TEST_CASE("links are found as links and never followed") {
  const Tree tree;
  tree.file("dir/f");
  tree.link("dir", "alias");
  tree.link("dir/f", "file-alias");
  tree.link(".", "loop");
  tree.link("../..", "dir/up/loop");
  tree.link("self", "self");
  tree.link("nowhere", "dangling");
  tree.link(tree.at("dir/f"), "absolute");
  const scan::WalkResult result = scan::walk(tree.fd(), name_policy(), 2);
  CHECK(paths_of(result) ==
        Paths{"absolute", "alias", "dangling", "dir/f", "dir/up/loop", "file-alias", "loop", "self"});
  CHECK(result.problems.empty());
  for (const scan::FoundFile& file : result.files) CHECK(file.is_symlink() == (file.path != "dir/f"));
}

TEST_CASE("a link that leads to what is not stored is reported") {
  const Tree tree;
  tree.file("elsewhere/projects/f");
  tree.file("root/skip/f");
  tree.link("../elsewhere/projects", "root/data");
  tree.link(tree.at("elsewhere/projects/f"), "root/user-file");
  tree.link("skip", "root/hidden");
  tree.link("/", "root/slash");
  tree.link("../root-2", "root/sibling");
  tree.file("root-2/f");
  const Fd root = open_at(AT_FDCWD, tree.at("root"), O_RDONLY | O_DIRECTORY);
  const scan::WalkResult result = scan::walk(root.get(), name_policy(), 1);
  CHECK(paths_of(result) == Paths{"data", "hidden", "sibling", "slash", "user-file"});
  REQUIRE(result.problems.size() == 5);
  const Problem* data = problem_of(result, "data");
  REQUIRE(data != nullptr);
  CHECK(data->severity == Problem::Severity::not_saved);
  CHECK(data->what ==
        "is a link to '" + tree.at("elsewhere/projects") + "': what it points at is not backed up");
  CHECK(problem_of(result, "hidden")->severity == Problem::Severity::not_saved);
  CHECK(problem_of(result, "user-file")->severity == Problem::Severity::note);
}

TEST_CASE("a secret does not become storable as a link, nor a link to one its content") {
  const Tree tree;
  tree.file("secret.json", "token");
  tree.link("secret.json", "harmless");
  tree.link("f", "secret-link");
  const scan::WalkResult result = scan::walk(tree.fd(), name_policy(), 1);
  REQUIRE(paths_of(result) == Paths{"harmless"});
  CHECK(result.files[0].is_symlink());
  CHECK(result.secrets == Paths{"secret-link", "secret.json"});
}

TEST_CASE("a link where a directory is expected is judged as that directory") {
  const Tree tree;
  tree.file("target/f");
  tree.link("target", "place");
  scan::Policy policy = name_policy();
  policy.classify = [](std::string_view path) {
    return path.starts_with("target/") ? PathClass::user : PathClass::unknown;
  };
  policy.classify_directory = [](std::string_view) { return PathClass::user; };
  const scan::WalkResult result = scan::walk(tree.fd(), policy, 1);
  CHECK(paths_of(result) == Paths{"place", "target/f"});
  CHECK(result.unknown.empty());
}

TEST_CASE("what lies behind a link is no path of the root") {
  const Tree tree;
  tree.file("dir/f");
  tree.link("dir", "alias");
  CHECK(scan::walk_paths(tree.fd(), name_policy(), {"alias/f"}).files.empty());
  CHECK(paths_of(scan::walk_paths(tree.fd(), name_policy(), {"alias"})) == Paths{"alias"});
}
