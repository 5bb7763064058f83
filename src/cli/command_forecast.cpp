#include <algorithm>
#include <optional>

#include "command_functions.hpp"
#include "csb/app/forecast.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/render_queries.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

/// What there is to say after the list, on standard error.
void print_footer(Call& call, const app::ForecastResult& result, std::uint64_t days) {
  using app::DoomedItem;
  call.out.flush();
  call.messages.problems(result.problems);
  const auto unsaved = static_cast<std::uint64_t>(
      std::count_if(result.items.begin(), result.items.end(),
                    [](const DoomedItem& item) { return item.safety != DoomedItem::Safety::saved; }));
  const auto sessions = static_cast<std::uint64_t>(
      std::count_if(result.items.begin(), result.items.end(),
                    [](const DoomedItem& item) { return item.kind == DoomedItem::Kind::session; }));
  const std::string within = "within " + counted(days, "day");
  if (unsaved > 0) {
    call.messages.problem({Problem::Severity::not_saved,
                           {},
                           counted(unsaved, "thing", "things") + " of what goes " + within +
                               (unsaved == 1 ? " is not archived" : " are not archived") + " as now on disk",
                           "run 'csb backup'"});
  } else if (result.items.empty()) {
    call.messages.note("nothing goes " + within);
  } else {
    call.messages.note(grouped(sessions) + " of " + counted(result.sessions_here(), "session") +
                       (sessions == 1 ? " goes " : " go ") + within + "; all that goes is archived");
  }
}

int run_forecast(Call& call) {
  std::optional<std::uint64_t> days;
  bool all = false;
  Options options(call);
  options.number("-d,--days", "N", days, "how far to look ahead (default 7)");
  options.flag("-a,--all", all, "every file by itself, not only sessions");
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const app::ForecastOptions ahead{.days = days.value_or(app::ForecastOptions{}.days), .now_ns = now_ns()};
  const auto catalogue = catalogue_if_any(call, settings);
  const app::ForecastResult result = app::forecast(settings, catalogue ? &*catalogue : nullptr, ahead);
  if (call.global.json) {
    call.out.write(to_json(result, ahead.now_ns));
  } else {
    if (!call.global.quiet) call.out.write(render(result, all, screen_of(call)));
    print_footer(call, result, ahead.days);
  }
  return result.at_risk() ? kGap : kDone;
}

}  // namespace

Command forecast_command() {
  return {
      "forecast",
      "what the client deletes next, and whether it is archived",
      Command::Group::find,
      run_forecast,
      "[OPTION]...",
      "Lists what the client's next sweeps delete, in the order in which it goes: sessions, and the other "
      "files that csb stores. A sweep takes what has not changed for as many days as the client's settings "
      "say (cleanupPeriodDays; of several projects with settings of their own the shortest period "
      "counts), at most once a day, while a client runs: the times are the earliest possible. Caches and "
      "logs, which csb does not store, are left out.\n"
      "ARCHIVED says whether every file of it is stored as it is now. When anything is not, the exit "
      "status is 10.",
      {{"csb forecast", "the next seven days"},
       {"csb forecast --days 30 --all", "a month, file by file"},
       {"csb forecast -q || csb backup", "in a script: back up when something would be lost"}},
      {kGap}};
}

}  // namespace csb::cli
