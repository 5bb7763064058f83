#pragma once

#include <string>
#include <string_view>

#include "csb/model/session_details.hpp"

namespace csb::app {

/// Details as few bytes (about a tenth of what they take as maps): a first backup keeps those of every
/// session until the catalogue is written.
[[nodiscard]] std::string pack_details(const SessionDetails& details);
/// @param packed by pack_details(), in this process
[[nodiscard]] SessionDetails unpack_details(std::string_view packed);

}  // namespace csb::app
