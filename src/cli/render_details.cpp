#include "render_details.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kNameColumns = 10;
constexpr std::size_t kFewTools = 8, kFewFolders = 6, kFewFiles = 8;

std::string tokens_text(const Tokens& tokens) {
  std::string text = fmt::format("{} in, {} out", grouped(tokens.input), grouped(tokens.output));
  const std::uint64_t written = tokens.cache_write_5m + tokens.cache_write_1h;
  if (written + tokens.cache_read > 0)
    text += fmt::format(", cache {} written, {} read", grouped(written), grouped(tokens.cache_read));
  return text;
}

std::string relative_text(const app::Relative& relative) {
  if (!relative.session) return relative.id + " (never archived)";
  return fmt::format("{}  {}{}", relative.session->id.brief(), title_of(*relative.session),
                     relative.session->present ? "" : " (deleted)");
}

std::string activity_text(const std::vector<ActivitySegment>& activity) {
  std::int64_t ns = 0;
  for (const ActivitySegment& sitting : activity) ns += sitting.end_ns - sitting.start_ns;
  return fmt::format("{}, {} in all; the last from {}", counted(activity.size(), "sitting"), duration(ns),
                     format_local(activity.back().start_ns));
}

template <typename Row>
std::string heading(const Screen& screen, std::string_view what, const std::vector<Row>& rows,
                    std::size_t shown, std::string_view remark) {
  std::string text = "\n" + screen.paint(Tone::bold, what) + fmt::format(" ({}", grouped(rows.size()));
  if (shown < rows.size()) text += fmt::format("; --all shows the other {}", grouped(rows.size() - shown));
  return text + std::string(remark) + ")\n";
}

void append_table(std::string& out, const std::vector<Column>& columns,
                  const std::vector<std::vector<Cell>>& rows, const Screen& screen) {
  const auto width = screen.columns
                         ? std::optional(*screen.columns - std::min<std::size_t>(*screen.columns, 2))
                         : std::optional<std::size_t>();
  for (const std::string& line : lay_out(columns, rows, width, screen.paint)) out += "  " + line + "\n";
}

void append_folders(std::string& out, const app::SessionSummary& summary, const Screen& screen, bool whole) {
  const std::size_t shown = std::min(summary.folders.size(), whole ? summary.folders.size() : kFewFolders);
  if (shown == 0 && summary.folders_left_out == 0) return;
  out += heading(screen, "Folders", summary.folders, shown,
                 summary.folders_left_out == 0
                     ? std::string()
                     : fmt::format("; {} only named: --paths all", grouped(summary.folders_left_out)));
  std::vector<std::vector<Cell>> rows;
  for (std::size_t i = 0; i < shown; ++i) {
    const app::ShownFolder& folder = summary.folders[i];
    rows.push_back({{with_tilde(folder.row.path), folder.row.is_start ? Tone::bold : Tone::plain},
                    {folder.row.use.work == 0 ? std::string() : grouped(folder.row.use.work) + " work"},
                    {counted(folder.row.use.rows, "row"), Tone::dim},
                    {std::string(app::to_string(folder.row.use.origin)), Tone::dim},
                    {folder.exists ? "" : "not there now", Tone::warning},
                    {folder.row.is_start ? "started here" : "", Tone::dim}});
  }
  append_table(out, {{"", false, Column::Cut::start, 20}, {"", true}, {"", true}, {}, {}, {}}, rows, screen);
}

void append_touched(std::string& out, const app::SessionSummary& summary, const Screen& screen, bool whole) {
  const std::size_t shown = std::min(summary.touched.size(), whole ? summary.touched.size() : kFewFiles);
  if (shown == 0) return;
  out += heading(screen, "Files touched", summary.touched, shown, "");
  std::vector<std::vector<Cell>> rows;
  const auto times = [](std::uint64_t count, const char* what) {
    return count == 0 ? std::string() : grouped(count) + " " + what;
  };
  for (std::size_t i = 0; i < shown; ++i) {
    const catalogue::TouchedRow& row = summary.touched[i];
    rows.push_back({{with_tilde(row.path)},
                    {times(row.touched.writes, "written"), Tone::accent},
                    {times(row.touched.reads, "read")},
                    {times(row.touched.searches, "searched"), Tone::dim},
                    {row.touched.last_ns == 0 ? "" : format_local(row.touched.last_ns), Tone::dim}});
  }
  append_table(out, {{"", false, Column::Cut::start, 20}, {"", true}, {"", true}, {"", true}, {}}, rows,
               screen);
}

}  // namespace

void append_fact(std::string& out, const Screen& screen, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  constexpr std::size_t kIndent = 2 + kNameColumns + 2;
  std::string first = "  " + screen.paint(Tone::dim, pad_right(name, kNameColumns)) + "  ";
  const std::string text = printable(value);
  if (!screen.columns || *screen.columns < kIndent + 20) {
    out += first + text + "\n";
    return;
  }
  for (const std::string& line : wrapped(text, *screen.columns - kIndent)) {
    out += first + line + "\n";
    first.assign(kIndent, ' ');
  }
}

void append_summary_facts(std::string& out, const app::SessionSummary& summary, const Screen& screen,
                          bool whole) {
  if (!summary.activity.empty()) append_fact(out, screen, "activity", activity_text(summary.activity));
  for (const auto& [model, tokens] : summary.tokens)
    append_fact(out, screen, "tokens",
                tokens_text(tokens) + (summary.tokens.size() > 1 ? " (" + model + ")" : std::string()));
  std::string tools;
  const std::size_t shown = std::min(summary.tools.size(), whole ? summary.tools.size() : kFewTools);
  for (std::size_t i = 0; i < shown; ++i)
    tools += (i == 0 ? "" : ", ") + summary.tools[i].name + " " + grouped(summary.tools[i].calls);
  if (shown < summary.tools.size()) tools += fmt::format(" and {} more", summary.tools.size() - shown);
  append_fact(out, screen, "tools", tools);
  if (summary.parent) append_fact(out, screen, "fork of", relative_text(*summary.parent));
  for (const app::Relative& fork : summary.forks) append_fact(out, screen, "forked to", relative_text(fork));
  if (!summary.subagents.empty()) append_fact(out, screen, "subagents", grouped(summary.subagents.size()));
}

void append_summary_tables(std::string& out, const app::SessionSummary& summary, const Screen& screen,
                           bool whole) {
  append_folders(out, summary, screen, whole);
  append_touched(out, summary, screen, whole);
}

}  // namespace csb::cli
