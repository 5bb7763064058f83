#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "csb/model/session_id.hpp"

namespace csb::claude_code {

/// What the client writes to a hook's standard input, as far as csb needs it. Its paths are not used: where
/// sessions lie, csb knows better than whoever calls it.
struct HookInput {
  std::optional<SessionId> session;  ///< nothing when it is missing or no session id
  std::string source;                ///< of SessionStart: "startup", "resume", "clear", "compact", "fork"
};

/// Takes what can be taken: of anything that is no JSON object, nothing; of one that breaks off, what came
/// before. Never throws for content.
[[nodiscard]] HookInput parse_hook_input(std::string_view text);

/// Whether `text` is one whole JSON document: nothing more needs to be waited for.
[[nodiscard]] bool is_whole_hook_input(std::string_view text);

}  // namespace csb::claude_code
