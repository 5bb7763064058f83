#pragma once

#include "csb/app/settings.hpp"
#include "csb/source/claude_code/prices.hpp"

namespace csb::app {

/// What models cost: the built-in prices, and over them a user's file of the same form (data/prices.json):
/// csb.prices of the configuration, else prices.json beside the configuration file if there is one.
/// @throws Error{failed} naming the file and what is wrong with it
[[nodiscard]] claude_code::Prices load_prices(const Settings& settings);

}  // namespace csb::app
