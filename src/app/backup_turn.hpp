#pragma once

#include <chrono>
#include <functional>

#include "csb/app/settings.hpp"

namespace csb::app {

/// Runs `work` while holding the lock of csb's home. Who finds it held leaves the mark `<home>/pending` and
/// gives up; the holder, having let go, finds the mark and works again (`again` is true), so that no wish is
/// lost. Every mark is honoured by a walk that begins after it was made.
/// Work that throws Error{busy}, for the lock of the store itself, is tried once more with the mark in place.
/// @param does_all whether the first work does what an earlier mark wished for; else it is done after it
/// @throws Error{busy} when another run still holds the lock after `patience`
void work_in_turn(const Settings& settings, std::chrono::milliseconds patience,
                  const std::function<void(bool again)>& work, bool does_all = true);

/// A run that met a held lock left its mark.
[[nodiscard]] bool is_wished(const Settings& settings);

}  // namespace csb::app
