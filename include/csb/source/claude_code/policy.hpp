#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "csb/model/file.hpp"
#include "csb/model/session_id.hpp"
#include "csb/scan/walk.hpp"
#include "csb/source/source.hpp"

namespace csb::claude_code {

using source::PolicyOverrides;
using source::Verdict;

/// The path policy for one Claude config directory: one table, first match wins, secrets first.
class PathPolicy final : public source::PathPolicy {
 public:
  explicit PathPolicy(PolicyOverrides overrides = {});

  [[nodiscard]] Verdict classify(std::string_view path) const override;
  [[nodiscard]] Verdict classify_directory(std::string_view path) const override;
  [[nodiscard]] scan::Policy walk_policy() const override;

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
