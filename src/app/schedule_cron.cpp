#include <algorithm>
#include <cctype>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "schedule_backend.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kCrontab = "crontab";

struct Crontab {
  bool exists = false;
  std::string text;
};

ProgramResult run_crontab(const std::vector<std::string>& arguments, const std::string& input = {}) {
  std::vector<std::string> command{std::string(kCrontab)};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command, {.input = input, .variables = {{"LC_ALL", "C"}}});
}

/// What cannot be told for certain is no empty crontab: writing one would lose the person's lines.
Crontab read_crontab() {
  const ProgramResult listed = run_crontab({"-l"});
  if (listed.ok()) return {true, listed.out};
  const auto says = [&](const char* words) { return listed.err.find(words) != std::string::npos; };
  if (!listed.timed_out && listed.out.empty() &&
      (says("no crontab for") || says("No such file or directory")))
    if (listed.status != 127) return {false, {}};
  throw Error(ErrorCode::refused, "cannot read your crontab: " + listed.complaint(),
              "csb changes no crontab that it cannot read");
}

void write_crontab(const Crontab& wanted) {
  const ProgramResult done = wanted.exists ? run_crontab({"-"}, wanted.text) : run_crontab({"-r"});
  if (!done.ok()) throw Error(ErrorCode::refused, "cannot change your crontab: " + done.complaint());
  const Crontab now = read_crontab();
  if (now.exists != wanted.exists || now.text != wanted.text)
    throw Error(ErrorCode::failed, "the crontab is not as csb wrote it", "look at it with 'crontab -l'");
}

/// Names of all programs that run, where that can be asked.
std::vector<std::string> running_programs() {
  std::vector<std::string> names;
  for (const std::string& entry : fs::list_directory("/proc")) {
    if (std::isdigit(static_cast<unsigned char>(entry.front())) == 0) continue;
    try {
      std::string name = read_file("/proc/" + entry + "/comm", 256);
      while (!name.empty() && name.back() == '\n') name.pop_back();
      names.push_back(std::move(name));
    } catch (const Error&) {
      continue;  // it ended meanwhile
    }
  }
  if (!names.empty()) return names;
  std::string lines = run_program({"ps", "-axo", "comm="}).out;  // systems without /proc
  while (!lines.empty()) {
    const std::string line = lines.substr(0, lines.find('\n'));
    lines.erase(0, std::min(lines.size(), line.size() + 1));
    names.push_back(line.substr(line.rfind('/') + 1));
  }
  return names;
}

class Cron : public ScheduleBackend {
 public:
  [[nodiscard]] std::string not_running() const override {
    if (locate_program(std::string(kCrontab)).empty()) return "the program 'crontab' is not installed";
    const auto running = running_programs();
    const bool daemon = std::any_of(running.begin(), running.end(), [](const std::string& name) {
      return name == "cron" || name == "crond" || name == "fcron" || name == "dcron";
    });
    return daemon ? std::string() : "no cron daemon runs, so a crontab would never be looked at";
  }

  [[nodiscard]] std::vector<std::string> places() const override { return {std::string(kCrontab)}; }

  [[nodiscard]] std::vector<std::string> installed() const override {
    if (locate_program(std::string(kCrontab)).empty()) return {std::string()};
    return {cron_block_line(read_crontab().text)};
  }

  void install(const std::vector<ScheduleFile>& files) override {
    const Crontab before = read_crontab();
    const Crontab after{true, with_cron_block(before.text, before.exists, files.front().text)};
    if (!before.exists || after.text != before.text) write_crontab(after);
  }

  bool remove() override {
    if (locate_program(std::string(kCrontab)).empty()) return false;
    const Crontab before = read_crontab();
    if (is_only_cron_block(before.text)) {
      write_crontab({false, {}});
      return true;
    }
    const Crontab after{before.exists, with_cron_block(before.text, before.exists, {})};
    if (after.text == before.text) return false;
    write_crontab(after);
    return true;
  }

  [[nodiscard]] PrimeRun prime(const SchedulePlan& plan) override {
    // As cron does it: its shell, the line with "\%" as "%", and next to no environment.
    std::string line = cron_command(plan);
    for (auto at = line.find("\\%"); at != std::string::npos; at = line.find("\\%", at)) line.erase(at, 1);
    const ProgramResult done = run_program(
        {"/bin/sh", "-c", line},
        {.timeout = std::chrono::hours(1),
         .environment = {{{"HOME", user_home()}, {"PATH", "/usr/bin:/bin"}, {"SHELL", "/bin/sh"}}},
         .variables = {{"CSB_SCHEDULE_PRIME", "1"}}});
    return {done.ok(), done.ok() ? std::string() : done.complaint()};
  }
};

}  // namespace

std::unique_ptr<ScheduleBackend> open_cron() { return std::make_unique<Cron>(); }

}  // namespace csb::app
