#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"
#include "csb/model/session_id.hpp"

namespace csb::app {

/// A session on disk of which the store lacks something, as far as sizes and times of files tell.
struct UnsavedSession {
  enum class Why {
    never,    ///< its transcript was never stored
    changed,  ///< the transcript is not as stored: mostly, it grew
    shrunk,   ///< the transcript is smaller than stored
    files,    ///< the transcript is stored; other files of the session are not, or not as they are now
  };
  SessionId id;
  Why why = Why::files;
  std::string root;               ///< directory
  std::string path;               ///< of the transcript, or of the first such file; beneath the root
  std::string title;              ///< as archived; may be empty
  std::uint64_t size = 0;         ///< bytes of that file, now
  std::uint64_t stored_size = 0;  ///< and as stored; 0 when it never was
  std::int64_t mtime_ns = 0;      ///< of the newest such file
  std::uint64_t files = 0;        ///< how many
  bool open_now = false;          ///< a running client has it open

  explicit UnsavedSession(SessionId session) : id(std::move(session)) {}
};
[[nodiscard]] std::string_view to_string(UnsavedSession::Why why);

struct CheckResult {
  std::uint64_t sessions_seen = 0;       ///< with a transcript on disk
  std::uint64_t excluded = 0;            ///< of those with something unsaved
  std::vector<UnsavedSession> sessions;  ///< last changed first
  std::vector<Problem> problems;         ///< what could not be looked at, or may not be as the catalogue says

  /// Exit status 10: a backup is due.
  [[nodiscard]] bool gap() const;
};

/// Compares what is on disk with what the catalogue says is stored. Opens no file and writes nothing.
/// @param catalogue nullptr when nothing was ever stored
/// @param exclude beginnings of ids of sessions that do not count
/// @throws Error{failed} when a root or the store the catalogue speaks of is not there, Error{usage}
[[nodiscard]] CheckResult check(const Settings& settings, const catalogue::Catalogue* catalogue,
                                const std::vector<std::string>& exclude);

}  // namespace csb::app
