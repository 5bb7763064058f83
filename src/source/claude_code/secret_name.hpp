#pragma once

#include <string_view>

#include "policy_table.hpp"

namespace csb::claude_code {

/// The first of secret_names() found in `path`; nullptr when there is none.
[[nodiscard]] const SecretName* find_secret_name(std::string_view path);

}  // namespace csb::claude_code
