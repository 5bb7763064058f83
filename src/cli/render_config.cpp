#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/render.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"

namespace csb::cli {

std::string origin_text(const app::ConfigEntry& entry) {
  using Origin = app::ConfigEntry::Origin;
  switch (entry.origin) {
    case Origin::fallback:
      return "default";
    case Origin::flag:
      return "flag:" + entry.where;
    case Origin::environment:
      return "environment:" + entry.where;
    case Origin::file:
    case Origin::client:
      return "file:" + entry.where;
  }
  return "default";
}

std::string render(const app::ConfigResult& result, bool show_origin, const Screen& screen) {
  std::vector<Column> columns{{"VARIABLE"}, {"VALUE", false, Column::Cut::start, 16}};
  if (show_origin) columns.push_back({"ORIGIN", false, Column::Cut::start, 12});
  columns.push_back({"MEANING", false, Column::Cut::end, 16});
  std::vector<std::vector<Cell>> rows;
  const bool several = std::count_if(result.entries.begin(), result.entries.end(),
                                     [](const auto& entry) { return !entry.directory.empty(); }) > 1;
  for (const app::ConfigEntry& entry : result.entries) {
    std::vector<std::string> values = entry.values;
    if (values.empty()) values.emplace_back("-");
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool is_default = entry.origin == app::ConfigEntry::Origin::fallback;
      std::vector<Cell> row{{entry.key, entry.known ? Tone::accent : Tone::bad},
                            {with_tilde(values[i]), is_default ? Tone::dim : Tone::plain}};
      if (show_origin) row.push_back({with_tilde(origin_text(entry)), Tone::dim});
      std::string said = entry.remark.empty() ? entry.meaning : entry.remark;
      if (several && !entry.directory.empty()) said = with_tilde(entry.directory) + ": " + said;
      row.push_back({i == 0 ? said : "", entry.remark.empty() ? Tone::dim : Tone::warning});
      rows.push_back(std::move(row));
    }
  }
  std::string out;
  for (const std::string& line : lay_out(columns, rows, screen.columns, screen.paint)) out += line + "\n";
  return out;
}

}  // namespace csb::cli
