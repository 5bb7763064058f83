#include "csb/model/session_id.hpp"

#include "csb/util/text.hpp"

namespace csb {

std::optional<SessionId> SessionId::parse(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string lower = ascii_lower(text);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = lower[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return std::nullopt;
  }
  return SessionId(std::move(lower));
}

}  // namespace csb
