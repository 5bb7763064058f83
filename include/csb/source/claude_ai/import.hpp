#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "csb/model/file.hpp"

namespace csb::claude_ai {

struct ImportOptions {
  std::string mirror;  ///< its directory
  std::vector<std::string>
      files;             ///< exports (zipped or unpacked), their JSON files, stores of claude-backup
  bool dry_run = false;  ///< read all, write nothing
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;  ///< in bytes
  std::function<bool()> stop;
};

struct ImportResult {
  std::uint64_t chats = 0;      ///< found in the files
  std::uint64_t added = 0;      ///< not known before
  std::uint64_t updated = 0;    ///< newer than what was here
  std::uint64_t unchanged = 0;  ///< here already
  std::uint64_t older = 0;      ///< what is here is newer or fuller, and stays
  std::uint64_t beside = 0;     ///< newer, but with less in it: kept beside the fuller copy
  std::uint64_t other = 0;      ///< projects, memories, users: new or changed
  bool interrupted = false;
  std::vector<Problem> problems;

  [[nodiscard]] bool is_incomplete() const;
};

/// Why zipped files cannot be read: libzip was missing where csb was built, or is missing here. Then each is
/// a problem, and unpacked ones are read. Empty: they can.
[[nodiscard]] std::string zip_obstacle();

/// Merges exports into the mirror, chat by chat: nothing is replaced by something older or poorer.
/// @throws Error{busy, refused}, Error{failed} when the disk fails
[[nodiscard]] ImportResult import_chats(const ImportOptions& options);

}  // namespace csb::claude_ai
