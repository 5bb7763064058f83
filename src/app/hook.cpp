#include "csb/app/hook.hpp"

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <string>

#include "backup_failure.hpp"
#include "csb/app/backup.hpp"
#include "csb/source/claude_code/hook_input.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/process.hpp"
#include "hook_gap.hpp"
#include "hook_wishes.hpp"

namespace csb::app {
namespace {

/// A backup mostly takes less than a second; whoever waits for a compaction does not mind a few.
constexpr std::chrono::milliseconds kCompactionPatience{8'000};
constexpr std::chrono::milliseconds kNoPatience{0};

/// @param session what to archive; nothing for all there is
HookOutcome archive_now(const Settings& settings, const std::optional<SessionId>& session,
                        std::chrono::milliseconds patience) {
  BackupOptions options;
  options.patience = patience;
  if (session) options.session = session->text();
  try {
    return backup(settings, options).incomplete() ? HookOutcome::failed : HookOutcome::archived;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::busy) return HookOutcome::left_to_run;
    // A session that is not kept on disk (--no-session-persistence) is nothing to archive.
    if (session && is_missing_session(settings, error.code())) return HookOutcome::skipped;
    throw;
  }
}

/// Has `work` done by a process that nobody waits for. Where there can be none, `session` is archived here.
HookOutcome hand_over(const Settings& settings, const std::optional<SessionId>& session,
                      const std::function<void()>& work) {
  try {
    start_detached(work);
    return HookOutcome::handed_over;
  } catch (const Error&) {
    return archive_now(settings, session, kNoPatience);
  }
}

HookOutcome back_up_everything(const Settings& settings) {
  return hand_over(settings, std::nullopt, [&settings] { back_up_patiently(settings, {}); });
}

HookOutcome archive_soon(const Settings& settings, const std::optional<SessionId>& session) {
  if (!session) return HookOutcome::skipped;  // its end, or the timer, archives it
  if (!wish_for(settings, *session)) return HookOutcome::handed_over;
  return hand_over(settings, session, [&settings] { fulfil_wishes(settings); });
}

HookResult greet(const Settings& settings, const claude_code::HookInput& input) {
  if (input.source == "compact") return {};  // PreCompact was there a moment ago
  HookResult result;
  result.message = describe_gap(settings, find_gap(settings, input.session));
  result.outcome = back_up_everything(settings);
  return result;
}

HookResult respond(const Settings& settings, const HookOptions& options) {
  const claude_code::HookInput input = claude_code::parse_hook_input(options.input);
  switch (options.event) {
    case HookEvent::pre_compact:
      return {archive_now(settings, input.session, kCompactionPatience), {}};
    case HookEvent::stop:
    case HookEvent::subagent_stop:
      return {archive_soon(settings, input.session), {}};
    case HookEvent::session_start:
      return greet(settings, input);
    case HookEvent::session_end:
      return {back_up_everything(settings), {}};
  }
  return {};
}

std::optional<SessionId> session_named_in(const std::string& input) {
  return claude_code::parse_hook_input(input).session;
}

}  // namespace

HookResult hook(const Settings& settings, const HookOptions& options) noexcept {
  HookResult result;
  try {
    result = respond(settings, options);
  } catch (...) {  // backup() has noted why for `status`; the client must not notice
    result = {HookOutcome::failed, {}};
  }
  try {
    note_heartbeat(settings, {now_ns(), options.event, session_named_in(options.input),
                              now_ns() - options.called_ns, result.outcome});
  } catch (...) {  // NOLINT(bugprone-empty-catch): out of memory
  }
  return result;
}

}  // namespace csb::app
