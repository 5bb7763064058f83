#include "csb/model/file.hpp"
#include "csb/model/oid.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/model/session_id.hpp"
#include "support/catch.hpp"

using namespace csb;

TEST_CASE("only a UUID is a session id") {
  const auto id = SessionId::parse("0A1B2C3D-0000-4000-8000-00000000000F");
  REQUIRE(id);
  CHECK(id->text() == "0a1b2c3d-0000-4000-8000-00000000000f");
  CHECK(id->brief() == "0a1b2c3d");
  for (const char* text :
       {"", "0a1b2c3d", "0a1b2c3d-0000-4000-8000-00000000000g", "0a1b2c3d00000-4000-8000-00000000000f",
        "0a1b2c3d-0000-4000-8000-00000000000f ", "../../../../../../../../../../../x"})
    CHECK_FALSE(SessionId::parse(text));
}

TEST_CASE("hostile paths are refused") {
  for (const char* path : {"", "/", "/abs", "a//b", "a/", "./a", "a/./b", "..", "a/../b", "../a"})
    CHECK_FALSE(is_safe_relative_path(path));
  CHECK_FALSE(is_safe_relative_path(std::string("a\0b", 3)));
  CHECK_FALSE(is_safe_relative_path(std::string(256, 'x')));
  CHECK(is_safe_relative_path(std::string(255, 'x')));
  CHECK(is_safe_relative_path("projects/-a b/\xff\n.jsonl"));
  CHECK(is_safe_relative_path("..."));
  for (const char* path :
       {".git", "a/.git/config", ".GIT", "git~1", ".git.", ".git ", ".g\xe2\x80\x8cit", ".git::$INDEX"})
    CHECK_FALSE(is_safe_tree_path(path));
  CHECK(is_safe_tree_path(".github/x"));
  CHECK(is_safe_tree_path(".gitignore"));
}

TEST_CASE("path parts") {
  CHECK(base_name("a/b/c") == "c");
  CHECK(base_name("c") == "c");
  CHECK(parent_path("a/b/c") == "a/b");
  CHECK(parent_path("c").empty());
  CHECK(is_beneath("a/b", "a"));
  CHECK_FALSE(is_beneath("ab", "a"));
  CHECK_FALSE(is_beneath("a", "a"));
}

TEST_CASE("object ids and change names read back") {
  const auto oid = Oid::parse("0123456789abcdef0123456789ABCDEF01234567");
  REQUIRE(oid);
  CHECK(oid->hex() == "0123456789abcdef0123456789abcdef01234567");
  CHECK_FALSE(Oid::parse("0123"));
  CHECK_FALSE(Oid::parse(std::string(40, 'g')));
  for (const ChangeOp op :
       {ChangeOp::add, ChangeOp::grow, ChangeOp::rewrite, ChangeOp::shrink, ChangeOp::remove})
    CHECK(parse_change_op(to_string(op)) == op);
  CHECK_FALSE(parse_change_op("remove"));
}
