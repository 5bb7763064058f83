#pragma once

#include "csb/source/source.hpp"

namespace csb::claude_code {

/// Claude Code: its config directory is the root, its sessions are transcripts under projects/.
[[nodiscard]] const source::Source& source();

}  // namespace csb::claude_code
