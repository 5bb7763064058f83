#pragma once

#include "csb/app/settings.hpp"
#include "restore_plan.hpp"
#include "restore_root.hpp"
#include "restore_write.hpp"

namespace csb::app {

/// --force: archives what is there now, by a backup of the session, and allows the writer to replace exactly
/// that. What could not be archived, or changes afterwards, is kept.
/// @param dry_run only says what would be replaced
void allow_replacing(SessionPlan& plan, RestoreRoot& root, RestoreWriter& writer, const Settings& settings,
                     const source::PathPolicy& policy, bool dry_run);

}  // namespace csb::app
