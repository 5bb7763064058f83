#pragma once

#include <string>

namespace csb::app {

/// Removes what runs that were killed left half written in a directory of csb's own: "NAME.tmp.PID" of
/// processes that are no more. What cannot be removed stays for the next run.
void sweep_leavings(const std::string& directory);

}  // namespace csb::app
