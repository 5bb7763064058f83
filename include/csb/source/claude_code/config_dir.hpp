#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "csb/model/session_id.hpp"
#include "csb/source/source.hpp"

namespace csb::claude_code {

using source::LiveSession;
using source::Retention;

/// The Claude config directory: `flag`, else $CLAUDE_CONFIG_DIR, else ~/.claude (physical path).
/// @throws Error (not_found), with what to do, when it does not exist.
[[nodiscard]] std::string find_config_dir(const std::string& flag);

/// Where an administrator puts settings that precede all others.
#ifdef __APPLE__
inline constexpr const char* kManagedSettings =
    "/Library/Application Support/ClaudeCode/managed-settings.json";
#else
inline constexpr const char* kManagedSettings = "/etc/claude-code/managed-settings.json";
#endif

/// Days after which the client sweeps transcripts (by mtime): `cleanupPeriodDays` of the effective
/// settings (managed > settings.local.json > settings.json), default 30; nothing when a settings file is
/// broken, since the client then pauses its cleanup.
[[nodiscard]] Retention effective_retention(const std::string& config_dir,
                                            const std::string& managed_settings = kManagedSettings);

/// A session in the client's own registry, `sessions/<pid>.json`. The client removes the file when it ends
/// in an orderly way; after a kill or a power cut it stays.
struct RegisteredSession {
  int pid = 0;
  std::string session_id;
  std::string cwd;
  std::int64_t started_ns = 0, seen_ns = 0;  ///< when it was opened, and last written; 0: not said
  /// The process is alive and its start time is the recorded one (Linux: /proc/<pid>/stat field 22).
  bool alive = false;
};
[[nodiscard]] std::vector<RegisteredSession> registered_sessions(const std::string& config_dir);

/// Those that a client has open right now.
[[nodiscard]] std::vector<LiveSession> live_sessions(const std::string& config_dir);

}  // namespace csb::claude_code
