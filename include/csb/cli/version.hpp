#pragma once

#include <string_view>

namespace csb::cli {

/// "0.1.0", from the build system.
[[nodiscard]] std::string_view version();

}  // namespace csb::cli
