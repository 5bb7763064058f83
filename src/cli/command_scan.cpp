#include <fmt/format.h>
#include <unistd.h>

#include "command_functions.hpp"
#include "csb/app/restore.hpp"
#include "csb/app/scan.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/render_queries.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"
#include "query_options.hpp"

namespace csb::cli {
namespace {

using How = catalogue::FolderFilter::How;

constexpr std::size_t kDefaultLimit = 20;

struct Arguments {
  catalogue::SessionQuery query;
  ListStyle style;
  bool restore = false, yes = false, no_index = false;
  app::RestoreOptions restoring;
};

/// The first word may be a path; what follows it filters within. Without anything: where you are.
void take_words(const std::vector<std::string>& words, catalogue::SessionQuery& query) {
  for (const std::string& word : words) {
    const bool is_path = &word == &words.front() && (looks_like_path(word) || word.ends_with('*'));
    if (!is_path) {
      query.words.push_back(word);
    } else if (query.folder) {
      throw Error(ErrorCode::usage, "'" + word + "' and -d, -D or -s name two folders",
                  "leave one of them out");
    } else {
      query.folder = folder_filter(word, How::below);
    }
  }
  if (words.empty() && !query.folder) query.folder = folder_filter(".", How::below);
}

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  std::vector<std::string> words;
  std::optional<std::uint64_t> limit;
  QueryOptions query;
  FolderOptions folders;
  Options options(call);
  options.words("TERM|PATH", words, 0,
                "a path: sessions that worked there or beneath; a word: one that occurs in a session's id, "
                "title, first prompt or folders; further words filter within");
  options.number("-n,--limit", "N", limit, "how many (default 20; 0 = all)");
  query.declare_folders(options);
  query.declare(options);
  folders.declare(options);
  options.flag("--no-index", arguments.no_index,
               "ask the disk alone, not the catalogue: transcripts in the project folders of that folder");
  options.alias("-NI", "--no-index");
  options.flag("--restore", arguments.restore, "bring back those of them that are gone from disk, whole");
  options.flag("--dry-run", arguments.restoring.dry_run, "with --restore: say what would be written");
  options.flag("-y,--yes", arguments.yes, "with --restore: more than one session without asking");
  options.flag("--force", arguments.restoring.force,
               "with --restore: replace what is there, after archiving it");
  if (!options.parse()) return false;

