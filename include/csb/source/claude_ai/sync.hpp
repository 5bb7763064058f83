#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "csb/model/file.hpp"
#include "csb/source/claude_ai/mirror.hpp"
#include "csb/source/claude_ai/secret.hpp"

namespace csb::claude_ai {

struct SyncOptions {
  std::string mirror;    ///< its directory
  std::string base_url;  ///< a loopback address instead of the service; for tests
  std::string proxy;     ///< empty: none, whatever the environment says
  std::string user_agent;
  std::size_t concurrency = 3;
  std::chrono::milliseconds delay{250};  ///< between the beginnings of two requests
  std::size_t retries = 5;
  std::chrono::milliseconds retry_wait{1000};
  std::chrono::seconds stall{30};           ///< a transfer below 100 bytes a second for so long is given up
  std::chrono::seconds deadline{6 * 3600};  ///< of the whole run
  bool full = false;                        ///< list everything and fetch everything again
  bool dry_run = false;                     ///< list; fetch and write nothing
  bool files = false;                       ///< uploaded and produced files too
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  std::function<bool()> stop;
};

/// A chat, as a result names it.
struct NamedChat {
  std::string uuid, name, what;  ///< what: why not, for one that was not stored
};

struct SyncResult {
  enum class Ending : std::uint8_t {
    complete,
    key,           ///< refused or expired
    blocked,       ///< by Cloudflare
    rate_limited,  ///< told to wait too long
    out_of_time,
    interrupted,
    gave_up,      ///< too many failures in a row
    unreachable,  ///< not even the account came
  };
  Ending ending = Ending::complete;
  std::string why;  ///< for all endings but complete
  std::string account;
  std::vector<std::string> organizations, skipped_organizations;  ///< names; skipped: without chats
  std::vector<NamedChat> added, updated, gone, failed;            ///< dry run: what would be
  std::uint64_t listed = 0, unchanged = 0, not_tried = 0;
  std::uint64_t files = 0;  ///< other files written: projects, memory, uploads
  std::uint64_t requests = 0, retried = 0;
  bool listing_complete = true;
  std::vector<Problem> problems;

  [[nodiscard]] bool is_incomplete() const;
};

/// Why sync() can do nothing but throw Error{failed}: libcurl was missing where csb was built, or is missing
/// here. Empty: it can.
[[nodiscard]] std::string sync_obstacle();

/// Brings the mirror up to what the service has. Nothing that is here is ever deleted.
/// @throws Error{busy, refused, usage}, Error{failed} when the disk fails
[[nodiscard]] SyncResult sync(const Secret& key, const SyncOptions& options);

}  // namespace csb::claude_ai
