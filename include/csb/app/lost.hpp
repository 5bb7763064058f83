#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"
#include "csb/model/session_id.hpp"
#include "csb/source/claude_code/history.hpp"

namespace csb::app {

/// A session that is known to have existed, and of which no transcript was ever archived.
struct LostSession {
  SessionId id;
  // Where it is known from:
  bool in_history = false;        ///< history.jsonl has prompts of it
  bool in_registry = false;       ///< sessions/<pid>.json of a client that is gone
  std::vector<std::string> tops;  ///< first components of files that belong to it: "file-history", "tasks"…
  std::vector<SessionId> forks;   ///< sessions that were forked from it

  std::string folder;                      ///< its working directory, where something says so
  std::string first_prompt;                ///< cut to a line
  std::int64_t first_ns = 0, last_ns = 0;  ///< of its prompts and files; 0 when nothing says
  std::uint64_t prompts = 0;
  std::uint64_t files = 0;  ///< on disk or archived: can still be shown

  explicit LostSession(SessionId of) : id(std::move(of)) {}
};

struct LostResult {
  std::vector<LostSession> sessions;  ///< the latest first
  std::uint64_t waiting = 0;          ///< transcripts on disk that were never archived: not lost yet
  std::uint64_t bad_lines = 0;        ///< of history.jsonl
};

/// Reads history.jsonl (from the store, where it is not on disk), the registry of open sessions, and names
/// of files. @param catalogue nullptr when nothing has ever been stored
[[nodiscard]] LostResult lost(const Settings& settings, const catalogue::Catalogue* catalogue);

/// One file of a lost session, on disk, archived, or both.
struct LostFile {
  std::string root;  ///< the Claude directory; empty: of another machine
  std::string path;  ///< relative to it
  std::string
      original;  ///< of a file-history copy: the file it is a copy of, where a tool call ever named it
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  bool on_disk = false;
  std::optional<catalogue::Version> stored;  ///< newest one with content
};

struct LostDetails {
  LostSession session;
  std::vector<claude_code::HistoryEntry>
      prompts;                  ///< oldest first; long pastes filled in where they are left
  std::vector<LostFile> files;  ///< by path
};

/// All that is left of one. @param text its id, or the beginning of one
/// @throws Error{not_found}, Error{ambiguous}
[[nodiscard]] LostDetails lost_session(const Settings& settings, const catalogue::Catalogue* catalogue,
                                       std::string_view text);

struct LostExport {
  std::string directory;
  std::vector<std::string> written;  ///< relative to it
  std::vector<Problem> problems;     ///< files that could not be read or written
};

/// Writes prompts.md and the files beneath `directory`, which must not exist or be empty. Copies of edited
/// files come to edited/, under the name of what they are copies of. @throws Error{usage}, Error{failed}
[[nodiscard]] LostExport export_lost(const Settings& settings, const LostDetails& details,
                                     const std::string& directory);

}  // namespace csb::app
