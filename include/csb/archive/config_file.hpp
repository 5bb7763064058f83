#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace csb::archive {

/// Every variable of a git-config file in order of appearance: ("csb.store", "/path"). Multi-valued keys
/// repeat. An absent file is empty. @throws Error{failed} with the line when the file is malformed
[[nodiscard]] std::vector<std::pair<std::string, std::string>> read_config_file(const std::string& path);

/// Sets one variable, keeping the rest of the file as it is; one that is there several times is then there
/// once. The directory must exist. @throws Error{failed}
void write_config_value(const std::string& path, const std::string& key, const std::string& value);

/// Puts one more value of a variable into the file. @throws Error{failed}
void add_config_value(const std::string& path, const std::string& key, const std::string& value);

/// Takes a variable out: all its values, or those equal to `value`. @return false when there was none
bool remove_config_value(const std::string& path, const std::string& key,
                         const std::optional<std::string>& value = {});

}  // namespace csb::archive
