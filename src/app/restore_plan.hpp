#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/restore.hpp"
#include "csb/app/roots.hpp"
#include "csb/app/versions.hpp"
#include "csb/archive/store.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// One file or link to bring back.
struct RestoreItem {
  using Outcome = RestoredFile::Outcome;

  std::string path;            ///< where it goes, relative to the root
  catalogue::Version version;  ///< what is brought back
  bool is_transcript = false;
  std::optional<catalogue::Version> removal;  ///< the path was removed after `version`

  archive::StoredEntry entry;  ///< set when the item was checked
  std::string link_target;     ///< of a link
  std::int64_t mtime_ns = 0;   ///< to set
  bool time_moved = false;     ///< mtime_ns is not the recorded one
  bool may_replace = false;    ///< something else is there, which --force may replace

  Outcome outcome = Outcome::restored;
  std::string reason;

  [[nodiscard]] bool is_link() const noexcept { return entry.kind == archive::StoredEntry::Kind::symlink; }
  [[nodiscard]] const std::string& tree_path() const noexcept {
    return version.tree_path.empty() ? version.path : version.tree_path;
  }
  void settle(Outcome what, std::string why) {
    outcome = what;
    reason = std::move(why);
  }
};

/// What restoring one session means.
struct SessionPlan {
  catalogue::Session session;
  std::optional<TranscriptVersion>
      transcript;                          ///< the version chosen; none when no transcript was ever stored
  std::uint64_t versions = 0;              ///< of the transcript
  std::size_t root = 0;                    ///< of the roots given: where it goes back to
  const source::Source* source = nullptr;  ///< never null
  std::string slug;                        ///< folder under projects/ it goes to; empty when unknown
  std::vector<RestoreItem> items;          ///< the transcript last
  std::vector<std::string> notes;
};

/// Chooses the version and gathers the footprint over all of history: of each path its newest content at or
/// before the chosen point, wherever it vanished since. Nothing is validated yet.
/// It goes back into the root its chosen version is from, else where it was seen last, else the first.
/// @param roots one of every source among them
/// @throws Error{not_found} when the version, the time or the path asked for does not exist
[[nodiscard]] SessionPlan plan_restore(const catalogue::Catalogue& catalogue, catalogue::Session session,
                                       const RestoreOptions& options, const std::vector<Root>& roots);

/// Sends everything of the session that lies under projects/ to this folder.
void retarget(SessionPlan& plan, const std::string& slug);

}  // namespace csb::app
