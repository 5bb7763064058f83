#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// Why a session is on a roster.
enum class Presence {
  open,       ///< a running client has it open
  left_open,  ///< its client ended without saying so: at a power cut, a kill, a restart
  active,     ///< it has rows of that time
  member,     ///< a person put it into the set
};
[[nodiscard]] std::string_view to_string(Presence presence);

struct RosterEntry {
  std::string id;
  std::optional<catalogue::Session> session;  ///< nothing when the archive does not know it
  Presence presence = Presence::active;
  std::int64_t at_ns = 0;  ///< last row of that time; when it was opened, or added to the set
};

/// Sessions that belong together, in the order of their numbers: the first is number 1.
struct Roster {
  std::string name;
  std::string explanation;                 ///< what it is of: "before the restart of …"
  std::int64_t from_ns = 0, until_ns = 0;  ///< the time it looks at; 0 for a set
  bool is_set = false;
  std::vector<RosterEntry> entries;
};

struct RosterOptions {
  std::int64_t window_ns = 0;  ///< how far before a restart to look; 0 = twelve hours
  std::string wtmp;            ///< the login records; empty = the system's
};

/// Whether `name` stands for a roster by time: "current" (open now), "boot" (since this start of the
/// machine), "last" (before it went down), "last~N" (N restarts earlier), "2026-11-20" (that day).
[[nodiscard]] bool is_view(std::string_view name);

/// The roster of that name: a view, or a named set.
/// @throws Error{not_found} with the names there are; also when no restart is on record
[[nodiscard]] Roster roster(const Settings& settings, const catalogue::Catalogue& catalogue,
                            const std::string& name, const RosterOptions& options = {});

/// "last:3" → the third of `last`. Nothing when `text` is not of that form.
struct RosterToken {
  std::string name;
  std::size_t number = 0;
};
[[nodiscard]] std::optional<RosterToken> parse_roster_token(std::string_view text);

/// The session that `text` stands for: a title or id as in resolve_session(), which always come first, else
/// a token such as "last:3". @throws Error{not_found}, Error{ambiguous}
[[nodiscard]] catalogue::Session resolve_session(const Settings& settings,
                                                 const catalogue::Catalogue& catalogue,
                                                 std::string_view text);

}  // namespace csb::app
