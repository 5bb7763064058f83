#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"

namespace csb::app {

/// A settings file of the client that setup changed.
struct ChangedSettings {
  std::string path;                          ///< of the file, as the Claude directory names it
  bool existed = true;                       ///< before setup
  bool hooks = false;                        ///< setup put csb's hooks in
  bool plugin = false;                       ///< setup had the client install the plugin…
  bool marketplace = false;                  ///< …and told it of the marketplace
  std::optional<std::string> set_days{};     ///< setup wrote this cleanupPeriodDays…
  std::optional<std::string> days_before{};  ///< …in the place of this one
  std::string before{}, after{};             ///< the whole file; after: as setup left it
};

/// What setup changed outside of csb's home, kept in `<home>/setup`.
struct SetupRecord {
  std::vector<ChangedSettings> files{};
  bool schedule = false;  ///< setup installed it

  [[nodiscard]] bool empty() const { return files.empty() && !schedule; }
  /// The entry of a file; nullptr when setup has not changed it.
  [[nodiscard]] ChangedSettings* find(const std::string& path);
};

[[nodiscard]] SetupRecord read_setup_record(const Settings& settings);
void write_setup_record(const Settings& settings, const SetupRecord& record);
void forget_setup_record(const Settings& settings);

}  // namespace csb::app
