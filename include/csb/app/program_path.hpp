#pragma once

#include "csb/app/settings.hpp"

namespace csb::app {

/// Keeps where this program lies in `<home>/program`, for the plugin's wrapper, whose PATH may not lead
/// there. Only written when it changed; never throws, since nothing depends on it alone.
void remember_program(const Settings& settings) noexcept;

}  // namespace csb::app
