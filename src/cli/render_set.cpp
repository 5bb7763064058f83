#include <fmt/format.h>

#include "csb/cli/render.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

std::string lines_of(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

Tone tone_of(app::Presence presence) {
  switch (presence) {
    case app::Presence::open:
      return Tone::good;
    case app::Presence::left_open:
      return Tone::warning;
    case app::Presence::active:
    case app::Presence::member:
      return Tone::dim;
  }
  return Tone::plain;
}

std::string time_text(std::int64_t ns, const Screen& screen) {
  if (ns == 0) return "";
  return screen.columns ? format_relative(ns, screen.now) : format_local(ns);
}

}  // namespace

std::string render(const app::Roster& roster, const Screen& screen) {
  std::string out;
  if (screen.columns)
    out += screen.paint(Tone::bold, printable(roster.name)) + "  " + printable(roster.explanation) + "\n";
  std::vector<std::vector<Cell>> rows;
  std::size_t number = 0;
  for (const app::RosterEntry& entry : roster.entries) {
    std::vector<Cell> cells{{fmt::format("{}:{}", roster.name, ++number), Tone::accent}};
    if (!roster.is_set)
      cells.push_back({std::string(app::to_string(entry.presence)), tone_of(entry.presence)});
    cells.push_back({time_text(entry.at_ns, screen), Tone::plain});
    cells.push_back({entry.session ? folder_of(*entry.session) : "", Tone::dim});
    cells.push_back({screen.columns ? entry.id.substr(0, 8) : entry.id, Tone::dim});
    cells.push_back({entry.session ? title_of(*entry.session) : "(not in the archive)", Tone::plain});
    rows.push_back(std::move(cells));
  }
  if (rows.empty()) return out;
  std::vector<Column> columns{{"RESUME"}};
  if (!roster.is_set) columns.push_back({"STATE"});
  columns.insert(columns.end(), {{roster.is_set ? "ADDED" : "LAST ROW"},
                                 {"FOLDER", false, Column::Cut::start, 10},
                                 {"ID"},
                                 {"TITLE", false, Column::Cut::end, 20}});
  return out + lines_of(lay_out(columns, rows, screen.columns, screen.paint));
}

std::string render(const std::vector<app::SessionSet>& sets, const Screen& screen) {
  if (sets.empty()) return {};
  std::vector<std::vector<Cell>> rows;
  for (const app::SessionSet& set : sets)
    rows.push_back({{set.name, Tone::bold},
                    {grouped(set.members.size()), Tone::plain},
                    {time_text(set.created_ns, screen), Tone::plain},
                    {set.from, Tone::dim},
                    {set.machine, Tone::dim}});
  return lines_of(lay_out({{"SET"}, {"SESSIONS", true}, {"MADE"}, {"FROM"}, {"MACHINE"}}, rows,
                          screen.columns, screen.paint));
}

}  // namespace csb::cli
