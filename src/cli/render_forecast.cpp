#include <fmt/format.h>

#include <map>

#include "csb/cli/render_queries.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using app::DoomedItem;
using Kind = DoomedItem::Kind;
using Safety = DoomedItem::Safety;

/// From here on a line has room for all columns.
constexpr std::size_t kWideColumns = 120;

Tone tone_of(Safety safety) {
  return safety == Safety::saved ? Tone::good : safety == Safety::behind ? Tone::warning : Tone::bad;
}

const char* word_of(Safety safety) {
  return safety == Safety::saved ? "yes" : safety == Safety::behind ? "not as it is" : "NO";
}

std::string name_of(Kind kind, std::uint64_t count) {
  switch (kind) {
    case Kind::session:
      return counted(count, "session");
    case Kind::tool_result:
      return counted(count, "large output of sessions that stay", "large outputs of sessions that stay");
    case Kind::leftover:
      return counted(count, "file of sessions already gone", "files of sessions already gone");
    case Kind::file_history:
      return counted(count, "file history", "file histories");
    case Kind::tasks:
      return counted(count, "task list");
    case Kind::session_env:
      return counted(count, "session environment");
    case Kind::plan:
      return counted(count, "plan");
    case Kind::todo:
      return counted(count, "to-do list");
    case Kind::paste:
      return counted(count, "pasted text");
    case Kind::upload:
      return counted(count, "upload");
    case Kind::images:
      return counted(count, "folder of pasted images", "folders of pasted images");
  }
  return {};
}

std::string goes_text(const DoomedItem& item, const app::ForecastResult& result) {
  return item.goes_ns == result.roots[item.root].next_sweep_ns ? "next sweep" : format_local(item.goes_ns);
}

/// What an item is called: its session's title, else its path.
std::string label_of(const DoomedItem& item) {
  if (item.kind != Kind::session) return item.path;
  return item.title.empty() ? "(untitled)" : item.title;
}

std::string table_of(const app::ForecastResult& result, bool all, const Screen& screen) {
  const bool wide = !screen.columns || *screen.columns >= kWideColumns;
  std::vector<Column> columns{{"GOES"}, {"ID"}, {"TITLE", false, Column::Cut::end, 16}};
  if (wide) columns.push_back({"FOLDER", false, Column::Cut::start, 12});
  columns.insert(columns.end(), {{"SIZE", true}, {"ARCHIVED"}});
  std::vector<std::vector<Cell>> rows;
  for (const DoomedItem& item : result.items) {
    if (!all && item.kind != Kind::session) continue;
    const std::string id = !item.session    ? ""
                           : screen.columns ? std::string(item.session->brief())
                                            : item.session->text();
    std::vector<Cell> row{{goes_text(item, result)}, {id, Tone::dim}, {label_of(item), Tone::bold}};
    if (wide) row.push_back({with_tilde(item.folder), Tone::accent});
    row.push_back({format_bytes(item.bytes)});
    row.push_back({word_of(item.safety), tone_of(item.safety)});
    rows.push_back(std::move(row));
  }
  std::string out;
  if (rows.empty()) return out;
  for (const std::string& line : lay_out(columns, rows, screen.columns, screen.paint)) out += line + "\n";
  return out;
}

/// "also 12 large outputs of sessions that stay, 3.4 MB", a line for each kind.
std::string summary_of(const app::ForecastResult& result, const Screen& screen) {
  struct Sum {
    std::uint64_t items = 0, bytes = 0, unsaved = 0;
  };
  std::map<Kind, Sum> sums;
  for (const DoomedItem& item : result.items) {
    if (item.kind == Kind::session) continue;
    Sum& sum = sums[item.kind];
    ++sum.items;
    sum.bytes += item.bytes;
    sum.unsaved += item.safety == Safety::saved ? 0 : 1;
  }
  std::string out;
  for (const auto& [kind, sum] : sums) {
    out += fmt::format("  and {}, {}", name_of(kind, sum.items), format_bytes(sum.bytes));
    out += sum.unsaved == 0 ? ", archived\n"
                            : ", " + screen.paint(Tone::bad, grouped(sum.unsaved) + " not archived") + "\n";
  }
  return out;
}

std::string rule_line(const app::SweptRoot& result, const Screen& screen) {
  const std::string origin = with_tilde(result.retention.origin);
  if (!result.retention.days)
    return fmt::format("The client deletes nothing for now: it cannot read its settings ({}).\n",
                       printable(origin));
  std::string text =
      fmt::format("The client keeps files for {} ({}). ",
                  counted(static_cast<std::uint64_t>(*result.retention.days), "day"), printable(origin));
  text += result.last_sweep_ns ? "It last swept " + format_relative(*result.last_sweep_ns, screen.now) + "; "
                               : std::string("It has never swept; ");
  text += result.next_sweep_ns <= screen.now
              ? "its next sweep may come at any time."
              : "the next may come from " + format_local(result.next_sweep_ns) + " on.";
  std::string out;
  for (const std::string& line : wrapped(text, screen.columns.value_or(1000))) out += line + "\n";
  return out;
}

}  // namespace

std::string render(const app::ForecastResult& result, bool all, const Screen& screen) {
  std::string out;
  for (const app::SweptRoot& root : result.roots) {
    if (result.roots.size() > 1)
      out += screen.paint(Tone::bold, printable(with_tilde(root.directory))) + "\n";
    out += rule_line(root, screen);
    for (const app::ScopeRetention& scope : root.scopes) {
      const std::string period =
          scope.retention.days ? "for " + counted(static_cast<std::uint64_t>(*scope.retention.days), "day")
                               : "for ever, its settings being broken";
      out +=
          fmt::format("A client started in {} keeps them {}.\n", printable(with_tilde(scope.folder)), period);
    }
  }
  if (result.items.empty()) return out;
  const std::string table = table_of(result, all, screen);
  if (!table.empty()) out += "\n" + table;
  if (!all) out += (table.empty() ? "\n" : "") + summary_of(result, screen);
  return out;
}

}  // namespace csb::cli
