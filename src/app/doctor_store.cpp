#include <fmt/format.h>

#include <algorithm>

#include "csb/app/open_catalogue.hpp"
#include "csb/archive/maintenance.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "doctor_checks.hpp"
#include "tracked_secrets.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kNamed = 3;  ///< secrets named in one line

void report_secrets(Checks& checks, const archive::Store& store) {
  const TrackedSecrets tracked = find_tracked_secrets(store);
  const auto& found = tracked.found;
  const std::string bound =
      tracked.all ? std::string()
                  : fmt::format(" (looked at {} commits, not all: there may be more)", tracked.commits);
  if (found.empty()) {
    const std::string text =
        fmt::format("no branch of {} tracks a secret file{}", store.git_dir(),
                    tracked.all ? fmt::format(", nor did any of {} commits", tracked.commits) : bound);
    return tracked.all
               ? checks.ok("secrets", text)
               : checks.note("secrets", text, "git log --all --diff-filter=A --name-only  (lists the rest)");
  }
  std::string names;
  for (std::size_t i = 0; i < std::min(found.size(), kNamed); ++i) names += (i > 0 ? ", " : "") + found[i];
  checks.fail(
      "secrets",
      fmt::format("{} secret file{} in commits of another tool: {}{}{}", found.size(),
                  found.size() == 1 ? "" : "s", names, found.size() > kNamed ? ", …" : "", bound),
      "push that repository nowhere; change the keys; 'git rm --cached' stops it, 'git filter-repo' takes "
      "them out of its history");
}

/// Rows, not times of files: the client touches a transcript that is only open, too.
void note_activity(Patient& patient, const catalogue::Catalogue& catalogue) {
  const std::int64_t until = now_ns() - kSettledNs;
  for (const catalogue::Session& session : catalogue.sessions({}).sessions) {
    std::int64_t& last = patient.last_active[session.root_path];
    if (session.active_ns <= until) last = std::max(last, session.active_ns);
  }
}

}  // namespace

void check_store(Checks& checks, Patient& patient) {
  const Settings& settings = patient.settings;
  try {
    patient.store = archive::Store::open(settings.store);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    return checks.fail(
        "store", "there is no store at " + settings.store + ": nothing is safe",
        settings.store_is_default ? "csb backup" : "git init --bare '" + settings.store + "'",
        settings.store_is_default ? std::vector<std::string>{"csb", "backup"} : std::vector<std::string>{});
  }
  const archive::VerifyReport report = archive::verify(*patient.store, true);
  if (report.faults.empty())
    return checks.ok(
        "store",
        fmt::format("{} opens; its newest packs are sound ('csb verify' proves all of it)", settings.store));
  const archive::Fault& first = report.faults.front();
  checks.fail("store",
              fmt::format("{} fault(s), first: {}: {}", report.faults.size(),
                          first.where.empty() ? first.object : first.where, first.what),
              "csb verify --repair", {"csb", "verify", "--repair"});
}

void check_catalogue(Checks& checks, Patient& patient) {
  std::string said;
  if (!patient.store) {
    patient.status = status(patient.settings, nullptr);
    return;  // without a store there is nothing to catalogue, which the store's check says
  }
  const catalogue::Catalogue catalogue =
      open_catalogue_for_reading(patient.settings, [&](const std::string& sentence) { said = sentence; });
  const bool current = is_up_to_date(catalogue, *patient.store);
  patient.status = status(patient.settings, &catalogue);
  note_activity(patient, catalogue);
  if (!said.empty()) {
    checks.warn("catalogue", said, "csb backup", {"csb", "backup"});
  } else if (!current) {
    checks.warn("catalogue", "the catalogue is behind the store", "csb backup", {"csb", "backup"});
  } else {
    checks.ok("catalogue",
              fmt::format("sound and up to date: {} sessions, {} of them gone from disk",
                          patient.status->totals.sessions_present + patient.status->totals.sessions_deleted,
                          patient.status->totals.sessions_deleted));
  }
}

void check_last_backup(Checks& checks, const Patient& patient) {
  if (!patient.status)
    return checks.fail("backup", "it cannot be told what is safe", "csb backup", {"csb", "backup"});
  const StatusResult& status = *patient.status;
  const std::size_t waiting = status.pending.size();
  const std::string what = fmt::format("{} path{} not as stored", waiting, waiting == 1 ? "" : "s");
  if (!status.last_backup)
    return checks.fail("backup", "no backup is on record", "csb backup", {"csb", "backup"});
  const catalogue::RunRecord& run = *status.last_backup;
  const std::int64_t age = now_ns() - run.ended_ns;
  const std::string when = "the last backup was " + format_relative(run.ended_ns, now_ns());
  if (run.exit_status != 0 && run.exit_status != 11)
    return checks.fail("backup",
                       fmt::format("{}, and ended with status {}: {}", when, run.exit_status, run.summary),
                       "csb backup", {"csb", "backup"});
  if (waiting > 0 && age > 7 * kNsPerDay)
    return checks.fail("backup", when + "; " + what, "csb backup", {"csb", "backup"});
  if (waiting > 0 && age > kNsPerDay)
    return checks.warn("backup", when + "; " + what, "csb backup", {"csb", "backup"});
  checks.ok("backup",
            when + (waiting > 0 ? "; " + what + " (the next one takes them)" : "; all is stored as it is"));
}

void check_tracked_secrets(Checks& checks, const Patient& patient) {
  if (patient.store) {
    const auto branches = patient.store->branches();
    if (std::any_of(branches.begin(), branches.end(), [](const auto& branch) { return !branch.by_csb; }))
      report_secrets(checks, *patient.store);
  }
  for (const std::string& directory : claude_directories(patient.settings)) {
    const std::string repository = directory + "/.git";
    if (!fs::exists(repository)) continue;
    const archive::Store other = archive::Store::open(directory);
    if (patient.store && other.git_dir() == patient.store->git_dir()) continue;  // told above
    report_secrets(checks, other);
  }
}

}  // namespace csb::app
