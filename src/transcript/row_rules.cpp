#include "row_rules.hpp"

#include <algorithm>
#include <array>

#include "csb/util/clock.hpp"

namespace csb::transcript {
namespace {

/// What the client itself writes as if a person had typed it.
constexpr std::array<std::string_view, 10> kClientTags{
    "<command-name>",         "<command-message>", "<local-command-stdout>", "<local-command-stderr>",
    "<local-command-caveat>", "<bash-input>",      "<bash-stdout>",          "<bash-stderr>",
    "<task-notification>",    "<system-reminder>"};

}  // namespace

std::int64_t time_of(std::string_view timestamp) {
  if (timestamp < "1970" || timestamp >= "2262") return 0;
  return std::max<std::int64_t>(0, parse_rfc3339(timestamp).value_or(0));
}

bool is_typed_text(std::string_view text, std::string_view origin) {
  if (is_present(origin) && origin != "human") return false;
  return std::none_of(kClientTags.begin(), kClientTags.end(),
                      [&](std::string_view tag) { return text.starts_with(tag); });
}

}  // namespace csb::transcript
