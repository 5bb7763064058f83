#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/model/file.hpp"
#include "csb/model/oid.hpp"

namespace csb::app {

struct BackupOptions {
  bool no_commit = false;  ///< catalogue only; protects nothing, and the result says so
  bool dry_run = false;    ///< says what would be stored; writes nothing
  std::string session;     ///< only this session's footprint (id as a person types it)
  /// How long to wait for another run before giving up (Error{busy}).
  std::chrono::milliseconds patience{0};
  /// Called from time to time with bytes read and bytes expected to be read. May be empty.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
};

/// What became of one root.
struct BackedUpRoot {
  std::string directory, source, branch;
  std::uint64_t files_seen = 0;
  std::optional<Oid> noise_commit, user_commit;
  bool incomplete = false;  ///< something of it that should be safe is not; the problems say what
};

struct BackedUpChange : Change {
  std::size_t root = 0;  ///< into BackupResult::roots
};

struct BackupResult {
  std::vector<BackedUpRoot> roots;  ///< in the order of the settings
  std::uint64_t files_seen = 0;     ///< files the policy stores
  std::uint64_t added = 0, changed = 0, moved = 0, shrunk = 0,
                deleted = 0;  ///< files; moved ones are neither added nor deleted
  std::uint64_t sessions_added = 0, sessions_changed = 0, sessions_moved = 0, sessions_shrunk = 0,
                sessions_deleted = 0;
  std::uint64_t files_opened = 0;
  std::uint64_t bytes_read = 0;     ///< of the files under the root
  std::uint64_t bytes_parsed = 0;   ///< by the transcript reader
  std::uint64_t bytes_written = 0;  ///< to the store
  std::uint64_t objects_written = 0;
  std::optional<Oid> noise_commit, user_commit;  ///< of the first root that got one
  bool store_opened = false;                     ///< libgit2 was needed
  bool store_created = false;
  std::vector<BackedUpChange> changes;  ///< what was (or, dry run, would be) committed, both classes
  std::vector<std::string> secrets;     ///< left out as secret (paths), for --dry-run and --json
  std::vector<Problem> problems;
  std::int64_t started_ns = 0, ended_ns = 0;

  /// True when something that should be safe is not: exit status 3.
  [[nodiscard]] bool incomplete() const;
};

/// Lock → walk → nothing changed: end → read each changed file once → pack and commits → catalogue.
/// All roots of the settings; the trouble of one is a problem in the result while there are others.
/// @throws Error when nothing could be saved: missing root, refused store, lock held, disk full…
[[nodiscard]] BackupResult backup(const Settings& settings, const BackupOptions& options);

/// Backs up if a run that found the store locked, by what the caller did with it until now, left its wish.
/// @throws Error when that backup could not save anything
void do_what_was_wished(const Settings& settings);

}  // namespace csb::app
