#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/session_state.hpp"
#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

/// A path that is not as it was last stored.
struct PendingChange {
  enum class Kind { added, changed, shrunk, moved, deleted };
  Kind kind = Kind::added;
  std::string path;
  std::uint64_t stored_size = 0, size = 0;  ///< bytes, then and now
  std::string root;                         ///< the directory it lies in
};

/// One root known to the catalogue, or about to be.
struct RootStatus {
  std::string path, source, branch;
  bool here = false;                              ///< the directory exists on this machine
  std::optional<Oid> head;                        ///< the commit the catalogue reflects
  std::optional<catalogue::RunRecord> last_look;  ///< when a backup last looked at it
};

struct StatusResult {
  std::vector<RootStatus> roots;
  std::string store;
  bool store_exists = false;
  std::uint64_t store_bytes = 0;  ///< of everything in the repository
  std::uint64_t catalogue_bytes = 0;
  catalogue::Totals totals;
  std::optional<catalogue::RunRecord> last_backup;
  bool compared = false;  ///< a root was there to be compared
  std::uint64_t files_unchanged = 0;
  std::vector<PendingChange> pending;        ///< root by root, sorted by path
  std::vector<InspectedSession> diminished;  ///< present, and their newest version is a shrink or a rewrite
  std::uint64_t swept_within_week = 0;       ///< sessions the client deletes in the next seven days
  std::uint64_t open_sessions = 0;           ///< a running client has them open
  source::Retention retention;
  std::vector<Problem> problems;

  /// Something needs a person: exit status 3.
  [[nodiscard]] bool wrong() const;
};

/// Walks the roots (opening no file) and compares them with the catalogue.
/// @param catalogue nullptr when nothing has ever been stored
[[nodiscard]] StatusResult status(const Settings& settings, const catalogue::Catalogue* catalogue);

/// Bytes of all files beneath a directory; 0 when there is none.
[[nodiscard]] std::uint64_t disk_usage(const std::string& directory);

}  // namespace csb::app
