#pragma once

#include <string>
#include <vector>

#include "csb/source/source.hpp"

namespace csb::app {

/// How claude.ai chats are fetched: section [chats] of the configuration.
struct ChatSettings {
  bool enabled = false;     ///< chats.enabled: the person has turned it on
  std::string key_file;     ///< chats.keyFile
  std::string key_command;  ///< chats.keyCommand
  std::string proxy;        ///< chats.proxy; no other is used
};

/// What the command line may override. Empty = not given.
struct SettingOverrides {
  std::vector<std::string> claude_dirs;  ///< --claude-dir, each time it was given
  std::string store;                     ///< --store
};

/// What was found out about the catalogue by an attempt that failed because of it.
enum class CatalogueTrust {
  sound,    ///< nothing against it
  damaged,  ///< it is to be set aside
  in_use,   ///< another program has it (Catalogue::is_in_use): this run does without
};

/// Where everything is, by the precedence flag > environment > configuration file > default.
struct Settings {
  std::string home;              ///< $CSB_HOME, else $XDG_DATA_HOME/csb, else ~/.local/share/csb
  std::string config_file;       ///< $XDG_CONFIG_HOME/csb/config, else ~/.config/csb/config
  std::string store;             ///< flag, $CSB_STORE, csb.store, else <home>/store.git
  std::string client;            ///< csb.claude: the program of the client; empty: `claude` of PATH
  bool store_is_default = true;  ///< csb may create it; any other store must exist
  ChatSettings chats;
  /// Flags, $CLAUDE_DIR, $CLAUDE_CONFIG_DIR, csb.claudeDir (each time it is set), else ~/.claude: the first
  /// of these that names any. Physical when they exist; each once; none beneath another.
  std::string claude_dir;                     ///< the first
  std::vector<std::string> more_claude_dirs;  ///< the others
  std::string machine;                        ///< csb.machine, else the host name; made fit for a ref name
  std::string prices_file;                    ///< csb.prices; empty when it is not set
  source::PolicyOverrides policy;             ///< csb.include, csb.exclude

  CatalogueTrust catalogue_trust = CatalogueTrust::sound;

  [[nodiscard]] std::string catalogue_file() const { return home + "/catalogue.db"; }
  /// The full-text index: a file of its own, which no backup waits for.
  [[nodiscard]] std::string text_index_file() const { return home + "/search.db"; }
  /// Held by a backup; whoever finds it taken leaves a mark, and the holder runs again.
  [[nodiscard]] std::string lock_file() const { return home + "/lock"; }
  /// Held by whoever writes or replaces the catalogue.
  [[nodiscard]] std::string catalogue_lock_file() const { return home + "/catalogue.lock"; }
  /// csb's own copy of the claude.ai chats; exists once there are any.
  [[nodiscard]] std::string mirror() const { return home + "/claude.ai"; }
  /// The first branch of this machine; app::roots_of() says which branch belongs to which directory.
  [[nodiscard]] std::string branch() const { return "refs/heads/" + machine + "/claude-code"; }
};

/// Reads environment and configuration file. The file is parsed by libgit2 only when it changed since the
/// last run (its values are kept beside the catalogue with its stamp). A missing HOME falls back to the
/// password database. @throws Error{failed} for a malformed file, Error{usage} for an impossible value
[[nodiscard]] Settings load_settings(const SettingOverrides& overrides);

/// The configuration file: $XDG_CONFIG_HOME/csb/config, else ~/.config/csb/config.
[[nodiscard]] std::string config_file_path();

/// $HOME, else what the password database says. @throws Error{failed} when neither says
[[nodiscard]] std::string user_home();
/// $XDG_CONFIG_HOME, else ~/.config.
[[nodiscard]] std::string user_config_home();

/// A name that git accepts as one component of a ref: other characters become '-'; never empty.
[[nodiscard]] std::string ref_component(std::string_view name);

}  // namespace csb::app
