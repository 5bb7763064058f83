#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// Which of the folders a session knew are shown.
struct FolderChoice {
  enum class Which {
    usual,     ///< where it worked: the client's own, and those of tool calls
    cd,        ///< the client worked in it
    tool,      ///< a tool call names a path in it
    command,   ///< only a shell command names it
    relative,  ///< only a relative path in a shell command leads there
    verified,  ///< any of these that is there now
    all,
  };
  Which which = Which::usual;
  std::uint64_t least_work = 0;  ///< tool calls in it
};
[[nodiscard]] std::optional<FolderChoice::Which> parse_folder_choice(std::string_view text);
/// How a folder came to be known: "cd", "tool", "command", "relative".
[[nodiscard]] std::string_view to_string(FolderOrigin origin);

struct ShownFolder {
  catalogue::FolderRow row;
  bool exists = false;  ///< now, on this machine
};

/// Another session that this one comes from, or that comes from it.
struct Relative {
  std::string id;
  std::optional<catalogue::Session> session;  ///< nothing: no transcript of it was ever archived
};

/// What a session amounts to, beyond what it is listed by; its subagents' work counts.
struct SessionSummary {
  std::vector<ShownFolder> folders;  ///< those chosen, most work first
  std::size_t folders_left_out = 0;
  std::vector<catalogue::ToolRow> tools;       ///< most calls first
  std::vector<catalogue::TouchedRow> touched;  ///< latest first
  std::vector<ActivitySegment> activity;
  std::map<std::string, Tokens> tokens;  ///< by model
  std::uint64_t answers = 0;             ///< of models
  std::optional<Relative> parent;
  std::vector<Relative> forks;
  std::vector<std::string> subagents;  ///< paths of their conversations
};

[[nodiscard]] SessionSummary summarize(const catalogue::Catalogue& catalogue,
                                       const catalogue::Session& session, const FolderChoice& choice);

}  // namespace csb::app
