#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/schedule.hpp"
#include "csb/app/settings.hpp"

namespace csb::app {

/// A Claude directory, as it is before anything is set up.
struct FoundDirectory {
  std::string path;
  bool exists = false;
  std::size_t transcripts = 0;
  bool hooks = false;            ///< all of csb's hooks are in its settings
  bool some_hooks = false;       ///< at least one of them
  bool plugin = false;           ///< or come with the plugin
  std::optional<int> keep_days;  ///< until the client deletes; nothing: it has paused its cleanup
  std::string trouble;           ///< why its settings cannot be changed
};

/// A git repository in a Claude directory: the history of another tool.
struct FoundHistory {
  std::string path;  ///< of the repository
  std::size_t branches = 0;
  bool imported = false;    ///< csb's store has it (as it was when it was imported)
  bool is_store = false;    ///< it is the store
  std::size_t secrets = 0;  ///< files in its commits that csb would never store
  std::string trouble;
};

/// The client's program, which installs plugins.
struct FoundClient {
  std::string program;  ///< absolute; empty: there is none
  std::string version;  ///< as it says
  std::string trouble;  ///< why it cannot be asked to; empty when it can
};

/// What there is on this machine.
struct SetupFound {
  std::vector<FoundDirectory> directories;
  std::string store;
  bool store_exists = false;
  std::vector<FoundHistory> histories;
  std::vector<std::string> chat_stores;  ///< directories that another program keeps claude.ai chats in
  ScheduleStatus schedule;
  std::optional<Scheduler> scheduler;  ///< what one would be installed into
  std::string no_scheduler;            ///< why there is none
  FoundClient client;                  ///< not looked for where every directory has the plugin
  std::string marketplace;             ///< the directory that offers the plugin; empty: none

  [[nodiscard]] bool can_install_plugin() const {
    return !client.program.empty() && client.trouble.empty() && !marketplace.empty();
  }
};
[[nodiscard]] SetupFound look_around(const Settings& settings);

/// What is to be done.
struct SetupChoices {
  /// How csb comes to be called: by the plugin where the client can install it, else by hooks in its
  /// settings; or by the one that a person chose. Never by both.
  enum class Way { either, plugin, hooks };
  bool backup = true, hooks = true, schedule = true, import_history = false;
  std::optional<std::int64_t> keep_days{};  ///< set the client's cleanupPeriodDays to this
  std::optional<unsigned> interval{};       ///< minutes; nothing: that of the schedule there is, else 60
  Way way = Way::either;
};

struct SetupStep {
  enum class State { done, already, planned, skipped, failed };
  std::string what;  ///< "hooks", "plugin", "schedule", …
  State state = State::done;
  std::string text;  ///< in words, for a person
};
[[nodiscard]] std::string_view to_string(SetupStep::State state);

/// Something that is, or is not, safe from now on.
struct Protection {
  bool is_protected = false;
  std::string text;
};

struct SetupResult {
  std::vector<SetupStep> steps;
  std::vector<Protection> checklist;

  [[nodiscard]] bool failed() const;
};

/// Does it, step by step; one that fails does not stop the others. What is changed outside of csb's home is
/// recorded there first, for undo_setup(). Done twice, the second time changes nothing.
/// @param done called after each step. May be empty
[[nodiscard]] SetupResult set_up(const Settings& settings, const SettingOverrides& overrides,
                                 const SetupFound& found, const SetupChoices& choices, bool dry_run,
                                 const std::function<void(const SetupStep&)>& done);

/// Takes back what set_up() changed outside of csb's home: the plugin, settings files, byte for byte where
/// nobody else has written them since (else only csb's own members are taken out), and the schedule. The
/// store stays, and what the client keeps of a plugin it had.
[[nodiscard]] std::vector<SetupStep> undo_setup(const Settings& settings, bool dry_run);

}  // namespace csb::app
