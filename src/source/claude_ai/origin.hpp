#pragma once

#include <string>

namespace csb::claude_ai {

/// Where the service is: https://claude.ai, or, for tests, plain HTTP on a loopback address. Nothing else
/// ever gets the key.
/// @param override_text what $CSB_CHATS_BASE_URL says; empty: the service
/// @return without a slash at its end. @throws Error{usage}
[[nodiscard]] std::string service_origin(const std::string& override_text);

}  // namespace csb::claude_ai
