#include <unistd.h>

#include <cstdlib>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "schedule_unit_files.hpp"

namespace csb::app {
namespace {

/// Where the person's service manager listens, for sessions that were not told (ssh with su, cron).
std::vector<std::pair<std::string, std::string>> manager_variables() {
  if (std::getenv("XDG_RUNTIME_DIR") != nullptr) return {};
  const std::string usual = "/run/user/" + std::to_string(::getuid());
  if (!fs::is_directory(usual)) return {};
  return {{"XDG_RUNTIME_DIR", usual}};
}

ProgramResult systemctl(const std::vector<std::string>& arguments,
                        std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
  std::vector<std::string> command{"systemctl", "--user"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command, {.timeout = timeout, .variables = manager_variables()});
}

void require(const ProgramResult& done, const char* what) {
  if (!done.ok()) throw Error(ErrorCode::failed, std::string(what) + ": " + done.complaint());
}

class Systemd : public ScheduleBackend {
 public:
  Systemd()
      : files_(
            {directory(), {std::string(kSystemdUnit) + ".service", std::string(kSystemdUnit) + ".timer"}}) {}

  [[nodiscard]] std::string not_running() const override {
    if (locate_program("systemctl").empty()) return "systemd is not installed";
    const ProgramResult asked = systemctl({"show-environment"}, std::chrono::seconds(5));
    return asked.ok() ? std::string() : "no systemd runs for you: " + asked.complaint();
  }

  [[nodiscard]] std::string not_started() const override {
    const ProgramResult active = systemctl({"is-active", timer()}, std::chrono::seconds(5));
    return active.ok() ? std::string() : "its timer is not active (systemctl --user status " + timer() + ")";
  }

  [[nodiscard]] std::vector<std::string> places() const override { return files_.paths(); }
  [[nodiscard]] std::vector<std::string> installed() const override { return files_.installed(); }

  void install(const std::vector<ScheduleFile>& files) override {
    files_.write(files, {directory() + "/timers.target.wants"});
    require(systemctl({"daemon-reload"}), "systemd does not read its units anew");
    require(systemctl({"enable", "--now", timer()}), "the timer cannot be enabled");
    require(systemctl({"restart", timer()}), "the timer cannot be started");
  }

  bool remove() override {
    if (!files_.any()) return false;
    const bool runs =
        !locate_program("systemctl").empty() && systemctl({"show-environment"}, std::chrono::seconds(5)).ok();
    if (runs) require(systemctl({"disable", "--now", timer()}), "the timer cannot be stopped");
    fs::remove_file(directory() + "/timers.target.wants/" + timer());
    files_.remove();
    if (runs) require(systemctl({"daemon-reload"}), "systemd does not read its units anew");
    return true;
  }

  [[nodiscard]] PrimeRun prime(const SchedulePlan& /*plan*/) override {
    const ProgramResult done =
        systemctl({"start", std::string(kSystemdUnit) + ".service"}, std::chrono::hours(1));
    return {done.ok(), done.ok() ? std::string() : done.complaint()};
  }

  [[nodiscard]] std::vector<std::string> notes() const override {
    const char* user = std::getenv("USER");
    if (locate_program("loginctl").empty()) return {};
    const ProgramResult asked =
        run_program({"loginctl", "show-user", user != nullptr ? user : std::to_string(::getuid()),
                     "--property=Linger", "--value"},
                    {.timeout = std::chrono::seconds(5)});
    if (!asked.ok() || asked.out.starts_with("yes")) return {};
    return {
        "the timer runs while you are logged in, and catches up when you log in again; 'loginctl "
        "enable-linger' lets it run all the time"};
  }

 private:
  static std::string directory() { return user_config_home() + "/systemd/user"; }
  static std::string timer() { return std::string(kSystemdUnit) + ".timer"; }
  UnitFiles files_;
};

}  // namespace

std::unique_ptr<ScheduleBackend> open_systemd() { return std::make_unique<Systemd>(); }

}  // namespace csb::app
