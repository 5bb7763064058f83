// The mirror: what is durable together, what is refused, and what names lead to a chat.
#include "csb/source/claude_ai/mirror.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "source/claude_ai/body.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_ai;

namespace {

const std::string kAccount = "6457b7f5-1b4d-4f1a-92b8-83c13da7b096";
const std::string kOrganization = "8efc9271-e78f-4746-8e9e-981eeb89ad18";
const std::string kChat = "11111111-2222-4333-8444-555555555555";

struct Scratch {
  Scratch() {
    std::string pattern = "/tmp/csb-mirror.XXXXXX";
    root = ::mkdtemp(pattern.data());
  }
  ~Scratch() { fs::remove_tree(root); }
  std::string root;
};

ChatState state_named(const std::string& name) {
  ChatState state;
  state.uuid = kChat;
  state.account = kAccount;
  state.organization = kOrganization;
  state.name = name;
  state.status = ChatState::Status::stored;
  state.updated_ns = 1'700'000'000'000'000'000;
  state.row = 17;
  return state;
}

Body body_of(const Mirror& mirror, const std::string& text) {
  Body body = mirror.new_body();
  body.append(text);
  return body;
}

}  // namespace

TEST_CASE("a chat is there, whole and described, after a commit and not before") {
  const Scratch scratch;
  const std::string root = scratch.root + "/mirror";
  const std::string path = root + "/" + state_named("x").path();
  {
    Mirror mirror = Mirror::open_for_writing(root);
    mirror.stage_organization({kOrganization, kAccount, "Ada/s", "", 0, true});
    mirror.stage_chat(body_of(mirror, "{}"), state_named("Version 2.0"));
    CHECK_FALSE(fs::exists(path));
    CHECK_FALSE(mirror.chat(kChat));
    mirror.commit();
    CHECK(read_file(path) == "{}");
    REQUIRE(mirror.chat(kChat));
    CHECK(mirror.chat(kChat)->row == 17);
    CHECK(mirror.chat(kChat)->size == 2);
    CHECK_THROWS_AS(Mirror::open_for_writing(root), Error);  // one at a time
    mirror.stage_chat(body_of(mirror, std::string(3 << 20, 'x')), state_named("never committed"));
  }
  CHECK(read_file(path) == "{}");
  Mirror mirror = Mirror::open_for_writing(root);
  for (const std::string& name : fs::list_directory(root)) CHECK_FALSE(name.starts_with(".new."));
  CHECK(mirror.chats_beginning("11111111", 5).size() == 1);
  CHECK(mirror.chats_beginning("%", 5).empty());
}

TEST_CASE("renames move the name, not the file; the same bytes are not written again") {
  const Scratch scratch;
  Mirror mirror = Mirror::open_for_writing(scratch.root);
  mirror.stage_organization({kOrganization, kAccount, "One", "", 0, true});
  mirror.stage_chat(body_of(mirror, "{}"), state_named("a/b"));
  mirror.commit();
  const std::string path = scratch.root + "/" + state_named("").path();
  struct stat before {
  }, after{}, link{};
  REQUIRE(::stat(path.c_str(), &before) == 0);
  const std::string folder = "/by-name/One-" + kOrganization.substr(0, 8) + "/";
  CHECK(fs::exists(scratch.root + folder + "a_b-" + kChat + ".json"));

  ChatState renamed = *mirror.chat(kChat);
  renamed.name = "c";
  mirror.stage_chat(body_of(mirror, "{}"), renamed);
  mirror.stage_organization({kOrganization, kAccount, "Two", "", 0, true});
  mirror.commit();
  REQUIRE(::stat(path.c_str(), &after) == 0);
  CHECK(before.st_ino == after.st_ino);
  CHECK_FALSE(fs::exists(scratch.root + folder));
  const std::string there = scratch.root + "/by-name/Two-" + kOrganization.substr(0, 8);
  CHECK(fs::list_directory(there) == std::vector<std::string>{"c-" + kChat + ".json"});
  REQUIRE(::stat((there + "/c-" + kChat + ".json").c_str(), &link) == 0);
  CHECK(link.st_ino == after.st_ino);
}

TEST_CASE("a directory that is not csb's is refused and left as it is") {
  const Scratch scratch;
  fs::write_file_atomically(scratch.root + "/precious", "x");
  CHECK_THROWS_AS(Mirror::open_for_writing(scratch.root), Error);
  CHECK_THROWS_AS(Mirror::open_for_reading(scratch.root), Error);
  CHECK(fs::list_directory(scratch.root) == std::vector<std::string>{"precious"});
  CHECK_FALSE(Mirror::open_for_reading(scratch.root + "/none"));
}

TEST_CASE("what a killed run left unfinished is removed; what others put there is not") {
  const Scratch scratch;
  { const Mirror made = Mirror::open_for_writing(scratch.root); }
  const std::string inner = scratch.root + "/" + kAccount + "/" + kOrganization;
  fs::make_directories(inner);
  fs::write_file_atomically(inner + "/.new.1.2", "x");
  fs::write_file_atomically(scratch.root + "/.new.3.4", "x");
  fs::write_file_atomically(inner + "/notes", "x");
  { const Mirror opened = Mirror::open_for_writing(scratch.root); }
  CHECK(fs::list_directory(inner) == std::vector<std::string>{"notes"});
  CHECK_FALSE(fs::exists(scratch.root + "/.new.3.4"));
}

TEST_CASE("an unknown future state is refused, a damaged one begun anew") {
  const Scratch scratch;
  { const Mirror made = Mirror::open_for_writing(scratch.root); }
  fs::write_file_atomically(scratch.root + "/state.db", std::string(9000, 'x'));
  CHECK(Mirror::open_for_writing(scratch.root).chats().empty());
  CHECK(fs::exists(scratch.root + "/state.db.damaged"));
}
