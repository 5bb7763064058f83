#pragma once

#include "csb/app/show_details.hpp"
#include "json_value.hpp"

namespace csb::cli {

/// Adds to the document of `csb show` what the session amounts to.
void put_summary(Json& document, const app::SessionSummary& summary);

}  // namespace csb::cli
