#pragma once

#include <string>

#include "csb/app/setup.hpp"

namespace csb::app {

/// The repository in a Claude directory; nothing when there is none.
[[nodiscard]] std::optional<FoundHistory> find_history(const Settings& settings,
                                                       const std::string& claude_dir);

/// Fetches all its branches into csb's store, as branches of another tool (refs/remotes/imported-…), and
/// catalogues them. @throws Error
void import_history(const Settings& settings, const FoundHistory& history);

}  // namespace csb::app
