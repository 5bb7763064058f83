#include <fmt/format.h>

#include "command_functions.hpp"
#include "csb/app/tree.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/render_queries.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "query_options.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kDefaultLimit = 20;

struct Arguments {
  app::TreeOptions tree;
  TreeStyle style;
};

/// Words that look like a path are one.
void take_words(const std::vector<std::string>& words, catalogue::SessionQuery& query) {
  for (const std::string& word : words) {
    if (!looks_like_path(word)) {
      query.words.push_back(word);
      continue;
    }
    if (query.folder) throw Error(ErrorCode::usage, "one folder at a time", "leave all but one out");
    query.folder = folder_filter(word, catalogue::FolderFilter::How::below);
  }
}

/// @return false when help was asked for
bool parse(Call& call, Arguments& arguments) {
  std::vector<std::string> words;
  std::optional<std::uint64_t> limit, max_nodes;
  app::TreeOptions& tree = arguments.tree;
  TreeStyle& style = arguments.style;
  QueryOptions query;
  FolderOptions folders;
  Options options(call);
  options.words("FILTER", words, 0,
                "words that each must occur, as for 'csb list'; a path: worked there or beneath");
  options.text("--root", "ID", tree.root, "only this session and what was forked from it");
  options.flag("--lineage", tree.lineage, "only ancestors and descendants of what matches");
  options.flag("--orphans", tree.orphans, "sessions that were never forked, too");
  options.number("-n,--limit", "N", limit, "how many trees (default 20; 0 = all)");
  options.number("--max-nodes", "N", max_nodes,
                 "how many sessions of one tree (default 50; 0 = all); what matches is always shown");
  query.declare(options);
  query.declare_folders(options, "--started");
  options.flag("-E,--regex", tree.is_regex, "FILTER is a regular expression (RE2's syntax)");
  options.flag("-s,--case-sensitive", tree.case_sensitive, "capital and small letters differ");
  options.flag("-f,--facts", style.facts,
               "a line with folder, messages, size and state; -ff: first prompt too");
  options.flag("--prompts", style.prompts, "a line with the first prompt");
  options.flag("-u,--uuid", style.full_ids, "whole ids");
  folders.declare(options);
  options.flag("--ascii", style.ascii, "draw with ASCII characters only");
  options.alias("-ff", "--facts-and-prompts");
  bool both = false;
  options.flag("--facts-and-prompts", both, "the same as --facts --prompts");
  if (!options.parse()) return false;

  tree.query = query.query();
  take_words(words, tree.query);
  style.facts = style.facts || both;
  style.prompts = style.prompts || both;
  style.folders = folders.count();
  style.full_ids = style.full_ids && !folders.short_ids();
  tree.with_folders = style.folders > 0;
  tree.max_nodes = static_cast<std::size_t>(max_nodes.value_or(tree.max_nodes));
  const std::uint64_t wanted = limit.value_or(kDefaultLimit);
  if (wanted != 0) tree.query.limit = static_cast<std::size_t>(wanted);
  return true;
}

void print_footer(Call& call, const app::TreeResult& result) {
  call.out.flush();
  call.messages.problems(result.problems);
  if (result.nothing_stored) {
    call.messages.note("nothing is stored yet: run 'csb backup'");
    return;
  }
  std::string text = counted(result.trees.size(), "tree");
  if (result.trees.size() < result.trees_matched)
    text = fmt::format("{} of {} (-n 0 shows all)", grouped(result.trees.size()),
                       counted(result.trees_matched, "tree"));
  text += " | " + counted(result.sessions, "session");
  if (result.never_forked > 0)
    text += fmt::format(" | {} never forked (--orphans lists them)", grouped(result.never_forked));
  call.messages.note(text);
}

int run_tree(Call& call) {
  Arguments arguments;
  if (!parse(call, arguments)) return kDone;
  const app::Settings settings = call.settings();
  app::TreeResult result;
  if (const auto catalogue = catalogue_if_any(call, settings)) {
    result = app::tree(*catalogue, arguments.tree);
  } else {
    result.nothing_stored = true;
  }
  const Screen screen = screen_of(call);
  call.out.write(call.global.json ? to_json(result, screen.now) : render(result, arguments.style, screen));
  if (!call.global.json) print_footer(call, result);
  return result.filtered && result.trees.empty() && result.never_forked == 0 ? kNotFound : kDone;
}

}  // namespace

Command tree_command() {
  return {
      "tree",
      "which session was forked from which",
      Command::Group::find,
      run_tree,
      "[OPTION]... [FILTER]... [PATH]",
      "Draws sessions as trees: each beneath the one it was forked from, by /branch, --fork-session or a "
      "copied history. With a filter it shows the families in which something matches, the matches marked "
      "with *. Deleted sessions are shown where others come from them, as [purged]; ancestors that were "
      "never archived as [never archived].",
      {{"csb tree", "the families last used"},
       {"csb tree login --lineage", "where sessions about a login come from, and what came of them"},
       {"csb tree --root 3f2a9c1e -ff", "one session and all its forks, with what they were about"},
       {"csb tree . --orphans", "every session of this folder"}},
      {kNotFound}};
}

}  // namespace csb::cli
