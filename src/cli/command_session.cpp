#include <algorithm>
#include <charconv>
#include <utility>

#include "command_functions.hpp"
#include "csb/app/cat.hpp"
#include "csb/app/diff.hpp"
#include "csb/app/log.hpp"
#include "csb/app/show.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

/// Base64 of a stream: whole groups of three bytes as they come, the rest at the end.
class Base64Stream {
 public:
  explicit Base64Stream(Output& out) : out_(out) {}
  void feed(std::string_view bytes) {
    pending_ += bytes;
    const std::size_t whole = pending_.size() / 3 * 3;
    out_.write(base64_encode(std::string_view(pending_).substr(0, whole)));
    pending_.erase(0, whole);
  }
  void finish() { out_.write(base64_encode(pending_)); }

 private:
  Output& out_;
  std::string pending_;
};

void diff_as_text(Call& call, const app::Settings& settings, const catalogue::Catalogue& catalogue,
                  const app::DiffRequest& request) {
  const Screen screen = screen_of(call);
  const app::DiffSummary summary = app::diff(
      settings, catalogue, request, [&](const app::DiffRow& row) { call.out.write(render(row, screen)); });
  call.out.write(render(summary, screen));
}

void diff_as_json(Call& call, const app::Settings& settings, const catalogue::Catalogue& catalogue,
                  const app::DiffRequest& request) {
  const std::string id = app::resolve_session(catalogue, request.session).id.text();
  call.out.write(diff_json_begin(id, request.from, request.to));
  bool first = true;
  const app::DiffSummary summary = app::diff(settings, catalogue, request, [&](const app::DiffRow& row) {
    call.out.write(diff_json_row(row, std::exchange(first, false)));
  });
  call.out.write(diff_json_end(summary));
}

/// "min-work=N", as often as it is given: the strictest counts.
std::uint64_t least_work(const std::vector<std::string>& filters) {
  constexpr std::string_view kName = "min-work=";
  std::uint64_t least = 0;
  for (const std::string& filter : filters) {
    std::uint64_t number = 0;
    const char* begin = filter.data() + std::min(kName.size(), filter.size());
    const char* end = filter.data() + filter.size();
    const auto parsed = std::from_chars(begin, end, number);
    if (!filter.starts_with(kName) || begin == end || parsed.ec != std::errc() || parsed.ptr != end)
      throw Error(ErrorCode::usage, "--filter: '" + filter + "' is no filter",
                  "for example --filter min-work=5");
    least = std::max(least, number);
  }
  return least;
}

int run_show(Call& call) {
  std::string session, paths = "usual";
  std::vector<std::string> filters;
  bool whole = false;
  Options options(call);
  options.word("ID", session, kSessionHelp);
  options.choice(
      "--paths", {"usual", "cd", "tool", "command", "relative", "verified", "all"}, paths,
      "which folders: where it worked (usual), the client's own (cd), named by a tool call, only by "
      "a shell command, only relatively in one, those there now (verified), all");
  options.texts("--filter", "min-work=N", filters, "only folders with so many tool calls");
  options.flag("--all", whole, "every list to its end");
  if (!options.parse()) return kDone;
  app::FolderChoice folders;
  folders.which = app::parse_folder_choice(paths).value_or(app::FolderChoice::Which::usual);
  folders.least_work = least_work(filters);

  const app::Settings settings = call.settings();
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  app::ShowResult result = app::show(settings, catalogue, session);
  result.summary = app::summarize(catalogue, result.inspected.session, folders);
  const Screen screen = screen_of(call);
  call.out.write(call.global.json ? to_json(result, screen.now) : render(result, screen, whole));
  return kDone;
}

int run_log(Call& call) {
  std::string session;
  Options options(call);
  options.word("ID", session, kSessionHelp);
  if (!options.parse()) return kDone;

  const app::LogResult result = app::log(open_catalogue(call, call.settings()), session);
  call.out.write(call.global.json ? to_json(result) : render(result, screen_of(call)));
  return kDone;
}

int run_diff(Call& call) {
  app::DiffRequest request;
  Options options(call);
  options.word("ID", request.session, kSessionHelp);
  options.number_word("V1", request.from, "the older version, by its number in 'csb log'");
  options.number_word("V2", request.to, "the newer version");
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  (call.global.json ? diff_as_json : diff_as_text)(call, settings, catalogue, request);
  return kDone;
}

int run_cat(Call& call) {
  app::CatRequest request;
  Options options(call);
  options.word("ID[:PATH]", request.target,
               "a session, as for show; with PATH, that file of it: its path, or the end of one");
  options.number("--version", "N", request.version, "which version (default: what restore takes)");
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const app::CatTarget target = app::find_version(open_catalogue(call, settings), request);
  if (!call.global.json) {
    app::read_version(settings, target.version,
                      [&](std::span<const std::byte> bytes) { call.out.write(as_text(bytes)); });
    return kDone;
  }
  call.out.write(cat_json_begin(target));
  Base64Stream content(call.out);
  app::read_version(settings, target.version,
                    [&](std::span<const std::byte> bytes) { content.feed(as_text(bytes)); });
  content.finish();
  call.out.write(cat_json_end());
  return kDone;
}

}  // namespace

Command show_command() {
  return {
      "show",
      "all about one session",
      Command::Group::find,
      run_show,
      "[OPTION]... ID",
      "Shows what is known of a session: its sittings, tokens, tools, relatives, the folders it worked in "
      "and the files it touched, every file of it, and how to go on with it. Subagents' work counts.",
      {{"csb show 3f2a9c1e", "by the beginning of its id"},
       {"csb show 'fix login'", "by its title"},
       {"csb show 3f2a9c1e --paths all --all", "every folder it ever named"}},
      {kNotFound}};
}

Command log_command() {
  return {"log",
          "every stored version of a session",
          Command::Group::find,
          run_log,
          "ID",
          "Lists every stored version of a session's transcript, newest first: when it was stored, its size, "
          "its "
          "messages, and what changed (add, grow, compaction, rewrite, shrink, move, delete).",
          {{"csb log 3f2a9c1e", "its versions"}, {"csb log 3f2a9c1e --json", "the same, for a program"}},
          {kNotFound}};
}

Command diff_command() {
  return {
      "diff",
      "what two versions of a session do not share",
      Command::Group::find,
      run_diff,
      "ID V1 V2",
      "Compares two stored versions of a transcript row by row, of a chat message by message: - is only in "
      "V1, + only in V2, ~ in both with other content.",
      {{"csb diff 3f2a9c1e 3 4", "what version 4 gained and lost"},
       {"csb diff 3f2a9c1e 1 4 --json", "the same, for a program"}},
      {kNotFound, kRefused}};
}

Command cat_command() {
  return {"cat",
          "a stored file, byte for byte",
          Command::Group::find,
          run_cat,
          "ID[:PATH] [--version N]",
          "Writes a stored version of a session's transcript, or of another file of it, to standard "
          "output. With "
          "--json: one document with the content in base64.",
          {{"csb cat 3f2a9c1e > session.jsonl", "what restore would take"},
           {"csb cat 3f2a9c1e --version 2", "an earlier version"},
           {"csb cat 3f2a9c1e:agent-0a1b.jsonl", "a file of it, by the end of its path"}},
          {kNotFound, kRefused}};
}

}  // namespace csb::cli
