#include "csb/app/show_details.hpp"

#include <array>
#include <utility>

#include "csb/app/conversation.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

using Which = FolderChoice::Which;

constexpr std::array<std::pair<std::string_view, Which>, 7> kChoices{{{"usual", Which::usual},
                                                                      {"cd", Which::cd},
                                                                      {"tool", Which::tool},
                                                                      {"command", Which::command},
                                                                      {"relative", Which::relative},
                                                                      {"verified", Which::verified},
                                                                      {"all", Which::all}}};

bool is_chosen(const ShownFolder& folder, const FolderChoice& choice) {
  const FolderOrigin origin = folder.row.use.origin;
  if (folder.row.use.work < choice.least_work) return false;
  switch (choice.which) {
    case Which::usual:
      return folder.row.is_start || folder.row.use.work > 0 || origin == FolderOrigin::cwd;
    case Which::cd:
      return origin == FolderOrigin::cwd;
    case Which::tool:
      return origin == FolderOrigin::tool;
    case Which::command:
      return origin == FolderOrigin::command;
    case Which::relative:
      return origin == FolderOrigin::relative;
    case Which::verified:
      return folder.exists;
    case Which::all:
      return true;
  }
  return true;
}

Relative relative_of(const catalogue::Catalogue& catalogue, const std::string& id) {
  Relative relative{id, {}};
  if (const auto parsed = SessionId::parse(id)) relative.session = catalogue.session(*parsed);
  return relative;
}

void add(Tokens& sum, const Tokens& tokens) {
  sum.input += tokens.input;
  sum.output += tokens.output;
  sum.cache_write_5m += tokens.cache_write_5m;
  sum.cache_write_1h += tokens.cache_write_1h;
  sum.cache_read += tokens.cache_read;
}

}  // namespace

std::optional<Which> parse_folder_choice(std::string_view text) {
  for (const auto& [name, which] : kChoices)
    if (name == text) return which;
  return std::nullopt;
}

std::string_view to_string(FolderOrigin origin) {
  switch (origin) {
    case FolderOrigin::cwd:
      return "cd";
    case FolderOrigin::tool:
      return "tool";
    case FolderOrigin::command:
      return "command";
    case FolderOrigin::relative:
      return "relative";
  }
  return "relative";
}

SessionSummary summarize(const catalogue::Catalogue& catalogue, const catalogue::Session& session,
                         const FolderChoice& choice) {
  SessionSummary summary;
  for (catalogue::FolderRow& row : catalogue.folders_of(session.id)) {
    const bool exists = row.path.starts_with('/') && fs::is_directory(row.path);
    ShownFolder folder{std::move(row), exists};
    if (is_chosen(folder, choice))
      summary.folders.push_back(std::move(folder));
    else
      ++summary.folders_left_out;
  }
  summary.tools = catalogue.tools_of(session.id);
  summary.touched = catalogue.files_touched_by(session.id);
  summary.activity = catalogue.activity_of(session.id);
  catalogue::UsageQuery usage;
  usage.session = session.id;
  for (const catalogue::UsageRow& row : catalogue.usage(usage)) {
    add(summary.tokens[row.model], row.tokens);
    summary.answers += row.answers;
  }
  if (!session.forked_from.empty()) summary.parent = relative_of(catalogue, session.forked_from);
  for (const SessionId& fork : catalogue.forks_of(session.id))
    summary.forks.push_back(relative_of(catalogue, fork.text()));
  for (Subagent& agent : subagents_of(catalogue, session)) summary.subagents.push_back(std::move(agent.path));
  return summary;
}

}  // namespace csb::app
