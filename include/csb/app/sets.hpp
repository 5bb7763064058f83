#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/model/file.hpp"
#include "csb/model/session_id.hpp"

namespace csb::app {

struct SetMember {
  SessionId session;
  std::int64_t added_ns = 0;
};

/// Sessions that a person put together under a name. Kept in the store, on a branch of their own, since
/// nothing else could bring them back.
struct SessionSet {
  std::string name;
  std::string machine;  ///< whose branch it is on; empty: this one's
  std::string from;     ///< the roster it was made of, such as "last"; may be empty
  std::int64_t created_ns = 0;
  std::vector<SetMember> members;  ///< in the order in which they were added

  /// At its end; nothing when it is a member already.
  void add(SessionId session, std::int64_t now);
};

/// Whether a set may be called so: a letter or digit, then up to 63 letters, digits, '.', '_' and '-'; and no
/// word that stands for a roster (csb/app/roster.hpp).
[[nodiscard]] bool is_set_name(std::string_view name);

/// Every set, this machine's before those of others, each by name. One of another machine is left out where
/// this one has its name. None when there is no store yet.
/// @throws Error{failed} for a set that cannot be understood: it is never taken for an empty one
[[nodiscard]] std::vector<SessionSet> read_sets(const Settings& settings);

/// Stores this machine's set, new or changed. When it returns, it is safe. @throws Error{busy}, Error{usage}
void write_set(const Settings& settings, const SessionSet& set);
/// Removes it; it stays in the store's history. @return false when this machine has none by that name
[[nodiscard]] bool forget_set(const Settings& settings, const std::string& name);

/// What became of the sets of the Python csb.
struct ImportedSets {
  std::vector<SessionSet> made;
  std::vector<Problem> problems;  ///< sets and members left out
};
/// Takes over the sets in these files (none given: csb-sets.json in the Claude directory). One whose name is
/// taken is left as it is. @throws Error when a file cannot be read
[[nodiscard]] ImportedSets import_sets(const Settings& settings, const std::vector<std::string>& files);

/// A set as text, one member a line, and back. @throws Error{failed}
[[nodiscard]] std::string to_text(const SessionSet& set);
[[nodiscard]] SessionSet parse_set(const std::string& name, std::string_view text);

}  // namespace csb::app
