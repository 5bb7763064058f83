#include "command_functions.hpp"
#include "csb/app/roster.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "reading_options.hpp"

namespace csb::cli {
namespace {

int run_distill(Call& call) {
  std::string query, target;
  ReadingOptions reading;
  Options options(call);
  options.word("ID", query, kSessionHelp);
  options.text("-o,--output", "FILE|DIR", target, "write to this file, or to a new one in this directory");
  reading.declare(options);
  if (!options.parse()) return kDone;

  const app::ReadingOptions what = reading.resolve();
  const app::Settings settings = call.settings();
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  return write_session(call, settings, catalogue, app::resolve_session(settings, catalogue, query), what,
                       call.global.json ? WrittenAs::json : WrittenAs::markdown, target);
}

/// What the flags say, else the ending of the file's name, else a page.
WrittenAs chosen_format(bool html, bool markdown, bool json, const std::string& target) {
  if (static_cast<int>(html) + static_cast<int>(markdown) + static_cast<int>(json) > 1)
    throw Error(ErrorCode::usage, "--html, --md and --json exclude each other", "export once for each");
  if (markdown) return WrittenAs::markdown;
  if (json) return WrittenAs::json;
  for (const WrittenAs format : {WrittenAs::markdown, WrittenAs::json})
    if (!html && target.ends_with(ending_of(format))) return format;
  return WrittenAs::html;
}

int run_export(Call& call) {
  std::vector<std::string> queries;
  std::string target;
  bool html = false, markdown = false;
  ReadingOptions reading;
  Options options(call);
  options.words("ID", queries, 1, kSessionHelp);
  options.flag("--html", html, "one self-contained page (the default; or by the ending of FILE)");
  options.flag("--md", markdown, "Markdown, as 'csb distill' writes it");
  options.text("-o,--output", "FILE|DIR", target, "write to this file, or to a new one in this directory");
  reading.declare(options);
  if (!options.parse()) return kDone;

  const app::ReadingOptions what = reading.resolve();
  const WrittenAs format = chosen_format(html, markdown, call.global.json, target);
  if (queries.size() > 1 && !fs::is_directory(target))
    throw Error(ErrorCode::usage, "several sessions become several files",
                "name a directory that exists: -o DIR");
  if (target.empty() && format == WrittenAs::html && screen_of(call).columns)
    throw Error(ErrorCode::usage, "a page is not for a terminal",
                "-o FILE or -o DIR writes it to a file, > FILE as well; 'csb view' opens it in a browser");
  const app::Settings settings = call.settings();
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  std::vector<catalogue::Session> sessions;  // all of them are found before one is written
  for (const std::string& query : queries)
    sessions.push_back(app::resolve_session(settings, catalogue, query));
  int status = kDone;
  for (const catalogue::Session& session : sessions)
    if (write_session(call, settings, catalogue, session, what, format, target) != kDone)
      status = kIncomplete;
  return status;
}

}  // namespace

Command distill_command() {
  return {"distill",
          "a session as a readable chat log",
          Command::Group::find,
          run_distill,
          "[OPTION]... ID",
          "Writes a session as Markdown: a heading for each turn with its time, a line for each tool call; "
          "what the model thought and what tools gave is folded away, subagents too. Reads what is on disk, "
          "else what restore would take. With --json: the document of 'csb export --json'.",
          {{"csb distill 3f2a9c1e | less", "read it"},
           {"csb distill 'fix login' --filter convo", "only what was said"},
           {"csb distill 3f2a9c1e --last 3", "the last three prompts and what followed"},
           {"csb distill 3f2a9c1e --version 2 -o notes/", "an earlier version, to a file in notes/"}},
          {kIncomplete, kNotFound, kRefused}};
}

Command export_command() {
  return {"export",
          "a session as a page, Markdown or JSON",
          Command::Group::find,
          run_export,
          "[OPTION]... ID...",
          "Writes a session to be kept or passed on. A page needs no network and nothing but itself: it is "
          "dark or light as the reader's system is, folds tool calls, and searches. Nothing in a transcript "
          "can run in it. --redact replaces what looks like a key, a token or a password: best effort, so "
          "read it before you pass it on.",
          {{"csb export 3f2a9c1e -o session.html", "a page"},
           {"csb export 3f2a9c1e 8aabdd30 --md -o notes/", "two sessions, each a file in notes/"},
           {"csb export 3f2a9c1e --json > session.json", "for a program"},
           {"csb export 3f2a9c1e --redact --redact-paths -o shared.html", "to pass on"}},
          {kIncomplete, kNotFound, kRefused}};
}

}  // namespace csb::cli
