#pragma once

#include <cstdint>
#include <string>

#include "csb/app/heartbeats.hpp"
#include "csb/app/settings.hpp"

namespace csb::app {

struct HookOptions {
  HookEvent event = HookEvent::session_end;
  std::string input;           ///< what the client wrote: JSON, or anything else
  std::int64_t called_ns = 0;  ///< when the client started csb
};

struct HookResult {
  HookOutcome outcome = HookOutcome::skipped;
  std::string message;  ///< one line the person should see; mostly empty
};

/// What csb does when the client calls it. PreCompact: archives the session before it returns. Stop and
/// SubagentStop: see to it that the session is archived soon, at most once in ten seconds. SessionEnd and
/// SessionStart: have everything archived by a process that outlives this one; SessionStart also looks
/// whether an earlier session was left unarchived. Leaves a heartbeat. Call it while there is one thread.
/// Never throws: trouble is an outcome, and its reason is kept for `status`.
[[nodiscard]] HookResult hook(const Settings& settings, const HookOptions& options) noexcept;

}  // namespace csb::app
