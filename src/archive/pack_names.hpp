#pragma once

#include <string_view>

namespace csb::archive {

/// Unfinished packs: `git gc` removes files of such names by itself, and so does csb's next run.
inline constexpr std::string_view kTemporaryPrefix = "tmp_csb_";

/// What csb writes into the `.keep` of a pack whose ref has not moved yet: a leftover is recognised by it.
inline constexpr std::string_view kKeepText = "csb: being written\n";

}  // namespace csb::archive
