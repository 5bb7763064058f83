#include <fmt/format.h>

#include <optional>

#include "command_functions.hpp"
#include "csb/app/check.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

/// More than this many are summed up on a terminal.
constexpr std::size_t kListed = 20;

Json to_value(const app::UnsavedSession& session) {
  Json object;
  object["id"] = session.id.text();
  object["title"] = text_or_null(session.title);
  object["why"] = to_string(session.why);
  put_path(object, "root", session.root);
  put_path(object, "path", session.path);
  object["size"] = session.size;
  object["stored_size"] = session.stored_size;
  object["modified"] = time_or_null(session.mtime_ns);
  object["files"] = session.files;
  object["open_now"] = session.open_now;
  return object;
}

std::string to_json(const app::CheckResult& result) {
  Json document;
  document["schema"] = "csb.check/1";
  document["gap"] = result.gap();
  document["sessions_seen"] = result.sessions_seen;
  document["excluded"] = result.excluded;
  document["sessions"] = Json::array();
  for (const app::UnsavedSession& session : result.sessions)
    document["sessions"].push_back(to_value(session));
  document["problems"] = array_of(result.problems);
  return dump(document);
}

const char* words_for(app::UnsavedSession::Why why) {
  using Why = app::UnsavedSession::Why;
  switch (why) {
    case Why::never:
      return "never archived";
    case Why::changed:
      return "changed since";
    case Why::shrunk:
      return "shrunk since";
    case Why::files:
      return "other files";
  }
  return "other files";
}

std::string render(const app::CheckResult& result, const Screen& screen) {
  if (result.sessions.empty())
    return result.problems.empty()
               ? fmt::format("{} on disk: archived as {} now\n", counted(result.sessions_seen, "session"),
                             result.sessions_seen == 1 ? "it is" : "they are")
               : std::string();
  std::string out = fmt::format("{} not archived as {} now:\n",
                                counted(result.sessions.size(), "session is", "sessions are"),
                                result.sessions.size() == 1 ? "it is" : "they are");
  std::vector<std::vector<Cell>> rows;
  for (const app::UnsavedSession& session : result.sessions) {
    if (screen.columns && rows.size() == kListed && result.sessions.size() > kListed + 1) break;
    const bool is_bad = session.why == app::UnsavedSession::Why::never;
    rows.push_back({{"  " + std::string(session.id.brief()), Tone::accent},
                    {words_for(session.why), is_bad ? Tone::bad : Tone::warning},
                    {format_relative(session.mtime_ns, screen.now)},
                    {format_bytes(session.size)},
                    {session.open_now ? "open" : "", Tone::dim},
                    {session.title.empty() ? session.path : session.title}});
  }
  for (const std::string& line : lay_out({{}, {}, {}, {"", true}, {}, {"", false, Column::Cut::end, 20}},
                                         rows, screen.columns, screen.paint))
    out += line + "\n";
  if (rows.size() < result.sessions.size())
    out += fmt::format("  and {} more\n", grouped(result.sessions.size() - rows.size()));
  return out;
}

int run_check(Call& call) {
  std::vector<std::string> exclude;
  Options options(call);
  options.texts("--exclude", "ID", exclude,
                "a session that does not count, such as the one just started; may be repeated");
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const auto catalogue = catalogue_if_any(call, settings);
  const app::CheckResult result = app::check(settings, catalogue ? &*catalogue : nullptr, exclude);
  if (call.global.json) {
    call.out.write(to_json(result));
  } else if (!call.global.quiet) {
    call.out.write(render(result, screen_of(call)));
    call.out.flush();
    call.messages.problems(result.problems);
    if (!result.sessions.empty()) call.messages.note("'csb backup' archives what is missing");
  }
  return result.gap() ? kGap : kDone;
}

}  // namespace

Command check_command() {
  return {
      "check",
      "is there a session that is not archived?",
      Command::Group::check,
      run_check,
      "[--exclude ID]...",
      "Compares every session on disk with what is archived, by size and time: opens no file, writes "
      "nothing, "
      "and answers by its exit status, 0 or 10. A session in use has mostly changed since; 'csb status' says "
      "more about all else.",
      {{"csb check", "name what is missing"},
       {"csb check --quiet || csb backup", "in a script"},
       {"csb check --exclude 3f2a9c1e", "leave out the session that runs now"}},
      {kGap}};
}

}  // namespace csb::cli
