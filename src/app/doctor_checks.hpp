#pragma once

#include <map>
#include <optional>

#include "csb/app/doctor.hpp"
#include "csb/app/status.hpp"
#include "csb/archive/store.hpp"
#include "csb/util/clock.hpp"

/// The single checks of `csb doctor`. Each looks at one thing, and adds one or more lines.
namespace csb::app {

class Checks {
 public:
  void ok(std::string id, std::string text) {
    list_.push_back({std::move(id), Check::State::ok, std::move(text)});
  }
  void note(std::string id, std::string text, std::string mend = {}) {
    list_.push_back({std::move(id), Check::State::note, std::move(text), std::move(mend)});
  }
  void warn(std::string id, std::string text, std::string mend, std::vector<std::string> command = {}) {
    list_.push_back(
        {std::move(id), Check::State::warn, std::move(text), std::move(mend), std::move(command)});
  }
  void fail(std::string id, std::string text, std::string mend, std::vector<std::string> command = {}) {
    list_.push_back(
        {std::move(id), Check::State::fail, std::move(text), std::move(mend), std::move(command)});
  }
  [[nodiscard]] std::vector<Check> take() { return std::move(list_); }

 private:
  std::vector<Check> list_;
};

/// A session that went quiet this long ago has had its Stop or SessionEnd.
inline constexpr std::int64_t kSettledNs = 3600 * kNsPerSecond;

/// What several checks need.
struct Patient {
  const Settings& settings;
  std::optional<archive::Store> store{};
  std::optional<StatusResult> status{};  ///< nothing when it could not be told
  /// By Claude directory: the time of the newest row of its sessions that have been quiet for a while.
  std::map<std::string, std::int64_t> last_active{};
};

void check_program(Checks& checks, const Patient& patient);
void check_configuration(Checks& checks, const Patient& patient);
void check_directories(Checks& checks, const Patient& patient);
void check_store(Checks& checks, Patient& patient);
void check_catalogue(Checks& checks, Patient& patient);
void check_last_backup(Checks& checks, const Patient& patient);
void check_disk(Checks& checks, const Patient& patient);
void check_permissions(Checks& checks, const Patient& patient);
void check_retention(Checks& checks, const Patient& patient);
void check_hooks(Checks& checks, const Patient& patient);
void check_schedule(Checks& checks, const Patient& patient);
void check_tracked_secrets(Checks& checks, const Patient& patient);
void check_clock(Checks& checks, const Patient& patient);

/// Every Claude directory of the settings.
[[nodiscard]] std::vector<std::string> claude_directories(const Settings& settings);

/// Whether csb's hooks, or the plugin that brings them, are in the client's settings of a directory.
struct HooksFound {
  std::vector<std::string> events{};  ///< in settings.json
  bool plugin = false;
  std::int64_t since_ns = 0;  ///< when the settings were last written: they were there then at the latest
  std::string trouble{};      ///< why the settings cannot be read
};
[[nodiscard]] HooksFound find_hooks(const std::string& claude_dir);

}  // namespace csb::app
