#pragma once

#include <string>
#include <vector>

#include "csb/source/claude_code/policy.hpp"

namespace csb::app {

/// What the command line may override. Empty = not given.
struct SettingOverrides {
  std::string claude_dir;  ///< --claude-dir
  std::string store;       ///< --store
};

/// Where everything is, by the precedence flag > environment > configuration file > default.
struct Settings {
  std::string home;              ///< $CSB_HOME, else $XDG_DATA_HOME/csb, else ~/.local/share/csb
  std::string config_file;       ///< $XDG_CONFIG_HOME/csb/config, else ~/.config/csb/config
  std::string store;             ///< flag, $CSB_STORE, csb.store, else <home>/store.git
  bool store_is_default = true;  ///< csb may create it; any other store must exist
  std::string
      claude_dir;       ///< flag, $CLAUDE_CONFIG_DIR, csb.claudeDir, else ~/.claude; physical when it exists
  std::string machine;  ///< csb.machine, else the host name; made fit for a ref name
  claude_code::PolicyOverrides policy;  ///< csb.include, csb.exclude

  [[nodiscard]] std::string catalogue_file() const { return home + "/catalogue.db"; }
  /// Held by a backup; whoever finds it taken leaves a mark, and the holder runs again.
  [[nodiscard]] std::string lock_file() const { return home + "/lock"; }
  /// Held by whoever writes or replaces the catalogue.
  [[nodiscard]] std::string catalogue_lock_file() const { return home + "/catalogue.lock"; }
  [[nodiscard]] std::string branch() const { return "refs/heads/" + machine + "/claude-code"; }
};

/// Reads environment and configuration file. The file is parsed by libgit2 only when it changed since the
/// last run (its values are kept beside the catalogue with its stamp). A missing HOME falls back to the
/// password database. @throws Error{failed} for a malformed file, Error{usage} for an impossible value
[[nodiscard]] Settings load_settings(const SettingOverrides& overrides);

/// The configuration file: $XDG_CONFIG_HOME/csb/config, else ~/.config/csb/config.
[[nodiscard]] std::string config_file_path();

/// A name that git accepts as one component of a ref: other characters become '-'; never empty.
[[nodiscard]] std::string ref_component(std::string_view name);

}  // namespace csb::app
