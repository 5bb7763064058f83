#pragma once

#include <cstdint>
#include <vector>

#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// One event in the life of a transcript, as `csb log` shows it.
struct TranscriptVersion {
  enum class What { add, grow, compaction, rewrite, shrink, move, remove };
  std::uint64_t number = 0;  ///< 1 = oldest; 0 for a removal, which has no content
  What what = What::add;
  bool is_conversation = true;  ///< false: a stub or blank, never offered as the session's content
  catalogue::Version version;
};

[[nodiscard]] std::string_view to_string(TranscriptVersion::What what);

/// Every stored version of the session's transcript, oldest first, over all of its paths and branches. A
/// removal and an addition of the same session in one commit are one move; a version with more
/// compactions than the one before is a compaction.
[[nodiscard]] std::vector<TranscriptVersion> transcript_versions(const catalogue::Catalogue& catalogue,
                                                                 const SessionId& session);

/// The newest version that is a conversation; the newest of all when none is; nullptr when there is none.
[[nodiscard]] const TranscriptVersion* best_version(const std::vector<TranscriptVersion>& versions);

/// The one session `text` stands for. @throws Error{not_found}, Error{ambiguous} with the candidates
[[nodiscard]] catalogue::Session resolve_session(const catalogue::Catalogue& catalogue,
                                                 std::string_view text);

}  // namespace csb::app
