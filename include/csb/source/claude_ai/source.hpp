#pragma once

#include "csb/source/source.hpp"

namespace csb::claude_ai {

/// claude.ai: the mirror is the root, its sessions are chats. Nothing deletes them but a person.
[[nodiscard]] const source::Source& source();

}  // namespace csb::claude_ai
