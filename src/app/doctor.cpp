#include "csb/app/doctor.hpp"

#include <algorithm>
#include <exception>

#include "csb/util/error.hpp"
#include "doctor_checks.hpp"

namespace csb::app {
namespace {

/// A check that cannot be made fails, and the next one is made.
template <typename Subject>
void attempt(Checks& checks, Subject& patient, const char* id, void (*check)(Checks&, Subject&)) {
  try {
    check(checks, patient);
  } catch (const Error& error) {
    checks.fail(id, error.what(), error.hint());
  } catch (const std::exception& error) {
    checks.fail(id, std::string("it cannot be looked at: ") + error.what(), {});
  }
}

}  // namespace

std::string_view to_string(Check::State state) {
  switch (state) {
    case Check::State::ok:
      return "ok";
    case Check::State::note:
      return "note";
    case Check::State::warn:
      return "warn";
    case Check::State::fail:
      return "fail";
  }
  return "fail";
}

bool DoctorResult::failing() const {
  return std::any_of(checks.begin(), checks.end(),
                     [](const Check& check) { return check.state == Check::State::fail; });
}

DoctorResult doctor(const Settings& settings) {
  Checks checks;
  Patient patient{.settings = settings};
  const Patient& seen = patient;
  attempt(checks, seen, "program", check_program);
  attempt(checks, seen, "config", check_configuration);
  attempt(checks, seen, "claude-dir", check_directories);
  attempt(checks, patient, "store", check_store);
  attempt(checks, patient, "catalogue", check_catalogue);
  attempt(checks, seen, "backup", check_last_backup);
  attempt(checks, seen, "disk", check_disk);
  attempt(checks, seen, "permissions", check_permissions);
  attempt(checks, seen, "retention", check_retention);
  attempt(checks, seen, "hooks", check_hooks);
  attempt(checks, seen, "schedule", check_schedule);
  attempt(checks, seen, "secrets", check_tracked_secrets);
  attempt(checks, seen, "clock", check_clock);
  return {checks.take()};
}

}  // namespace csb::app
