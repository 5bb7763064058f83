#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "csb/archive/store.hpp"
#include "csb/source/source.hpp"
#include "restore_plan.hpp"
#include "restore_root.hpp"

namespace csb::app {

/// True when the open file holds exactly the content of the entry: every slice is read and hashed.
[[nodiscard]] bool holds_content(int fd, const archive::StoredEntry& entry);

/// Folders under projects/ in which a transcript of the session lies on disk.
[[nodiscard]] std::vector<std::string> live_slugs(RestoreRoot& root, const SessionId& session);

/// The session lies in another folder than it was archived from: it was moved since. What comes back goes
/// there, for a second transcript of one id would make the client find neither.
void follow_live_transcript(SessionPlan& plan, RestoreRoot& root);

/// Compares every item that may be restored with what is on disk: identical ones are settled as unchanged,
/// others as kept; may_replace says which of those --force may replace.
/// @param live sessions open in a client: their transcripts are never replaced
void inspect_items(SessionPlan& plan, RestoreRoot& root, const std::vector<source::LiveSession>& live);

/// Tells whether a file changed between two looks.
[[nodiscard]] bool same_file(const struct stat& a, const struct stat& b);

}  // namespace csb::app
