#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace csb::app {

/// Variables in order of appearance; keys as git spells them: section and name in lower case.
using ConfigValues = std::vector<std::pair<std::string, std::string>>;

/// The configuration file, through a copy of its values kept in `cache_file` with the file's stamp: as long
/// as the file is the same, libgit2 (milliseconds to start) is not needed to read it. The copy is derived
/// state: rewritten when it does not fit, ignored when it is damaged or cannot be written. A file that
/// includes others is never cached. @throws Error{failed} when the file is malformed or unreadable
[[nodiscard]] ConfigValues load_config(const std::string& config_file, const std::string& cache_file);

/// The value that counts when a variable is set several times: the last. Empty when unset.
[[nodiscard]] std::string last_value(const ConfigValues& config, std::string_view key);
[[nodiscard]] std::vector<std::string> all_values(const ConfigValues& config, std::string_view key);

}  // namespace csb::app
