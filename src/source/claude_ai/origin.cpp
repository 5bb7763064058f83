#include "origin.hpp"

#include <string_view>

#include "csb/util/error.hpp"

namespace csb::claude_ai {

std::string service_origin(const std::string& override_text) {
  constexpr std::string_view kService = "https://claude.ai";
  if (override_text.empty() || override_text == kService) return std::string(kService);
  for (const std::string_view host : {"http://127.0.0.1:", "http://[::1]:"}) {
    if (!override_text.starts_with(host)) continue;
    const std::string_view port = std::string_view(override_text).substr(host.size());
    if (!port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string_view::npos)
      return override_text;
  }
  throw Error(ErrorCode::usage, "CSB_CHATS_BASE_URL is '" + override_text + "', which csb sends no key to",
              "unset it, or name a loopback address: http://127.0.0.1:PORT");
}

}  // namespace csb::claude_ai
