#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace csb::transcript {

/// What a transcript says about its session, gathered row by row. "Last wins" unless it says "first".
/// All text is valid UTF-8, whatever the file holds, and bounded: 4 KiB, 255 bytes and 1,024 elements in
/// sets.
struct Facts {
  // The title, by the client's own precedence: agent name, custom title, AI title, summary, last or
  // first prompt.
  std::string agent_name, custom_title, ai_title, summary, last_prompt;
  std::string first_prompt;  ///< first human prompt, at most 200 characters
  std::string start_cwd;     ///< first `cwd`
  std::string cwd;           ///< last `cwd` or relocation, whichever came later
  std::string git_branch, version;
  std::string model;           ///< of the last answer by a model (the client's own messages have none)
  std::int64_t first_ns = 0;   ///< earliest row timestamp; 0 when no row had one
  std::int64_t last_ns = 0;    ///< latest row timestamp
  std::uint64_t messages = 0;  ///< user and assistant rows: what makes it a conversation
  std::uint64_t prompts = 0;   ///< of those, what a human typed: no commands, no subagent's orders
  std::uint64_t tool_calls = 0;
  std::uint64_t rows = 0;      ///< whole lines that are JSON objects
  std::uint64_t bad_rows = 0;  ///< whole lines that are not; empty ones are neither
  std::uint64_t compactions = 0;
  std::uint64_t rewinds = 0;  ///< times the conversation was taken back to an earlier row
  std::string rewound_to;     ///< that row, the last time
  std::string first_uuid;     ///< of the first message: forks share it
  std::string forked_from;    ///< first `forkedFrom.sessionId`, else first foreign `requestSessionId`
  bool fork_stated = false;   ///< `forked_from` is a `forkedFrom`, which a later one cannot change
  std::set<std::string, std::less<>> plan_slugs;   ///< `slug` of rows: names of plans/<slug>.md
  std::set<std::string, std::less<>> session_ids;  ///< every `sessionId` seen (more than one after a fork)

  /// Title by precedence; empty when the transcript names nothing.
  [[nodiscard]] std::string title() const;

  friend bool operator==(const Facts&, const Facts&) = default;
};

/// For the catalogue: everything above as JSON, and back. Unknown keys are ignored, missing ones default;
/// nothing comes back from what is no JSON object, or has a known key of another type.
[[nodiscard]] std::string serialize(const Facts& facts);
[[nodiscard]] std::optional<Facts> deserialize(std::string_view json);

}  // namespace csb::transcript
