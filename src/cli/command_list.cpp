#include <fmt/format.h>

#include "command_functions.hpp"
#include "csb/app/list.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/format_template.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kDefaultLimit = 20;

struct SortName {
  const char* name;
  catalogue::SessionSort sort;
};
constexpr SortName kSorts[] = {
    {"last-used", catalogue::SessionSort::active}, {"active", catalogue::SessionSort::active},
    {"started", catalogue::SessionSort::started},  {"oldest", catalogue::SessionSort::oldest},
    {"size", catalogue::SessionSort::size},        {"messages", catalogue::SessionSort::messages},
    {"title", catalogue::SessionSort::title},      {"expiration", catalogue::SessionSort::expiration}};

struct Arguments {
  catalogue::SessionQuery query;
  std::string format;
};

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  std::optional<std::uint64_t> limit;
  std::string deleted, sort = "last-used", fields;
  std::vector<std::string> sorts;
  for (const SortName& name : kSorts) sorts.emplace_back(name.name);
  for (const auto& [name, meaning] : format_fields())
    fields += fmt::format("{}{}", fields.empty() ? "" : ", ", name);
  Options options(call);
  options.words("WORD", arguments.query.words, 0,
                "each must occur in the id, title, first prompt, folder or path");
  options.number("-n,--limit", "N", limit, "how many (default 20; 0 = all)");
  options.optional_choice("--deleted", {"only", "all"}, "all", deleted,
                          "deleted sessions too, or nothing but them; without it they are left out");
  options.choice("--sort", sorts, sort, "order (default last-used)");
  options.text("--format", "TEMPLATE", arguments.format,
               "a line of your own for each session; fields: " + fields);
  if (!options.parse()) return false;

  const std::uint64_t wanted = limit.value_or(kDefaultLimit);
  if (wanted != 0) arguments.query.limit = wanted;
  if (deleted == "all") arguments.query.deleted = catalogue::DeletedFilter::all;
  if (deleted == "only") arguments.query.deleted = catalogue::DeletedFilter::only;
  for (const SortName& name : kSorts)
    if (sort == name.name) arguments.query.sort = name.sort;
  if (call.global.json && !arguments.format.empty())
    throw Error(ErrorCode::usage, "--json and --format exclude each other");
  return true;
}

void print(Call& call, const Arguments& arguments, const app::ListResult& result) {
  const Screen screen = screen_of(call);
  if (call.global.json) {
    call.out.write(to_json(result, screen.now));
  } else if (!arguments.format.empty()) {
    const FormatTemplate format(arguments.format);
    for (const app::InspectedSession& session : result.sessions)
      call.out.line(format.format(session, screen.now));
  } else {
    call.out.write(render(result, screen));
  }
}

/// What the list leaves out, on standard error after it.
void print_footer(Call& call, const app::ListResult& result) {
  const std::size_t shown = result.sessions.size();
  call.out.flush();
  if (result.nothing_stored) {
    call.messages.note("nothing is stored yet: run 'csb backup'");
  } else if (result.matched == 0) {
    call.messages.note("no session matches");
  } else if (shown < result.matched) {
    call.messages.note(
        fmt::format("{} of {} shown; -n 0 shows all", grouped(shown), counted(result.matched, "session")));
  }
  if (result.hidden_deleted > 0)
    call.messages.note(
        fmt::format("{} too; show with --deleted",
                    counted(result.hidden_deleted, "deleted session matches", "deleted sessions match")));
}

int run_list(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kDone;
  if (!arguments.format.empty())
    static_cast<void>(FormatTemplate(arguments.format));  // refuse it before any work
  const app::Settings settings = call.settings();
  app::ListResult result;
  try {
    result = app::list(settings, open_catalogue(call, settings), arguments.query);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found || !settings.store_is_default) throw;
    result.nothing_stored = true;  // neither catalogue nor store: an empty list, not a failure
  }
  print(call, arguments, result);
  if (!call.global.json) print_footer(call, result);
  return result.sessions.empty() && !arguments.query.words.empty() ? kNotFound : kDone;
}

}  // namespace

Command list_command() {
  return {"list",
          "sessions, newest first",
          Command::Group::find,
          run_list,
          "[OPTION]... [WORD]...",
          "Lists sessions: title, last use, project folder, size, messages, state, and how long the "
          "client keeps them. "
          "States: live (as stored), changed (the next backup takes it), shrunk, moved, deleted. "
          "Off a terminal nothing "
          "is cut: one line for each session.\n"
          "In a --format template {field} stands for a value, \\t and \\n for tab and line break, "
          "{{ for a brace.",
          {{"csb list", "the twenty last used"},
           {"csb list -n 0 --sort size", "all of them, largest first"},
           {"csb list --deleted only login", "deleted ones about a login"},
           {"csb list --format '{id}\\t{title}'", "ids and titles, for a script"}},
          {kNotFound}};
}

}  // namespace csb::cli
