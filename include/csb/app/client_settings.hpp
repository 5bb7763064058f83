#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "csb/app/settings.hpp"

/// Changes to the client's settings.json. A copy of the file as it was is kept in csb's home each time.
namespace csb::app {

/// The client's settings file of a Claude directory.
[[nodiscard]] std::string client_settings_file(const Settings& settings);

/// Days after which the client deletes transcripts, as written in its settings.json; nothing when not there.
/// @throws Error{failed} for a file that is malformed or cannot be read
[[nodiscard]] std::optional<std::string> cleanup_period(const Settings& settings);

/// Sets or (nothing) takes out `cleanupPeriodDays`, leaving every other byte of the file. @return false when
/// it was so already. @throws Error{failed}
bool set_cleanup_period(const Settings& settings, std::optional<std::int64_t> days);

/// Writes the settings file anew, after keeping a copy of what it was (0600, the newest ten).
void replace_client_settings(const Settings& settings, const std::string& before, const std::string& after);

}  // namespace csb::app
