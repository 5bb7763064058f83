#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace csb::archive {

/// Every variable of a git-config file in order of appearance: ("csb.store", "/path"). Multi-valued keys
/// repeat. An absent file is empty. @throws Error{failed} with the line when the file is malformed
[[nodiscard]] std::vector<std::pair<std::string, std::string>> read_config_file(const std::string& path);

/// Sets one variable, keeping the rest of the file as it is. @throws Error{failed}
void write_config_value(const std::string& path, const std::string& key, const std::string& value);

}  // namespace csb::archive
