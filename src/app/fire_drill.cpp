#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>

#include "csb/app/doctor.hpp"
#include "csb/app/heartbeats.hpp"
#include "csb/app/schedule.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/program.hpp"
#include "csb/util/text.hpp"
#include "schedule_backend.hpp"
#include "schedule_state.hpp"

namespace csb::app {
namespace {

using Clock = std::chrono::steady_clock;

/// A session that nobody has.
std::string scratch_session() {
  std::random_device random;
  const auto part = [&](unsigned bits) { return random() & ((bits < 32 ? 1U << bits : 0U) - 1U); };
  return fmt::format("{}{:04x}-4{:03x}-8{:03x}-{:08x}{:04x}", kDrillSession, part(16), part(12), part(12),
                     random(), part(16));
}

/// What the client writes to a hook of that event.
std::string hook_input(const Settings& settings, HookEvent event, const std::string& session) {
  const std::string directory = printable(settings.claude_dir);
  std::string more;
  if (event == HookEvent::session_start) more = R"(,"source":"startup")";
  if (event == HookEvent::pre_compact) more = R"(,"trigger":"manual","custom_instructions":"")";
  if (event == HookEvent::session_end) more = R"(,"reason":"other")";
  return fmt::format(
      R"({{"session_id":"{}","transcript_path":"{}/projects/-csb-fire-drill/{}.jsonl","cwd":"/",)"
      R"("hook_event_name":"{}"{}}})",
      session, json_escape(directory), session, to_string(event), more);
}

/// The value that `share` of all lie at or below.
std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

void finish(Drill& drill, std::vector<std::int64_t> times) {
  std::sort(times.begin(), times.end());
  drill.runs = times.size();
  drill.p50_ns = percentile(times, 0.5);
  drill.p99_ns = percentile(times, 0.99);
}

/// Hooks that only hand over leave it to a child, which may not be there yet.
constexpr std::chrono::seconds kHeartbeatDeadline{5};
constexpr std::chrono::milliseconds kPause{5};

bool has_heartbeat(const Settings& settings, HookEvent event, const std::string& session) {
  const auto heartbeats = read_heartbeats(settings);
  return std::any_of(heartbeats.begin(), heartbeats.end(), [&](const Heartbeat& beat) {
    return beat.event == event && beat.session && beat.session->text() == session;
  });
}

bool leaves_heartbeat(const Settings& settings, HookEvent event, const std::string& session) {
  for (const auto until = Clock::now() + kHeartbeatDeadline; !has_heartbeat(settings, event, session);) {
    if (Clock::now() > until) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

Drill drill_hook(const Settings& settings, const SettingOverrides& overrides, HookEvent event,
                 std::uint64_t runs) {
  Drill drill{.what = std::string(to_string(event))};
  std::vector<std::string> command{own_program("csb"), "hook", std::string(to_string(event))};
  for (const std::string& directory : overrides.claude_dirs)
    command.insert(command.end(), {"--claude-dir", directory});
  if (!overrides.store.empty()) command.insert(command.end(), {"--store", overrides.store});
  std::vector<std::int64_t> times;
  for (std::uint64_t i = 0; i < runs; ++i) {
    const std::string session = scratch_session();
    const auto begun = Clock::now();
    const ProgramResult done = run_program(command, {.input = hook_input(settings, event, session)});
    times.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begun).count());
    // It must end well, and say nothing on its output but what the client is to show.
    const bool silent = done.out.empty() || event == HookEvent::session_start;
    const bool beat = leaves_heartbeat(settings, event, session);
    if (done.ok() && silent && beat) continue;
    ++drill.failed;
    drill.complaint = !done.ok() ? done.complaint() : beat ? "it printed something" : "it left no heartbeat";
  }
  finish(drill, std::move(times));
  return drill;
}

Drill drill_schedule(const Settings& settings, const SettingOverrides& overrides,
                     const ScheduleStatus& status) {
  Drill drill{.what = "schedule"};
  const auto begun = Clock::now();
  const std::size_t before = scheduled_runs(settings).size();
  const std::int64_t begun_ns = now_ns();
  const PrimeRun primed = open_backend(*status.scheduler, settings)
                              ->prime(plan_schedule(overrides, status.interval, *status.scheduler));
  finish(drill, {std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begun).count()});
  const auto runs = scheduled_runs(settings);
  const bool logged = runs.size() > before || (!runs.empty() && runs.back().when_ns >= begun_ns);
  if (primed.ok && logged) return drill;
  drill.failed = 1;
  drill.complaint = primed.ok ? "it left no line in the log" : primed.complaint;
  return drill;
}

}  // namespace

std::vector<Drill> fire_drill(const Settings& settings, const SettingOverrides& overrides, std::uint64_t runs,
                              const std::function<void(const Drill&)>& done) {
  std::vector<Drill> drills;
  const auto add = [&](Drill drill) {
    if (done) done(drill);
    drills.push_back(std::move(drill));
  };
  for (const HookEvent event : kHookEvents) add(drill_hook(settings, overrides, event, runs));
  const ScheduleStatus status = schedule_status(settings);
  if (status.scheduler) add(drill_schedule(settings, overrides, status));
  return drills;
}

}  // namespace csb::app
