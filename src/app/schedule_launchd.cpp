#include <unistd.h>

#include <algorithm>
#include <thread>

#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "schedule_unit_files.hpp"

namespace csb::app {
namespace {

class Launchd : public ScheduleBackend {
 public:
  explicit Launchd(const Settings& settings)
      : settings_(settings),
        files_(user_home() + "/Library/LaunchAgents", {std::string(kLaunchdLabel) + ".plist"}) {}

  [[nodiscard]] std::string not_running() const override {
    return locate_program("launchctl").empty() ? "this is no macOS: there is no launchctl" : "";
  }
  [[nodiscard]] std::string not_started() const override {
    return run_program({"launchctl", "print", service()}).ok()
               ? std::string()
               : "launchd has not loaded it (launchctl print " + service() + ")";
  }
  [[nodiscard]] std::vector<std::string> places() const override { return files_.paths(); }
  [[nodiscard]] std::vector<std::string> installed() const override { return files_.installed(); }

  void install(const std::vector<ScheduleFile>& files) override {
    if (files_.any())
      static_cast<void>(run_program({"launchctl", "bootout", service()}));  // fails when it is not loaded
    files_.write(files, {});
    const ProgramResult loaded = run_program({"launchctl", "bootstrap", domain(), files_.paths().front()});
    if (!loaded.ok()) throw Error(ErrorCode::failed, "launchd does not load the job: " + loaded.complaint());
  }

  bool remove() override {
    if (!files_.any()) return false;
    if (!locate_program("launchctl").empty())
      static_cast<void>(run_program({"launchctl", "bootout", service()}));
    files_.remove();
    return true;
  }

  [[nodiscard]] PrimeRun prime(const SchedulePlan& /*plan*/) override {
    const std::int64_t begun = now_ns();
    const ProgramResult started = run_program({"launchctl", "kickstart", service()});
    if (!started.ok()) return {false, started.complaint()};
    // launchd does not wait for the job: its line in the log says that it ran.
    for (const std::int64_t until = begun + 3600 * kNsPerSecond; now_ns() < until;) {
      const auto runs = scheduled_runs(settings_);
      if (!runs.empty() && runs.back().when_ns + kNsPerSecond >= begun) {
        const bool ok = runs.back().outcome == "ok" || runs.back().outcome == "busy";
        return {ok, ok ? std::string() : runs.back().message};
      }
      const ProgramResult state = run_program({"launchctl", "print", service()});
      if (!state.ok()) return {false, state.complaint()};
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    return {false, "it was started, and left no line in the log within an hour"};
  }

 private:
  static std::string domain() { return "gui/" + std::to_string(::getuid()); }
  static std::string service() { return domain() + "/" + std::string(kLaunchdLabel); }
  const Settings& settings_;
  UnitFiles files_;
};

}  // namespace

std::unique_ptr<ScheduleBackend> open_launchd(const Settings& settings) {
  return std::make_unique<Launchd>(settings);
}

}  // namespace csb::app
