#include <fmt/format.h>
#include <sys/stat.h>

#include <cstdlib>

#include "csb/app/backup.hpp"
#include "csb/app/index_text.hpp"
#include "csb/app/maintain.hpp"
#include "csb/app/open_catalogue.hpp"
#include "csb/app/schedule.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "schedule_log.hpp"

namespace csb::app {
namespace {

constexpr std::int64_t kMaintainEveryNs = kNsPerDay;

/// Its time is that of the last maintenance.
std::string maintained_file(const Settings& settings) { return settings.home + "/last-maintenance"; }

bool is_maintenance_due(const Settings& settings) {
  struct stat st {};
  if (::stat(maintained_file(settings).c_str(), &st) != 0) return true;
  const std::int64_t ago = now_ns() - st.st_mtim.tv_sec * kNsPerSecond;
  return ago < 0 || ago >= kMaintainEveryNs;  // a clock that was set back counts as due
}

/// @return false when another run is at it, which is as good
bool maintain_if_due(const Settings& settings) {
  if (!is_maintenance_due(settings) || !fs::is_directory(settings.store)) return false;
  try {
    static_cast<void>(maintain(settings, false));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::busy) throw;
    return false;
  }
  fs::replace_file(maintained_file(settings), {});
  return true;
}

std::string summary_of(const BackupResult& result) {
  return fmt::format("{} added, {} changed, {} deleted, {} bytes written", result.added, result.changed,
                     result.deleted, result.bytes_written);
}

void back_up(const Settings& settings, ScheduledOutcome& outcome) {
  try {
    const BackupResult result = backup(settings, {});
    outcome.run.outcome = result.incomplete() ? "incomplete" : "ok";
    outcome.run.message = summary_of(result);
    for (const Problem& problem : result.problems)
      if (problem.severity == Problem::Severity::not_saved)
        outcome.problems.push_back(problem.path.empty() ? problem.what : problem.path + ": " + problem.what);
    if (!outcome.problems.empty())
      outcome.run.message =
          fmt::format("{} not saved, first {}", outcome.problems.size(), outcome.problems.front());
  } catch (const Error& error) {
    if (error.code() != ErrorCode::busy) throw;
    // That run was told to look again, so what is new here is safe when it ends.
    outcome.run.outcome = "busy";
    outcome.run.message = "another run was at it";
  }
}

/// So that no search has to catch up first. What goes wrong with it costs no session: it is told, and that is
/// all.
void index_texts(const Settings& settings, ScheduledOutcome& outcome) {
  if (outcome.run.outcome == "busy") return;  // the catalogue is about to change
  try {
    const catalogue::Catalogue catalogue = open_catalogue_for_reading(settings, [](const std::string&) {});
    outcome.texts = index_text(settings, catalogue).texts;
  } catch (const Error& error) {
    outcome.run.message += std::string("; the texts could not be indexed: ") + error.what();
  }
}

}  // namespace

ScheduledOutcome run_scheduled(const Settings& settings, const std::string& by) {
  ScheduledOutcome outcome;
  outcome.run.when_ns = now_ns();
  outcome.run.by = std::getenv("CSB_SCHEDULE_PRIME") != nullptr ? "prime" : by;
  try {
    back_up(settings, outcome);
    outcome.maintained = maintain_if_due(settings);
    index_texts(settings, outcome);
  } catch (const Error& error) {
    outcome.run.outcome = "error";
    outcome.run.message = error.what();
    outcome.run.duration_ns = now_ns() - outcome.run.when_ns;
    note_scheduled_run(settings, outcome.run);
    throw;
  }
  outcome.run.duration_ns = now_ns() - outcome.run.when_ns;
  note_scheduled_run(settings, outcome.run);
  return outcome;
}

}  // namespace csb::app
