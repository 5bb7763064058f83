#pragma once

#include "csb/transcript/facts.hpp"
#include "row_fields.hpp"

namespace csb::transcript {

/// Adds what one good row says. Depends on nothing but the facts so far, so that a transcript may be read
/// in any number of sittings.
void gather(const RowFields& row, Facts& facts);

}  // namespace csb::transcript
