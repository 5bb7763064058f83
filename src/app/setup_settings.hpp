#pragma once

#include <optional>
#include <string>

#include "csb/app/setup.hpp"
#include "csb/source/claude_code/settings_file.hpp"
#include "setup_record.hpp"

namespace csb::app {

/// The record of a settings file, made or brought up to date. Whoever changes the file then says so in it,
/// and writes the record, before the file is written.
[[nodiscard]] ChangedSettings& recorded_settings(SetupRecord& record, const std::string& path,
                                                 const claude_code::SettingsFile& file);

/// Puts what was chosen into the settings.json of one Claude directory, after recording it. Where the plugin
/// is, csb's own hooks go: each event would be answered twice.
/// @param directory as it is now: with the plugin, where that has just been installed
/// @return what was done, a step for hooks and one for the period
[[nodiscard]] std::vector<SetupStep> change_settings(const Settings& settings, SetupRecord& record,
                                                     const FoundDirectory& directory,
                                                     const SetupChoices& choices, bool dry_run);

/// Takes the change of one file back. @return in words, what was done
[[nodiscard]] SetupStep restore_settings(const ChangedSettings& file, bool dry_run);

}  // namespace csb::app
