#pragma once

#include <optional>
#include <string>

#include "csb/app/setup.hpp"
#include "setup_record.hpp"

namespace csb::app {

/// Puts what was chosen into the settings.json of one Claude directory, after recording it.
/// @return what was done, a step for hooks and one for the period
[[nodiscard]] std::vector<SetupStep> change_settings(const Settings& settings, SetupRecord& record,
                                                     const FoundDirectory& directory,
                                                     const SetupChoices& choices, bool dry_run);

/// Takes the change of one file back. @return in words, what was done
[[nodiscard]] SetupStep restore_settings(const ChangedSettings& file, bool dry_run);

}  // namespace csb::app
