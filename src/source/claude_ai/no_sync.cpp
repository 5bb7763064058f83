#include "csb/source/claude_ai/sync.hpp"
#include "csb/util/error.hpp"

namespace csb::claude_ai {

std::string sync_obstacle() { return "this csb was built without libcurl"; }

// With libcurl it asks its object. NOLINTNEXTLINE(readability-convert-member-functions-to-static)
bool SyncResult::is_incomplete() const { return true; }

SyncResult sync(const Secret&, const SyncOptions&) {
  throw Error(
      ErrorCode::failed, "this csb was built without libcurl, so it cannot fetch chats",
      "import the official export ('csb chats import'), or build csb where libcurl's headers are installed "
      "(Debian: libcurl4-openssl-dev)");
}

}  // namespace csb::claude_ai
