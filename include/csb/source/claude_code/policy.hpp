#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/file.hpp"
#include "csb/model/session_id.hpp"
#include "csb/scan/walk.hpp"

namespace csb::claude_code {

/// What becomes of a path, and why.
struct Verdict {
  PathClass path_class = PathClass::unknown;
  std::string_view rule;    ///< the pattern of the table that matched
  std::string_view reason;  ///< in words, for `csb policy`
};

/// Paths a person added to or took from the table (configuration `csb.include`, `csb.exclude`): glob
/// patterns over the path relative to the root. A secret stays a secret whatever they say.
struct PolicyOverrides {
  std::vector<std::string> include;
  std::vector<std::string> exclude;
};

/// The path policy for one Claude config directory: one table, first match wins, secrets first.
class PathPolicy {
 public:
  explicit PathPolicy(PolicyOverrides overrides = {});

  /// @param path relative to the config directory, bytes; a file (or a link: judged by its own name)
  [[nodiscard]] Verdict classify(std::string_view path) const;
  /// The same for a directory: whether the walk looks inside.
  [[nodiscard]] Verdict classify_directory(std::string_view path) const;

  /// For scan::walk.
  [[nodiscard]] scan::Policy walk_policy() const;

 private:
  PolicyOverrides overrides_;
};

/// The session a path belongs to (its footprint): transcript, `<id>/…`, side files `<id>.*`,
/// file-history, tasks, todos, session-env, image-cache, session-states, sesslogs.
[[nodiscard]] std::optional<SessionId> session_of(std::string_view path);

/// True for `projects/<slug>/<id>.jsonl`: the main thread of a session.
[[nodiscard]] bool is_transcript(std::string_view path);

/// True for any JSONL conversation: main transcripts and `<id>/subagents/agent-*.jsonl`.
[[nodiscard]] bool is_conversation(std::string_view path);

/// The client's folder name under projects/ for a working directory (reference: claude client 2.1.329;
/// every UTF-16 unit outside [A-Za-z0-9] becomes '-', longer than 200 is cut and hashed).
[[nodiscard]] std::string project_slug(std::string_view cwd);

}  // namespace csb::claude_code
