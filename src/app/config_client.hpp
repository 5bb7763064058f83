#pragma once

#include <string>
#include <vector>

#include "csb/app/config.hpp"

/// The one setting of the client's that csb shows and sets as if it were its own.
namespace csb::app {

/// "settings:…". @throws Error{usage} when it is another setting than that one
[[nodiscard]] bool is_client_key(const std::string& key);

/// The period in effect, and which file says so, for each Claude directory.
/// @param strict a settings.json that is malformed is an error, not a remark
[[nodiscard]] std::vector<ConfigEntry> client_config_entries(const SettingOverrides& overrides, bool strict);

/// Of the first Claude directory, which --claude-dir names where there are several.
/// @throws Error{usage} for what is no number of days, or costs sessions and is not forced
ConfigEntry change_client_config(const SettingOverrides& overrides, const ConfigChange& change);

}  // namespace csb::app
