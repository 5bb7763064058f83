#pragma once

#include <string>
#include <string_view>

#include "csb/model/stored_file.hpp"

namespace csb::catalogue {

/// Slices as one BLOB: for each the 20 bytes of its blob's name and its checksum, little-endian.
[[nodiscard]] std::string pack_slices(const StoredSlices& slices);
/// @throws Damage when it is not a whole number of slices
[[nodiscard]] StoredSlices unpack_slices(std::string_view packed);

}  // namespace csb::catalogue
