#pragma once

#include <string>
#include <vector>

#include "csb/app/setup.hpp"
#include "setup_record.hpp"

/// csb's plugin, put in and taken out by the client's own commands: only the client knows what belongs to
/// one.
namespace csb::app {

/// The client's program, and whether it can install plugins. Asks it for its version, which changes nothing.
[[nodiscard]] FoundClient find_plugin_client(const Settings& settings);

/// The directory of the marketplace that offers the plugin: beside an installed csb, or the source tree that
/// this csb was built in. Empty when there is none, or when others could have put it there.
[[nodiscard]] std::string find_marketplace();

/// Has the client install the plugin for one Claude directory, after recording it.
/// @throws Error{failed} with what the client said; the settings are then as they were
void install_plugin(const Settings& settings, SetupRecord& record, const FoundDirectory& directory,
                    const SetupFound& found);

/// Has the client take out what install_plugin() had put in. What it cannot (it is gone, it refuses), the
/// settings' own undo does by itself.
/// @return what was done, in words; nothing when the plugin was gone already
[[nodiscard]] std::vector<SetupStep> uninstall_plugin(const Settings& settings, const ChangedSettings& file,
                                                      bool dry_run);

}  // namespace csb::app
