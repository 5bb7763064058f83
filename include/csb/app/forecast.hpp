#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"
#include "csb/source/source.hpp"

namespace csb::app {

struct ForecastOptions {
  std::uint64_t days = 7;  ///< how far to look ahead
  std::int64_t now_ns = 0;
};

/// Something the client's sweep takes in one go: a transcript with its folder, a folder, or a file.
struct DoomedItem {
  enum class Kind {
    session,       ///< a transcript and everything in its folder, however new
    tool_result,   ///< one large output of a session that itself stays
    leftover,      ///< in the folder of a session whose transcript is gone
    file_history,  ///< the copies of one session's edited files
    tasks,
    session_env,
    plan,
    todo,
    paste,
    upload,
    images,  ///< of one session; the client keeps those of the session it runs only
  };
  enum class Safety {
    saved,   ///< every file of it is archived as it is now
    behind,  ///< archived, but not as it is now
    missing  ///< some file of it was never archived
  };
  Kind kind = Kind::session;
  std::size_t root = 0;  ///< into ForecastResult::roots
  std::string path;      ///< of the transcript, folder or file, relative to the root
  std::optional<SessionId> session;
  std::string title, folder;  ///< of the session, where the catalogue knows it
  std::int64_t mtime_ns = 0;  ///< what the client goes by
  std::int64_t due_ns = 0;    ///< when it is old enough
  std::int64_t goes_ns = 0;   ///< the earliest time at which a sweep can take it
  std::uint64_t files = 0, bytes = 0;
  Safety safety = Safety::saved;  ///< of the file that is worst off
};

[[nodiscard]] std::string_view to_string(DoomedItem::Kind kind);
[[nodiscard]] std::string_view to_string(DoomedItem::Safety safety);

/// A project whose own settings ask for another period: a client that is started there sweeps all projects.
struct ScopeRetention {
  std::string folder;
  source::Retention retention;
};

/// A Claude directory, and how it is swept.
struct SweptRoot {
  std::string directory;
  /// The one that is counted with: the shortest period of all scopes. No days: the client has paused its
  /// cleanup, and nothing goes.
  source::Retention retention;
  std::vector<ScopeRetention> scopes;         ///< projects that say something else than the person's settings
  std::optional<std::int64_t> last_sweep_ns;  ///< from `.last-cleanup`
  std::int64_t next_sweep_ns = 0;             ///< not before; a client must be running then
  std::uint64_t sessions_here = 0;            ///< transcripts on disk
};

struct ForecastResult {
  std::vector<SweptRoot> roots;
  std::int64_t until_ns = 0;      ///< how far was looked
  std::vector<DoomedItem> items;  ///< in the order in which they go
  std::vector<Problem> problems;

  [[nodiscard]] bool at_risk() const;  ///< some item is not saved
  [[nodiscard]] std::uint64_t sessions_here() const;
};

/// Walks the Claude directories (opening no transcript) and says what the client deletes, and when. What csb
/// does not store (caches, logs) is left out.
/// @param catalogue nullptr when nothing has ever been stored
/// @throws Error{failed} when none of them can be read
[[nodiscard]] ForecastResult forecast(const Settings& settings, const catalogue::Catalogue* catalogue,
                                      const ForecastOptions& options);

}  // namespace csb::app