  arguments.query = query.query();
  take_words(words, arguments.query);
  const std::uint64_t wanted = limit.value_or(arguments.restore ? 0 : kDefaultLimit);
  if (wanted != 0) arguments.query.limit = static_cast<std::size_t>(wanted);
  // What is gone since the last backup is in the catalogue as present.
  if (arguments.restore) arguments.query.deleted = catalogue::DeletedFilter::all;
  arguments.style = {folders.count(), folders.short_ids()};
  if (arguments.no_index && (arguments.restore || !arguments.query.folder || !arguments.query.words.empty()))
    throw Error(ErrorCode::usage, "--no-index takes a folder and nothing else",
                "what sessions say is known to the catalogue only");
  if (!arguments.restore && (arguments.restoring.dry_run || arguments.restoring.force || arguments.yes))
    throw Error(ErrorCode::usage, "--dry-run, --yes and --force go with --restore");
  return true;
}

/// Asks on a terminal; elsewhere --yes must have been given.
bool may_restore(Call& call, const Arguments& arguments, std::size_t count) {
  if (count <= 1 || arguments.yes || arguments.restoring.dry_run) return true;
  if (::isatty(STDIN_FILENO) != 1 || ::isatty(STDERR_FILENO) != 1)
    throw Error(ErrorCode::usage, fmt::format("{} would be restored", counted(count, "session")),
                "say --yes, or --dry-run to see what would be written");
  call.messages.note(fmt::format("restore {}? [y/N]", counted(count, "session")));
  char answer = 0;
  return ::read(STDIN_FILENO, &answer, 1) == 1 && (answer == 'y' || answer == 'Y');
}

int restore_found(Call& call, const app::Settings& settings, Arguments& arguments,
                  const app::ListResult& found) {
  const std::vector<SessionId> gone = app::gone_from_disk(found);
  if (gone.empty()) {
    call.messages.note(found.sessions.empty() ? "no session matches"
                                              : "none of the sessions that match is gone");
    return found.sessions.empty() ? kNotFound : kDone;
  }
  if (!call.global.json && !call.global.quiet) {
    app::ListResult shown = found;
    std::erase_if(shown.sessions,
                  [](const auto& session) { return session.state != app::SessionState::deleted; });
    shown.folders.clear();
    call.out.write(render(shown, arguments.style, screen_of(call)));
    call.out.flush();
  }
  if (!may_restore(call, arguments, gone.size())) {
    call.messages.note("nothing was restored");
    return kUsage;
  }
  for (const SessionId& id : gone) arguments.restoring.sessions.push_back(id.text());
  const app::RestoreResult result = app::restore(settings, arguments.restoring);
  if (call.global.json) {
    call.out.write(to_json(result, arguments.restoring.dry_run));
  } else {
    if (!call.global.quiet) call.out.write(render(result, arguments.restoring.dry_run, screen_of(call)));
    call.out.flush();
    for (const std::string& note : result.notes) call.messages.note(note);
  }
  return result.incomplete() ? kIncomplete : kDone;
}

void print_waiting(Call& call, const app::ScanResult& result) {
  if (result.waiting.empty()) return;
  constexpr std::size_t kListed = 10;
  call.messages.note(fmt::format("{} on disk not archived yet (run 'csb backup'):",
                                 counted(result.waiting.size(), "session")));
  for (std::size_t i = 0; i < result.waiting.size() && i < kListed; ++i)
    call.messages.note("  " + result.waiting[i].path);
  if (result.waiting.size() > kListed)
    call.messages.note(fmt::format("  and {} more; --json has them all", result.waiting.size() - kListed));
}

/// What lies in the project folders now, archived or not.
int scan_disk(Call& call, const app::Settings& settings, const catalogue::SessionQuery& query) {
  app::ScanResult result = app::scan(settings, nullptr, query, false);
  result.list.nothing_stored = false;  // nobody looked
  if (call.global.json) {
    call.out.write(to_json(result, query, screen_of(call).now));
  } else {
    for (const app::WaitingTranscript& found : result.waiting)
      call.out.line(fmt::format("{}  {}  {:>8}  {}", found.id.text(), format_local(found.mtime_ns),
                                format_bytes(found.size), printable(found.path)));
    call.out.flush();
    call.messages.problems(result.problems);
  }
  return result.waiting.empty() ? kNotFound : kDone;
}

int run_scan(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kDone;
  const app::Settings settings = call.settings();
  if (arguments.no_index) return scan_disk(call, settings, arguments.query);
  const auto catalogue = catalogue_if_any(call, settings);
  const bool with_folders = call.global.json || arguments.style.folders > 0;
  const app::ScanResult result =
      app::scan(settings, catalogue ? &*catalogue : nullptr, arguments.query, with_folders);
  if (arguments.restore) return restore_found(call, settings, arguments, result.list);
  const Screen screen = screen_of(call);
  if (call.global.json) {
    call.out.write(to_json(result, arguments.query, screen.now));
  } else {
    call.out.write(render(result.list, arguments.style, screen));
    print_list_footer(call, result.list);
    call.messages.problems(result.problems);
    print_waiting(call, result);
  }
  return result.list.sessions.empty() && result.waiting.empty() ? kNotFound : kDone;
}

}  // namespace

Command scan_command() {
  return {
      "scan",
      "sessions that worked in a folder",
      Command::Group::find,
      run_scan,
      "[OPTION]... [TERM|PATH] [TERM]...",
      "Lists sessions by where they worked: the folders in which their tools read, wrote or ran something, "
      "not only the one they started in. Without arguments: in the working directory and beneath. A word "
      "that is no path is looked for as in 'csb list'. Quote the star of a prefix: '~/src/web*'.\n"
      "With --restore it brings back those that are gone from disk, with everything that belongs to them, "
      "as 'csb restore' does; it asks before it restores more than one, and off a terminal needs --yes.",
      {{"csb scan", "sessions that worked here or beneath"},
       {"csb scan ../api login", "in that folder, about a login"},
       {"csb scan -D ~/src/web --top 3", "in this very folder, with the folders each worked in most"},
       {"csb scan -s . --deleted only --restore --dry-run", "what would be restored of those started here"}},
      {kIncomplete, kNotFound, kBusy, kRefused}};
}

}  // namespace csb::cli
