#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

struct RestoreOptions {
  std::vector<std::string> sessions;             ///< as a person types them; each must resolve to one
  std::optional<std::int64_t> deleted_since_ns;  ///< instead of names: every session deleted since then
  std::optional<std::uint64_t> version;          ///< number as `csb log` shows it; of the transcript
  std::optional<std::int64_t> at_ns;             ///< the state at this time
  bool dry_run = false;
  bool force = false;        ///< replace what is there, after archiving it
  bool exact_times = false;  ///< recorded times, even where the client would sweep the file again
  std::string to;            ///< write beneath this directory instead of the root
  std::string only;          ///< "transcript" or one path of the footprint; empty = all
};

struct RestoredFile {
  enum class Outcome {
    restored,   ///< written (dry run: would be)
    unchanged,  ///< there already, byte for byte
    kept,       ///< something else is there; left alone (--force replaces it)
    refused,    ///< the path or the link is hostile
    failed,     ///< could not be read from the store or written
  };
  std::string path;  ///< relative to the root
  Outcome outcome = Outcome::restored;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;  ///< as set
  bool time_moved = false;    ///< mtime_ns is not the recorded one: the client would sweep the file again
  std::string link_target;    ///< of a symlink; empty for a file
  std::string reason;         ///< for kept, refused, failed
};

struct RestoredSession {
  SessionId id;
  std::string title;
  std::string source;                       ///< "claude-code", "claude.ai"
  std::string directory;                    ///< where it was written
  std::string resume_directory;             ///< where `claude --resume` wants to be run; empty when unknown
  std::uint64_t version = 0, versions = 0;  ///< of the transcript: which one, of how many
  std::vector<RestoredFile> files;
  std::vector<std::string> notes;
  explicit RestoredSession(SessionId session_id) : id(std::move(session_id)) {}
};

struct RestoreResult {
  std::vector<RestoredSession> sessions;
  std::vector<std::string> notes;  ///< about the run, not about a session
  /// Exit status 3: some file was kept, refused or failed.
  [[nodiscard]] bool incomplete() const;
};

/// resolve → choose version → plan the footprint across all of history → validate every path → write
/// beneath the root → verify → report. @throws Error{not_found}, Error{ambiguous} (candidates in the
/// hint), Error{failed} when nothing could be restored
[[nodiscard]] RestoreResult restore(const Settings& settings, const RestoreOptions& options);

}  // namespace csb::app
