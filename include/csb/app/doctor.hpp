#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"

namespace csb::app {

/// One thing that was looked at.
struct Check {
  enum class State { ok, note, warn, fail };
  std::string id;  ///< "store", stable: for scripts
  State state = State::ok;
  std::string text;    ///< what is, in a sentence
  std::string mend{};  ///< what a person can do about it: a command, or words; empty when all is well
  /// The command of `mend` when csb may run it itself (after asking): words, the first a program or "csb".
  std::vector<std::string> command{};
};
[[nodiscard]] std::string_view to_string(Check::State state);

struct DoctorResult {
  std::vector<Check> checks;  ///< in the order they were made

  [[nodiscard]] bool failing() const;
};

/// Looks at everything that must hold for sessions to be safe, and changes nothing. No check stops the
/// others: what cannot be looked at is a failing check.
[[nodiscard]] DoctorResult doctor(const Settings& settings);

/// The ids of sessions that a fire drill invents begin so: their heartbeats prove nothing about the client.
inline constexpr std::string_view kDrillSession = "f12ed411-";

/// How long something took, over several runs.
struct Drill {
  std::string what;  ///< "PreCompact", "schedule"
  std::uint64_t runs = 0, failed = 0;
  std::int64_t p50_ns = 0, p99_ns = 0;
  std::string complaint{};  ///< of the last run that failed
};

/// Runs each hook as the client does (with a session that does not exist) and the schedule through its own
/// launcher, for real.
/// @param runs of each hook
/// @param done called after each drill. May be empty
[[nodiscard]] std::vector<Drill> fire_drill(const Settings& settings, const SettingOverrides& overrides,
                                            std::uint64_t runs,
                                            const std::function<void(const Drill&)>& done);

}  // namespace csb::app
