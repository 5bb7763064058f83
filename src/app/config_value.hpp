#pragma once

#include <string>
#include <string_view>

#include "csb/app/config.hpp"

namespace csb::app {

/// By its name, "csb." or not, any case; nullptr when csb knows no such variable.
[[nodiscard]] const ConfigKey* find_config_key(std::string_view name);

/// @throws Error{usage} that names all
[[nodiscard]] const ConfigKey& known_config_key(const std::string& name);

/// What is wrong with a value; empty when nothing is.
[[nodiscard]] std::string complaint_about(const ConfigKey& key, const std::string& value);

}  // namespace csb::app
