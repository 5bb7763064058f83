// The layer as it is built where neither libcurl nor libzip is installed. This program is linked with the
// stand-ins themselves: were there any other way into either library, the linker would find everything twice.
#include <fcntl.h>
#include <unistd.h>

#include <string>

#include "csb/source/claude_ai/import.hpp"
#include "csb/source/claude_ai/sync.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_ai;

namespace {

class Scratch {
 public:
  Scratch() { REQUIRE(::mkdtemp(path_.data()) != nullptr); }
  ~Scratch() { fs::remove_tree(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_ = "/tmp/csb-unit.XXXXXX";
};

}  // namespace

TEST_CASE("without libcurl fetching says what is missing, and what to do instead") {
  CHECK(sync_obstacle().find("libcurl") != std::string::npos);
  const Scratch scratch;
  SyncOptions options;
  options.mirror = scratch / "mirror";
  try {
    (void)sync(Secret("sk-ant-sid01-EXAMPLE"), options);
    FAIL("it fetched");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::failed);
    CHECK(std::string(error.what()).find("libcurl") != std::string::npos);
    CHECK(error.hint().find("csb chats import") != std::string::npos);
    CHECK(error.hint().find("libcurl4-openssl-dev") != std::string::npos);
  }
  CHECK_FALSE(fs::exists(options.mirror));
}

TEST_CASE("without libzip a zipped export is a problem, and an unpacked one beside it is read") {
  CHECK(zip_obstacle().find("libzip") != std::string::npos);
  const Scratch scratch;
  ImportOptions options;
  options.mirror = scratch / "mirror";
  options.files = {scratch / "data.zip", scratch / "conversations.json"};
  fs::replace_file(options.files[0], "PK\x05\x06" + std::string(18, '\0'));
  fs::replace_file(options.files[1],
                   R"([{"uuid":"11111111-2222-4333-8444-555555555555","chat_messages":[]}])");
  const ImportResult result = import_chats(options);
  CHECK(result.added == 1);
  CHECK(result.is_incomplete());
  REQUIRE(result.problems.size() == 1);
  CHECK(result.problems[0].what.find("libzip") != std::string::npos);
  CHECK(result.problems[0].hint.find("unpack it") != std::string::npos);
}
