#pragma once

#include <string_view>

namespace csb::archive {

/// Unfinished packs, removed by csb's next run. Not "tmp_…", which `git gc --prune=now` removes while they
/// are being written; and without the endings of packs, because git takes any `*.idx` for the index of one.
inline constexpr std::string_view kTemporaryPrefix = "csb_tmp_";
inline constexpr std::string_view kTemporaryPack = "_pack", kTemporaryIndex = "_index";

/// What csb writes into the `.keep` of a pack whose ref has not moved yet: a leftover is recognised by it.
inline constexpr std::string_view kKeepText = "csb: being written\n";

}  // namespace csb::archive
