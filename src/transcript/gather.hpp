#pragma once

#include "csb/transcript/facts.hpp"
#include "row_fields.hpp"

namespace csb::transcript {

/// Adds what one good row says. @return the time of the row, 0 when it has none. Depends on nothing but the
/// facts so far, so that a transcript may be read in any number of sittings.
std::int64_t gather(const RowFields& row, Facts& facts);

}  // namespace csb::transcript
