#pragma once

#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"

namespace csb::app {

/// A variable of csb's configuration.
struct ConfigKey {
  enum class Kind { path, name, pattern, flag };
  const char* name;      ///< "csb.store"
  Kind kind;             ///< what its values are
  bool multiple;         ///< it may have several
  const char* variable;  ///< the environment variable that precedes it, or nullptr
  const char* meaning;   ///< one line
};
[[nodiscard]] const std::vector<ConfigKey>& config_keys();

/// Shown and set as if it were csb's own: in the client's settings.json.
inline constexpr const char* kCleanupKey = "settings:cleanupPeriodDays";

/// What a variable is set to, and where.
struct ConfigEntry {
  enum class Origin { fallback, file, environment, flag, client };
  std::string key;
  std::vector<std::string> values{};  ///< in effect; none when it is unset and there is no default
  Origin origin = Origin::fallback;
  std::string
      where{};        ///< the file, the name of the environment variable or of the flag; empty for a default
  bool known = true;  ///< false: csb knows no such variable; it does nothing
  bool multiple = false;
  std::string meaning{};
  std::string remark{};     ///< something about it that a person should know; often empty
  std::string directory{};  ///< the Claude directory whose setting it is; empty for csb's own
};

struct ConfigResult {
  std::string file;
  std::vector<ConfigEntry> entries;
};

/// Every variable that csb knows, and what else the file has in its section.
[[nodiscard]] ConfigResult config_list(const SettingOverrides& overrides);

/// One variable: "csb.store" or "store", any case; or "settings:cleanupPeriodDays", the client's own setting,
/// once for each Claude directory. @return at least one entry. @throws Error{usage} when there is no such
/// variable
[[nodiscard]] std::vector<ConfigEntry> config_get(const SettingOverrides& overrides, const std::string& key);

struct ConfigChange {
  enum class Kind { set, add, unset };
  Kind kind = Kind::set;
  std::string key;
  std::optional<std::string> value{};  ///< unset: only this one of several
  bool force = false;                  ///< a value that can cost sessions is meant
};

/// Writes that variable and no other. @return what is in effect then
/// @throws Error{usage} for an unknown variable or an impossible value, Error{not_found} when what is to be
/// unset is not set, Error{failed} when the file is malformed or cannot be written
ConfigEntry config_change(const SettingOverrides& overrides, const ConfigChange& change);

}  // namespace csb::app
