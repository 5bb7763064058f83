#pragma once

#include <string>
#include <string_view>

#include "csb/model/session_details.hpp"

namespace csb::app {

/// Details as few bytes (about a tenth of what they take as maps): a backup that nobody records ahead of
/// (RecordAhead) keeps those of every changed session until the catalogue is written.
[[nodiscard]] std::string pack_details(const SessionDetails& details);
/// @param packed by pack_details(), in this process
[[nodiscard]] SessionDetails unpack_details(std::string_view packed);

}  // namespace csb::app
