#include <fmt/format.h>

#include "command_functions.hpp"
#include "csb/app/list.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/format_template.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/render_queries.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "query_options.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kDefaultLimit = 20;

struct Arguments {
  catalogue::SessionQuery query;
  std::string format;
  ListStyle style;
  bool filtered = false;  ///< something was looked for, so that nothing found is worth a status
};

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  std::vector<std::string> words;
  std::optional<std::uint64_t> limit;
  std::string fields;
  for (const auto& [name, meaning] : format_fields())
    fields += fmt::format("{}{}", fields.empty() ? "" : ", ", name);
  QueryOptions query;
  FolderOptions folders;
  Options options(call);
  options.words("WORD", words, 0, "each must occur in the id, title, first prompt or a folder");
  options.number("-n,--limit", "N", limit, "how many (default 20; 0 = all)");
  query.declare(options);
  folders.declare(options);
  options.text("--format", "TEMPLATE", arguments.format,
               "a line of your own for each session; fields: " + fields);
  if (!options.parse()) return false;

  arguments.query = query.query();
  arguments.query.words = std::move(words);
  arguments.style = {folders.count(), folders.short_ids()};
  arguments.filtered = app::is_filter(arguments.query);
  const std::uint64_t wanted = limit.value_or(kDefaultLimit);
  if (wanted != 0) arguments.query.limit = static_cast<std::size_t>(wanted);
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
    call.out.write(render(result, arguments.style, screen));
  }
}

int run_list(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kDone;
  if (!arguments.format.empty())
    static_cast<void>(FormatTemplate(arguments.format));  // refuse it before any work
  const app::Settings settings = call.settings();
  app::ListResult result;
  try {
    const bool with_folders = call.global.json || arguments.style.folders > 0;
    result = app::list(settings, open_catalogue(call, settings), arguments.query, with_folders);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found || !settings.store_is_default) throw;
    result.nothing_stored = true;  // neither catalogue nor store: an empty list, not a failure
  }
  print(call, arguments, result);
  if (!call.global.json) print_list_footer(call, result);
  return result.sessions.empty() && arguments.filtered ? kNotFound : kDone;
}

}  // namespace

void print_list_footer(Call& call, const app::ListResult& result) {
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
