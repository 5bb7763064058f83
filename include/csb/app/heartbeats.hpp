#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/model/session_id.hpp"

namespace csb::app {

/// A moment of the client's at which it runs `csb hook`.
enum class HookEvent : std::uint8_t { session_start, pre_compact, stop, subagent_stop, session_end };

inline constexpr std::array<HookEvent, 5> kHookEvents{HookEvent::session_start, HookEvent::pre_compact,
                                                      HookEvent::stop, HookEvent::subagent_stop,
                                                      HookEvent::session_end};

/// Whether a hook for this is done as soon as another process has the work: the client does not wait for it.
[[nodiscard]] constexpr bool only_hands_over(HookEvent event) {
  return event == HookEvent::stop || event == HookEvent::subagent_stop || event == HookEvent::session_end;
}

/// As the client spells it: "PreCompact".
[[nodiscard]] std::string_view to_string(HookEvent event);
[[nodiscard]] std::optional<HookEvent> parse_hook_event(std::string_view text);

enum class HookOutcome : std::uint8_t {
  handed_over,  ///< a process of its own does the backup; how that ended, `status` tells
  archived,     ///< the backup was done before the hook returned
  left_to_run,  ///< another run holds the lock, and was told to look again
  skipped,      ///< there was nothing to do for this event
  failed,       ///< no backup, and none was handed over; why, `status` tells
};
[[nodiscard]] std::string_view to_string(HookOutcome outcome);

/// That a hook ran: the proof that the client calls csb at all.
struct Heartbeat {
  std::int64_t when_ns = 0;  ///< when it was called
  HookEvent event = HookEvent::session_end;
  std::optional<SessionId> session;  ///< nothing when the client named none
  std::int64_t duration_ns = 0;      ///< until it was done
  HookOutcome outcome = HookOutcome::skipped;
};

/// Adds one line to `<home>/log/hooks` in one write; at 256 KiB that becomes `hooks.old`, so that there are
/// never more than the two. Never throws: a hook has nobody to tell.
void note_heartbeat(const Settings& settings, const Heartbeat& heartbeat) noexcept;

/// The last few thousand, oldest first. What is damaged is passed over; none when no hook ever ran.
[[nodiscard]] std::vector<Heartbeat> read_heartbeats(const Settings& settings);

/// The newest of this event; nullptr when there is none.
[[nodiscard]] const Heartbeat* last_heartbeat(const std::vector<Heartbeat>& heartbeats, HookEvent event);

}  // namespace csb::app
