#include <fmt/format.h>

#include "csb/cli/render.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"
#include "render_details.hpp"

namespace csb::cli {
namespace {

/// From here on the versions' table has room for "3 weeks ago" beside the date.
constexpr std::size_t kRoomyColumns = 100;

std::string when(std::int64_t ns, std::int64_t now) {
  return ns == 0 ? std::string() : fmt::format("{} ({})", format_local(ns), format_relative(ns, now));
}

std::string state_line(const app::ShowResult& result, const Screen& screen) {
  const catalogue::Session& session = result.inspected.session;
  std::string text(app::to_string(result.inspected.state));
  if (session.deleted_ns != 0) text += ", found gone " + when(session.deleted_ns, screen.now);
  if (result.inspected.state == app::SessionState::changed) text += " since the last backup";
  if (result.open_now) text += ", open in a client now";
  const std::string sweep = sweep_text(result.inspected, screen.now);
  if (sweep == "overdue") return text + "; the client deletes it at its next sweep";
  return sweep.empty()
             ? text
             : text + "; the client keeps it for " + sweep.substr(0, sweep.find('d')) + " more days";
}

std::string counts_line(const catalogue::Session& session) {
  std::vector<std::string> parts{counted(session.messages, "message"), counted(session.prompts, "prompt"),
                                 counted(session.tool_calls, "tool call")};
  if (session.compactions > 0) parts.push_back(counted(session.compactions, "compaction"));
  if (session.rewinds > 0) parts.push_back(counted(session.rewinds, "rewind"));
  if (session.bad_rows > 0) parts.push_back(counted(session.bad_rows, "unreadable row"));
  return format_bytes(session.size) + ", " + joined(parts);
}

void footprint(std::string& out, const app::ShowResult& result, const Screen& screen) {
  std::uint64_t bytes = 0;
  std::vector<std::vector<Cell>> rows;
  for (const app::FootprintFile& file : result.files) {
    bytes += file.size;
    rows.push_back({{file.path},
                    {format_bytes(file.size)},
                    {counted(file.versions, "version"), Tone::dim},
                    {file.on_disk ? "" : "gone from disk", Tone::bad}});
  }
  out += fmt::format("\n{} ({}, {})\n", screen.paint(Tone::bold, "Files"),
                     counted(result.files.size(), "file"), format_bytes(bytes));
  const std::vector<Column> columns{{"", false, Column::Cut::start, 20}, {"", true}, {"", true}, {}};
  const auto width = screen.columns
                         ? std::optional(*screen.columns - std::min<std::size_t>(*screen.columns, 2))
                         : std::optional<std::size_t>();
  for (const std::string& line : lay_out(columns, rows, width, screen.paint)) out += "  " + line + "\n";
}

std::vector<Cell> version_row(const app::TranscriptVersion& version, const app::TranscriptVersion* best,
                              const Screen& screen) {
  using What = app::TranscriptVersion::What;
  const bool removal = version.number == 0;
  const Tone tone = version.what == What::shrink || version.what == What::rewrite || removal ? Tone::bad
                    : version.what == What::compaction || version.what == What::move         ? Tone::accent
                                                                                             : Tone::plain;
  std::vector<std::string> remarks;
  if (best == &version) remarks.emplace_back("what restore takes");
  if (!removal && !version.is_conversation) remarks.emplace_back("no conversation left");
  if (version.what == What::move)
    remarks.push_back("to " + std::string(base_name(parent_path(version.version.path))));
  const bool roomy = screen.columns && *screen.columns >= kRoomyColumns;
  return {{removal ? "-" : std::to_string(version.number)},
          {format_local(version.version.commit_ns)},
          {roomy ? format_relative(version.version.commit_ns, screen.now) : "", Tone::dim},
          {removal ? "" : format_bytes(version.version.size)},
          {version.version.messages ? grouped(*version.version.messages) : ""},
          {std::string(app::to_string(version.what)), tone},
          {version.version.commit.hex().substr(0, 10), Tone::dim},
          {joined(remarks), version.is_conversation ? Tone::good : Tone::warning}};
}

}  // namespace

std::string resume_command(const std::string& directory, const SessionId& id) {
  const std::string resume = "claude --resume " + id.text();
  return directory.empty() ? resume : "cd " + shell_word(directory) + " && " + resume;
}

std::string render(const app::ShowResult& result, const Screen& screen, bool whole) {
  const catalogue::Session& session = result.inspected.session;
  std::string out = screen.paint(Tone::bold, printable(title_of(session))) + "\n";
  append_fact(out, screen, "id", session.id.text());
  append_fact(out, screen, "state", state_line(result, screen));
  append_fact(out, screen, "folder", folder_of(session));
  if (session.start_cwd != session.cwd) append_fact(out, screen, "begun in", with_tilde(session.start_cwd));
  append_fact(out, screen, "started", when(session.started_ns, screen.now));
  append_fact(out, screen, "last used", when(session.active_ns, screen.now));
  append_fact(out, screen, "size", counts_line(session));
  if (session.title != session.first_prompt) append_fact(out, screen, "prompt", session.first_prompt);
  append_fact(out, screen, "model", session.model);
  append_fact(out, screen, "client", session.version);
  append_fact(out, screen, "git branch", session.git_branch);
  append_fact(out, screen, "moved from", session.moved_from);
  append_fact(out, screen, "versions",
              result.best_version
                  ? fmt::format("{}; restore takes number {}", session.versions, *result.best_version)
                  : std::string());
  append_summary_facts(out, result.summary, screen, whole);
  append_summary_tables(out, result.summary, screen, whole);
  footprint(out, result, screen);
  out += "\n";
  const bool is_chat = session.source == "claude.ai";
  if (is_chat || result.inspected.state == app::SessionState::deleted) {
    const std::string restore =
        "csb restore " + std::string(session.id.brief()) + (is_chat ? " --to DIR" : "");
    out += (is_chat ? "Write it out:   " : "Bring it back:  ") + screen.paint(Tone::accent, restore) + "\n";
  }
  if (is_chat) return out;
  out += "Go on with it:  " +
         screen.paint(Tone::accent, printable(resume_command(result.resume_directory, session.id))) + "\n";
  return out;
}

std::string render(const app::LogResult& result, const Screen& screen) {
  const std::vector<Column> columns{{"NO", true},   {"STORED"}, {""},       {"SIZE", true},
                                    {"MSGS", true}, {"WHAT"},   {"COMMIT"}, {"", false, Column::Cut::end, 4}};
  std::vector<std::vector<Cell>> rows;
  for (auto version = result.versions.rbegin(); version != result.versions.rend(); ++version)
    rows.push_back(version_row(*version, result.best, screen));
  std::string out;
  if (screen.columns) {
    const std::string& id = result.session.id.text();
    const std::size_t room = *screen.columns - std::min(*screen.columns, id.size() + 2);
    out = screen.paint(Tone::bold, cut_to_columns(printable(title_of(result.session)), room)) + "  " +
          screen.paint(Tone::dim, id) + "\n";
  }
  for (const std::string& line : lay_out(columns, rows, screen.columns, screen.paint)) out += line + "\n";
  return out;
}

std::string render(const app::DiffRow& row, const Screen& screen) {
  using Kind = app::DiffRow::Kind;
  const char sign = row.kind == Kind::lost ? '-' : row.kind == Kind::gained ? '+' : '~';
  const Tone tone = row.kind == Kind::lost     ? Tone::bad
                    : row.kind == Kind::gained ? Tone::good
                                               : Tone::warning;
  std::string line = fmt::format(
      "{} {}  {}  {}  ", sign, pad_right(printable(row.type.empty() ? "(bad row)" : row.type), 11),
      pad_right(printable(row.timestamp.substr(0, 19)), 19), pad_right(printable(row.uuid.substr(0, 8)), 8));
  line += row.text.empty() ? format_bytes(row.bytes) : printable(row.text);
  return screen.paint(tone, screen.columns ? cut_to_columns(line, *screen.columns) : line) + "\n";
}

std::string render(const app::DiffSummary& summary, const Screen& screen) {
  if (summary.lost + summary.gained + summary.changed == 0)
    return "The same " + counted(summary.common, "row") + ".\n";
  const auto part = [](std::uint64_t rows, std::uint64_t messages) {
    return fmt::format("{} ({})", counted(rows, "row"), counted(messages, "message"));
  };
  return screen.paint(Tone::bold, fmt::format("{} gained, {} lost, {} changed, {} in common",
                                              part(summary.gained, summary.messages_gained),
                                              part(summary.lost, summary.messages_lost),
                                              grouped(summary.changed), grouped(summary.common))) +
         "\n";
}

}  // namespace csb::cli
