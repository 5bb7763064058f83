#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "csb/app/list.hpp"
#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// A transcript on disk that was never archived, in a project folder whose name fits the folder asked for.
struct WaitingTranscript {
  SessionId id;
  std::string root;  ///< the Claude directory
  std::string path;  ///< relative to the root
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
};

struct ScanResult {
  ListResult list;
  std::vector<WaitingTranscript> waiting;  ///< by path
  std::vector<Problem> problems;           ///< folders that could not be read
};

/// Sessions that worked in a folder (`query.folder`), as list() gives them, and those on disk that the
/// catalogue does not know yet.
/// @param catalogue nullptr when nothing has ever been stored
[[nodiscard]] ScanResult scan(const Settings& settings, const catalogue::Catalogue* catalogue,
                              const catalogue::SessionQuery& query, bool with_folders);

/// Of these sessions the ones whose transcript is not on disk.
[[nodiscard]] std::vector<SessionId> gone_from_disk(const ListResult& result);

}  // namespace csb::app
