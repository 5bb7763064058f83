#include <fmt/format.h>

#include <algorithm>

#include "command_functions.hpp"
#include "csb/app/index_text.hpp"
#include "csb/app/search.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/progress.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"
#include "render_search.hpp"

namespace csb::cli {
namespace {

using app::SearchRequest;
using catalogue::TextKind;

// As grep's: search is used in its place.
constexpr int kHit = 0;
constexpr int kNoHit = 1;
constexpr int kTrouble = 2;

/// More than these are all.
constexpr std::uint64_t kMostHits = 1'000'000;

struct RoleName {
  const char* name;
  std::vector<TextKind> kinds;
};
const std::vector<RoleName>& roles() {
  static const std::vector<RoleName> table{
      {"user", {TextKind::prompt}},          {"assistant", {TextKind::answer}},
      {"thinking", {TextKind::thinking}},    {"tool", {TextKind::tool_input, TextKind::tool_output}},
      {"title", {TextKind::title}},          {"client", {TextKind::client, TextKind::notice}},
      {"attachment", {TextKind::attachment}}};
  return table;
}

struct Arguments {
  SearchRequest request;
  std::string only;
  bool no_update = false;
};

/// What the options say as text, before it is looked at.
struct Raw {
  std::vector<std::string> terms;
  bool regex = false, substring = false, fixed = false, case_sensitive = false;
  std::string match = "all", within = "session", role, in, file, since, until, deleted = "all",
              sort = "relevance";
  std::optional<std::uint64_t> limit, before, after, context;
};

std::vector<TextKind> kinds_of(const std::string& names) {
  std::vector<TextKind> kinds;
  for (std::size_t at = 0; at <= names.size() && !names.empty();) {
    const std::size_t comma = std::min(names.find(',', at), names.size());
    const std::string name = names.substr(at, comma - at);
    const auto& table = roles();
    const auto role =
        std::find_if(table.begin(), table.end(), [&](const RoleName& known) { return known.name == name; });
    if (role == table.end()) {
      std::vector<std::string> known;
      for (const RoleName& each : table) known.emplace_back(each.name);
      throw Error(ErrorCode::usage, "--role: there is no role '" + name + "'",
                  "roles are " + joined(known) + "; several with commas between them");
    }
    kinds.insert(kinds.end(), role->kinds.begin(), role->kinds.end());
    at = comma + 1;
  }
  return kinds;
}

/// An absolute path without a trailing slash; where it exists, the physical one, as the client records it.
std::string folder_argument(const std::string& path) {
  if (std::string real = fs::real_path(path); !real.empty()) return real;
  if (!path.starts_with('/'))
    throw Error(ErrorCode::usage, "--in: there is no folder '" + path + "' here",
                "one that is gone can be given by its absolute path");
  std::string out = path;
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

std::size_t context_argument(const std::optional<std::uint64_t>& own,
                             const std::optional<std::uint64_t>& both) {
  return static_cast<std::size_t>(std::min<std::uint64_t>(own.value_or(both.value_or(0)), 1000));
}

void fill(const Raw& raw, Arguments& arguments) {
  SearchRequest& request = arguments.request;
  if (raw.regex && raw.substring)
    throw Error(ErrorCode::usage, "--regex and --substring exclude each other",
                "an expression is found anywhere anyway");
  request.terms = raw.terms;
  if (raw.regex) request.how = SearchRequest::How::regex;
  if (raw.substring) request.how = SearchRequest::How::substring;
  request.match_any = raw.match == "any";
  request.fixed = raw.fixed;
  request.case_sensitive = raw.case_sensitive;
  request.within_message = raw.within == "message";
  request.kinds = kinds_of(raw.role);
  if (!raw.since.empty()) request.since_ns = time_argument("--since", raw.since);
  if (!raw.until.empty()) request.until_ns = time_argument("--until", raw.until);
  if (!raw.in.empty()) request.folder = {catalogue::FolderFilter::How::below, folder_argument(raw.in)};
  request.touched_file = raw.file;
  if (raw.deleted == "only") request.deleted = catalogue::DeletedFilter::only;
  if (raw.deleted == "none") request.deleted = catalogue::DeletedFilter::hide;
  if (raw.sort == "newest") request.sort = SearchRequest::Sort::newest;
  if (raw.sort == "oldest") request.sort = SearchRequest::Sort::oldest;
  if (raw.limit) request.limit = static_cast<std::size_t>(*raw.limit);
  if (raw.limit == 0 || raw.limit > kMostHits) request.limit.reset();
  request.before = context_argument(raw.before, raw.context);
  request.after = context_argument(raw.after, raw.context);
  request.one_per_session = !arguments.only.empty();
}

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  Raw raw;
  Options options(call);
  options.words("TERM", raw.terms, 1, "a text, taken as it is; or AND, OR, NOT, ( and )");
  options.choice("--match", {"all", "any"}, raw.match, "how terms combine without an operator (default all)");
  options.choice("--within", {"session", "message"}, raw.within,
                 "where they have to come together (default session)");
  options.flag("-E,--regex", raw.regex, "terms are regular expressions (RE2)");
  options.flag("--substring", raw.substring, "terms may begin inside a word");
  options.flag("-F,--fixed", raw.fixed, "AND, OR, NOT, ( ) and quotes are nothing but text");
  options.flag("-s,--case-sensitive", raw.case_sensitive, "capital letters are not small ones");
  options.text("--role", "ROLE,...", raw.role,
               "only what these said: user, assistant, thinking, tool, title, client, attachment");
  options.text("--tool", "NAME", arguments.request.tool, "only inputs and outputs of this tool");
  options.text("--file", "PATH", raw.file, "only sessions whose tools touched this file");
  options.text("--in", "DIR", raw.in, "only sessions that worked in this folder or below it");
  options.text("--session,--session-id", "ID", arguments.request.session, "only this session");
  options.text("--source", "NAME", arguments.request.source, "only this source, such as claude-code");
  options.text("--since", "TIME", raw.since, "only what was said from then on");
  options.text("--until", "TIME", raw.until, "only what was said before");
  options.choice("--deleted", {"all", "only", "none"}, raw.deleted,
                 "sessions that are deleted (default all)");
  options.number("-A,--after-context", "N", raw.after, "messages to show after each hit");
  options.number("-B,--before-context", "N", raw.before, "messages to show before it");
  options.number("-C,--context", "N", raw.context, "both");
  options.number("-n,--limit", "N", raw.limit, "how many hits, or sessions (default 20; 0 = all)");
  options.choice("--sort", {"relevance", "newest", "oldest"}, raw.sort, "order (default relevance)");
  options.choice("--only", {"files", "sessions"}, arguments.only,
                 "a line for each session that has a hit: its transcript, or its id");
  options.flag("--no-update", arguments.no_update, "do not index what is new before");
  if (!options.parse()) return false;
  fill(raw, arguments);
  return true;
}

/// Brings the index up to date. Whatever hinders that is said; the search goes on without.
void update_index(Call& call, const app::Settings& settings, const catalogue::Catalogue& catalogue) {
  Progress progress("Indexing", Progress::Unit::bytes, !call.global.quiet && !call.global.json);
  app::IndexTextOptions options;
  options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  options.said = [&](const std::string& said) { call.messages.note(said); };
  try {
    const app::IndexTextResult result = app::index_text(settings, catalogue, options);
    progress.clear();
    call.messages.problems(result.problems);
    if (result.busy)
      call.messages.note("another run is indexing: what it has not reached yet is not searched");
  } catch (const Error& error) {
    progress.clear();
    call.messages.note(std::string("the text index cannot be brought up to date: ") + error.what());
  }
}

void print(Call& call, const Arguments& arguments, const app::SearchHit& hit, SearchPrinter& printer) {
  if (arguments.only == "sessions" && !call.global.json) {
    call.out.line(hit.session.id.text());
  } else if (arguments.only == "files" && !call.global.json) {
    call.out.line(printable(hit.session.root_path.empty() ? hit.session.path
                                                          : hit.session.root_path + "/" + hit.session.path));
  } else if (call.global.json) {
    call.out.write(to_json(hit));
  } else {
    call.out.write(printer.print(hit));
  }
}

void print_footer(Call& call, const Arguments& arguments, const app::SearchSummary& summary) {
  call.out.flush();
  for (const std::string& note : summary.notes) call.messages.note(note);
  if (summary.hits == 0) {
    call.messages.note(arguments.request.how == SearchRequest::How::words && !summary.by_reading
                           ? "nothing found; --substring finds texts inside words too"
                           : "nothing found");
  } else if (summary.has_more) {
    call.messages.note(fmt::format(
        "the first {} shown; -n 0 shows all",
        arguments.only.empty() ? counted(summary.hits, "hit") : counted(summary.sessions, "session")));
  }
  if (summary.is_behind)
    call.messages.note("the newest versions are not indexed yet; without --no-update they are");
}

int search(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kHit;
  const app::Settings settings = call.settings();
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  if (!arguments.no_update && arguments.request.how == SearchRequest::How::words)
    update_index(call, settings, catalogue);
  SearchPrinter printer(screen_of(call));
  const app::SearchSummary summary =
      app::search(settings, catalogue, arguments.request,
                  [&](app::SearchHit&& hit) { print(call, arguments, hit, printer); });
  print_footer(call, arguments, summary);
  return summary.hits > 0 ? kHit : kNoHit;
}

int run_search(Call& call) {
  try {
    return search(call);
  } catch (const Error& error) {
    call.out.flush();
    call.messages.error(error.what(), error.hint());
    return kTrouble;
  }
}

}  // namespace

Command search_command() {
  return {
      "search",
      "find what was said, in every session and version",
      Command::Group::find,
      run_search,
      "[OPTION]... TERM...",
      "Searches prompts, answers, thinking, inputs and outputs of tools, subagents and titles: of live and "
      "deleted sessions, and of older versions, which have what a compaction removed. A message that "
      "several sessions share is shown once. Chats of claude.ai count, with the text of their attachments, "
      "and the documents, instructions and memories of their projects, which stand under the project's id.\n"
      "A term is found as it is written, in capitals or not, where it begins a word, and where its last word "
      "is a whole one if that has one or two letters only; blanks stand for any white space. --substring "
      "finds it inside words, -E "
      "takes it for a regular expression; both read everything. Terms have to come "
      "together in one session. An argument with operators or \"quoted phrases\" in it is a query of its "
      "own.\n"
      "What is new is indexed first. Exits as grep does: 0 when something is found, 1 when nothing is, 2 "
      "on an error.",
      {{"csb search login token", "sessions that speak of both"},
       {"csb search 'rate limiter'", "these words, one after the other"},
       {"csb search '\"rate limiter\" AND NOT redis'", "a query"},
       {"csb search --role user --since 7d deploy", "what you asked about it this week"},
       {"csb search -E 'HTTP [45]..' --tool Bash", "a regular expression, in what a tool said"},
       {"csb search --deleted only --only sessions checkout", "ids of deleted sessions, for csb restore"}},
      {}};
}

}  // namespace csb::cli
