#pragma once

#include "csb/catalogue/catalogue.hpp"
#include "csb/transcript/facts.hpp"

namespace csb::app {

/// What the parser found, in the catalogue's words.
[[nodiscard]] catalogue::SessionFacts session_facts(const transcript::Facts& facts);

}  // namespace csb::app
