#pragma once

#include <string>

namespace csb::cli {

/// Whether a person can be asked: standard input and standard error are a terminal.
[[nodiscard]] bool can_ask();

/// Asks on standard error; an empty answer means `fallback`. Only where can_ask().
/// @throws Error{interrupted} at the end of the input
[[nodiscard]] bool confirm(const std::string& question, bool fallback);

}  // namespace csb::cli
