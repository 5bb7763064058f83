#pragma once

#include <string>

#include "csb/app/config.hpp"

/// The one setting of the client's that csb shows and sets as if it were its own.
namespace csb::app {

/// "settings:…". @throws Error{usage} when it is another setting than that one
[[nodiscard]] bool is_client_key(const std::string& key);

/// The period in effect, and which file says so.
/// @param strict a settings.json that is malformed is an error, not a remark
[[nodiscard]] ConfigEntry client_config_entry(const SettingOverrides& overrides, bool strict);

/// @throws Error{usage} for what is no number of days, or costs sessions and is not forced
ConfigEntry change_client_config(const SettingOverrides& overrides, const ConfigChange& change);

}  // namespace csb::app
