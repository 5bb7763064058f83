#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/file.hpp"
#include "csb/model/session_id.hpp"
#include "csb/scan/walk.hpp"

/// What csb asks of a source, so that the pipeline need not know which one it serves. A source says which
/// paths under its root are stored, which belong to which session, and what the program that owns the root
/// does to them by itself. What the files *say* is not its business: app brings the readers.
namespace csb::source {

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

/// Which paths beneath a root are stored. Called from several threads at once.
class PathPolicy {
 public:
  virtual ~PathPolicy() = default;

  /// @param path relative to the root, bytes; a file (or a link: judged by its own name)
  [[nodiscard]] virtual Verdict classify(std::string_view path) const = 0;
  /// The same for a directory: whether the walk looks inside.
  [[nodiscard]] virtual Verdict classify_directory(std::string_view path) const = 0;
  /// For scan::walk; may outlive this.
  [[nodiscard]] virtual scan::Policy walk_policy() const = 0;
};

/// Days after which the owner of the root deletes a session by itself; nothing when it does not, or has
/// paused it.
struct Retention {
  std::optional<int> days = 30;
  std::string origin = "default";  ///< which file said so, and what is wrong with it
};

/// A session that a running program has open.
struct LiveSession {
  int pid = 0;
  std::string session_id;
  std::string cwd;
};

/// One kind of root. Without state: one object for each kind, which lives as long as the program.
class Source {
 public:
  virtual ~Source() = default;

  /// "claude-code", "claude.ai": what `csb list --source` takes and branches are named by.
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::unique_ptr<PathPolicy> policy(const PolicyOverrides& overrides) const = 0;

  /// The session whose footprint the path is part of.
  [[nodiscard]] virtual std::optional<SessionId> session_of(std::string_view path) const = 0;
  /// True for the one file that is the session: what it is listed, versioned and shown by.
  [[nodiscard]] virtual bool is_transcript(std::string_view path) const = 0;
  /// True for every file that app has a reader for: transcripts, and those of subagents.
  [[nodiscard]] virtual bool is_conversation(std::string_view path) const = 0;

  /// The directory in which sessions lie ("" = the root itself). When it is gone although sessions are known
  /// in it, nothing counts as deleted.
  [[nodiscard]] virtual std::string_view session_directory() const = 0;
  /// Where files of one session can lie under this root, found without a walk of all of it. May name paths
  /// twice or beneath one another.
  [[nodiscard]] virtual std::vector<std::string> places_of(const std::string& root,
                                                           const SessionId& session) const = 0;

  [[nodiscard]] virtual Retention retention(const std::string& root) const = 0;
  [[nodiscard]] virtual std::vector<LiveSession> live_sessions(const std::string& root) const = 0;
};

}  // namespace csb::source
